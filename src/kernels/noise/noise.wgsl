// y = x + a·normal + b·(2·uniform − 1), for random numbers of x's shape: uniform from 0 to below 1. One thread per number.
override WGX: u32 = 64u;

struct Uniforms { n: u32, a: f32, b: f32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> normal: array<f32>;
@group(0) @binding(2) var<storage, read> uniform_: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.n) { return; }
  y[i] = x[i] + u.a * normal[i] + u.b * (2.0 * uniform_[i] - 1.0);
}
