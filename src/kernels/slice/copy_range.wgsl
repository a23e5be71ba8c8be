// to[o, toStart+l, i] = from[o, fromStart+l, i] for l < L: a range of one axis, copied. inner is what follows the axis.
// One thread per element copied.
override WGX: u32 = 64u;

struct Uniforms { n: u32, L: u32, inner: u32, fromLength: u32, fromStart: u32, toLength: u32, toStart: u32 }
@group(0) @binding(0) var<storage, read> source: array<f32>;
@group(0) @binding(1) var<storage, read_write> target_: array<f32>;
@group(0) @binding(2) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.n) { return; }
  let block = u.L * u.inner;
  let o = i / block;
  let rest = i % block;
  target_[(o * u.toLength + u.toStart) * u.inner + rest] = source[(o * u.fromLength + u.fromStart) * u.inner + rest];
}
