// y[g,m,n] = Σ_k a[g,m,k] · b[g,k,n], for matrices that are both computed; weights have ../fc. A batch axis of a or b may be
// repeated: its stride is then 0. One thread per element of y.
override WGX: u32 = 64u;

struct Uniforms { n: u32, M: u32, N: u32, K: u32, strideA: u32, strideB: u32 }
@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read> b: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * WGX + id.x;
  if (i >= u.n) { return; }
  let col = i % u.N;
  let row = i / u.N % u.M;
  let g = i / (u.N * u.M);
  let left = g * u.strideA + row * u.K;
  let right = g * u.strideB + col;
  var sum = 0.0;
  for (var k = 0u; k < u.K; k++) { sum += a[left + k] * b[right + k * u.N]; }
  y[i] = sum;
}
