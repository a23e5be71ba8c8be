// y = ((1 − μ)·g / correction + μ'·m / correction') / (√v̂ + epsilon): Adam's direction with the momentum of the next step, μ', looked at now. correction is
// 1 − Π μ up to this step, correction' up to the next, and v̂ = v / (1 − β₂ᵗ). t is 1 at step 0. g, m and v are [rows, size]. One thread per element.
override WGX: u32 = 64u;

struct Uniforms { n: u32, size: u32, beta1: f32, momentumDecay: f32, logBeta2: f32, epsilon: f32 }
@group(0) @binding(0) var<storage, read> g: array<f32>;
@group(0) @binding(1) var<storage, read> m: array<f32>;
@group(0) @binding(2) var<storage, read> v: array<f32>;
@group(0) @binding(3) var<storage, read> correction: array<f32>;
@group(0) @binding(4) var<storage, read> step: array<u32>;
@group(0) @binding(5) var<storage, read_write> y: array<f32>;
@group(0) @binding(6) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.n) { return; }
  let t = f32(step[0] + 1u);
  let mu = momentum(u.beta1, u.momentumDecay, t);
  let next = momentum(u.beta1, u.momentumDecay, t + 1.0);
  let now = correction[i / u.size];
  let ahead = next * now + (1.0 - next);
  let square = v[i] / complement(t * u.logBeta2);
  y[i] = ((1.0 - mu) * g[i] / now + next * m[i] / ahead) / (sqrt(square) + u.epsilon);
}
