// y[n, m0+c, i] = act( b[m0+c] + Σ over slots of part[slot, n, c, i] ): adds the partial sums of conv2d_tiles.wgsl with SPLIT.
// act is as in conv2d_finish.wgsl. One thread per element of y.
override WGX: u32 = 64u;

struct Uniforms { n: u32, slots: u32, C: u32, plane: u32, M: u32, m0: u32, flags: u32, slope: f32 }
@group(0) @binding(0) var<storage, read> part: array<f32>;
@group(0) @binding(1) var<storage, read> b: array<f32>;
@group(0) @binding(2) var<storage, read> addend: array<f32>;
@group(0) @binding(3) var<storage, read> gate: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;
@group(0) @binding(5) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.n) { return; }
  var v = 0.0;
  for (var slot = 0u; slot < u.slots; slot++) { v += part[slot * u.n + i]; }
  let c = i / u.plane % u.C;
  let at = (i / (u.C * u.plane) * u.M + u.m0 + c) * u.plane + i % u.plane;
  y[at] = finish(vec4f(v), c, vec4u(at)).x;
}
