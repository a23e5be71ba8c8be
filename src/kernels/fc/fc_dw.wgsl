// dw[m,k] = Σ_n dy[n,m] · x[n,k]. One thread per weight. v1.
override WGX: u32 = 64u;

struct Uniforms { N: u32, M: u32, K: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read_write> dw: array<f32>;
@group(0) @binding(3) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.M * u.K) { return; }
  let k = i % u.K;
  let m = i / u.K;
  var sum = 0.0;
  for (var n = 0u; n < u.N; n++) { sum += dy[n * u.M + m] * x[n * u.K + k]; }
  dw[i] = sum;
}
