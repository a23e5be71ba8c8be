// won[i] = 0. One thread per element.
override WGX: u32 = 64u;

struct Uniforms { n: u32 }
@group(0) @binding(0) var<storage, read_write> won: array<u32>;
@group(0) @binding(1) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i < u.n) { won[i] = 0u; }
}
