// y = beta·m + a·g^POWER + decay·w: a moment of the gradient, carried from step to step. One thread per weight.
override WGX: u32 = 64u;
override POWER: u32;

struct Uniforms { n: u32, beta: f32, a: f32, decay: f32 }
@group(0) @binding(0) var<storage, read> m: array<f32>;
@group(0) @binding(1) var<storage, read> g: array<f32>;
@group(0) @binding(2) var<storage, read> w: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.n) { return; }
  var powered = g[i];
  if (POWER == 2u) { powered *= g[i]; }
  y[i] = u.beta * m[i] + u.a * powered + u.decay * w[i];
}
