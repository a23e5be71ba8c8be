// y[n] = x[n, at[n]]: one number of each image, each at a place of its own. One thread per image.
override WGX: u32 = 64u;

struct Uniforms { N: u32, size: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> at: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let n = id.y * groups.x * WGX + id.x;
  if (n >= u.N) { return; }
  y[n] = x[n * u.size + at[n]];
}
