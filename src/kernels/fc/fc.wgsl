// y[n,m] = act( b[m] + Σ_k x[n,k] · w[m,k] ). w is [M, K], row by row as Caffe and ONNX store it.
// One workgroup per output: its threads walk the row of w side by side, then sum in workgroup memory in a fixed order.
override WGX: u32 = 64u;
override RELU: bool = false;

struct Uniforms { N: u32, M: u32, K: u32, slope: f32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<uniform> u: Uniforms;
var<workgroup> partial: array<f32, WGX>;

@compute @workgroup_size(WGX)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) t: u32) {
  let i = group.y * groups.x + group.x;
  if (i >= u.N * u.M) { return; }
  let m = i % u.M;
  let n = i / u.M;
  var sum = 0.0;
  for (var k = t; k < u.K; k += WGX) { sum += x[n * u.K + k] * w[m * u.K + k]; }
  partial[t] = sum;
  workgroupBarrier();
  for (var half = WGX / 2u; half > 0u; half /= 2u) {
    if (t < half) { partial[t] += partial[t + half]; }
    workgroupBarrier();
  }
  if (t == 0u) {
    var v = partial[0] + b[m];
    if (RELU) { v = select(u.slope * v, v, v > 0.0); }
    y[i] = v;
  }
}
