// y[r,l] = (x[r,l] − mean_r) / d_r, x as rows [R, L]. KIND: 0 d = √(var + eps); 1 d = √var + eps (Caffe's MVN); 2 d = 1, the
// mean alone; 3 no mean, d = √(Σx² + eps) (L2). The variance is that of the population, from the differences to the mean.
// Rows are shared as rows.wgsl says; d is kept for the gradient.
override KIND: u32 = 0u;

struct Uniforms { R: u32, L: u32, eps: f32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<storage, read_write> d: array<f32>;
@group(0) @binding(3) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(t: Thread) {
  let row = rowOf(t);
  let own = min(row, u.R - 1u);
  let first = own * u.L;
  let count = f32(u.L);
  var sum = 0.0;
  for (var l = laneOf(t); l < u.L; l += LANES) { sum += x[first + l]; }
  let mean = select(total(t, sum) / count, 0.0, KIND == 3u);
  var squares = 0.0;
  for (var l = laneOf(t); l < u.L; l += LANES) {
    let v = x[first + l] - mean;
    squares += v * v;
  }
  let s = total(t, squares);
  var by = 1.0;
  if (KIND == 0u) { by = sqrt(s / count + u.eps); }
  if (KIND == 1u) { by = sqrt(s / count) + u.eps; }
  if (KIND == 3u) { by = sqrt(s + u.eps); }
  if (row >= u.R) { return; }
  for (var l = laneOf(t); l < u.L; l += LANES) { y[first + l] = (x[first + l] - mean) / by; }
  if (laneOf(t) == 0u) { d[row] = by; }
}
