// y = (x + rate[n]·g) · (1 − decay): one step of gradient ascent, then L2 decay. x is [N, size].
// rate is column `column` of state [N, width]. One thread per element.
override WGX: u32 = 64u;

struct Uniforms { n: u32, size: u32, width: u32, column: u32, decay: f32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> g: array<f32>;
@group(0) @binding(2) var<storage, read> state: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.n) { return; }
  let rate = state[i / u.size * u.width + u.column];
  y[i] = (x[i] + rate * g[i]) * (1.0 - u.decay);
}
