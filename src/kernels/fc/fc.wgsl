// y[n,m] = act( b[m] + Σ_k x[n,k] · w[m,k] ). w is [M, K], row by row as Caffe and ONNX store it.
// v1. A row is one output, shared as rows.wgsl says: its threads walk the row of w side by side.
override RELU: bool = false;

struct Uniforms { N: u32, M: u32, K: u32, slope: f32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(t: Thread) {
  let i = rowOf(t);
  let outputs = u.N * u.M;
  let own = min(i, outputs - 1u);
  let m = own % u.M;
  let n = own / u.M;
  var sum = 0.0;
  for (var k = laneOf(t); k < u.K; k += LANES) { sum += x[n * u.K + k] * w[m * u.K + k]; }
  sum = total(t, sum);
  if (laneOf(t) == 0u && i < outputs) {
    var v = sum + b[m];
    if (RELU) { v = select(u.slope * v, v, v > 0.0); }
    y[i] = v;
  }
}
