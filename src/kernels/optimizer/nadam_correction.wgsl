// y = 1 − Π μ over the steps so far, from what it was before: μ·x + 1 − μ, where μ is the momentum of this step. It is zero before the first
// step, as all memory of update rules is. One thread per row.
override WGX: u32 = 64u;

struct Uniforms { n: u32, beta: f32, decay: f32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> step: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.n) { return; }
  let mu = momentum(u.beta, u.decay, f32(step[0] + 1u));
  y[i] = mu * x[i] + (1.0 - mu);
}
