// y = w − rate·m, or with ADAPTIVE y = (1 − decay)·w − rate·m / (√v + epsilon). One thread per weight.
override WGX: u32 = 64u;
override ADAPTIVE: u32;

struct Uniforms { n: u32, rate: f32, epsilon: f32, decay: f32 }
@group(0) @binding(0) var<storage, read> w: array<f32>;
@group(0) @binding(1) var<storage, read> m: array<f32>;
@group(0) @binding(2) var<storage, read> v: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.n) { return; }
  if (ADAPTIVE == 1u) {
    y[i] = (1.0 - u.decay) * w[i] - u.rate * m[i] / (sqrt(v[i]) + u.epsilon);
  } else {
    y[i] = w[i] - u.rate * m[i];
  }
}
