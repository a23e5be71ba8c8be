// y = m̂ / (√v̂ + epsilon) − decay·w, with the moments corrected for their start at zero: m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ), where
// t is 1 at step 0. One thread per weight.
override WGX: u32 = 64u;

struct Uniforms { n: u32, logBeta1: f32, logBeta2: f32, epsilon: f32, decay: f32 }
@group(0) @binding(0) var<storage, read> m: array<f32>;
@group(0) @binding(1) var<storage, read> v: array<f32>;
@group(0) @binding(2) var<storage, read> w: array<f32>;
@group(0) @binding(3) var<storage, read> step: array<u32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;
@group(0) @binding(5) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.n) { return; }
  let t = f32(step[0] + 1u);
  let mean = m[i] / complement(t * u.logBeta1);
  let square = v[i] / complement(t * u.logBeta2);
  y[i] = mean / (sqrt(square) + u.epsilon) - u.decay * w[i];
}
