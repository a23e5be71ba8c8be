// t = dy · x · s^(−β−1): what each element adds to the gradient of its neighbours' windows. One thread per element.
override WGX: u32 = 64u;

struct Uniforms { n: u32, beta: f32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> s: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read_write> t: array<f32>;
@group(0) @binding(4) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.n) { return; }
  t[i] = dy[i] * x[i] * pow(s[i], -u.beta - 1.0);
}
