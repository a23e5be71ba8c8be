// dx[n,k] = Σ_m dy[n,m] · w[m,k]. One thread per dx; neighbours read neighbouring weights. v1.
override WGX: u32 = 64u;

struct Uniforms { N: u32, M: u32, K: u32 }
@group(0) @binding(0) var<storage, read> dy: array<f32>;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read_write> dx: array<f32>;
@group(0) @binding(3) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.N * u.K) { return; }
  let k = i % u.K;
  let n = i / u.K;
  var sum = 0.0;
  for (var m = 0u; m < u.M; m++) { sum += dy[n * u.M + m] * w[m * u.K + k]; }
  dx[i] = sum;
}
