// y[i] = Σ over slots of part[slot, i], in order. One thread per element.
override WGX: u32 = 64u;

struct Uniforms { n: u32, slots: u32 }
@group(0) @binding(0) var<storage, read> part: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.n) { return; }
  var sum = 0.0;
  for (var s = 0u; s < u.slots; s++) { sum += part[s * u.n + i]; }
  y[i] = sum;
}
