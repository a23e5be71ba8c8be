// y[n] = Σ_chw (dx² + dy² + ε)^(β/2), with dx = x[h,w+1] − x[h,w] and dy = x[h+1,w] − x[h,w], 0 in the last column and row.
// NCHW. Rows, one for each image, are shared as rows.wgsl says.
struct Uniforms { N: u32, size: u32, H: u32, W: u32, beta: f32, smooth_: f32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(t: Thread) {
  let n = rowOf(t);
  let row = min(n, u.N - 1u) * u.size;
  var sum = 0.0;
  for (var i = laneOf(t); i < u.size; i += LANES) {
    let v = x[row + i];
    var dx = 0.0;
    var dy = 0.0;
    if (i % u.W + 1u < u.W) { dx = x[row + i + 1u] - v; }
    if (i / u.W % u.H + 1u < u.H) { dy = x[row + i + u.W] - v; }
    sum += pow(dx * dx + dy * dy + u.smooth_, 0.5 * u.beta);
  }
  sum = total(t, sum);
  if (laneOf(t) == 0u && n < u.N) { y[n] = sum; }
}
