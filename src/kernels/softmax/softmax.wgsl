// y[o,l,i] = exp(x[o,l,i] − max_l x) / Σ_l exp(x − max). x is [outer, L, inner]; a row is one (o, i), see rows.wgsl.
struct Uniforms { outer: u32, L: u32, inner: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(t: Thread) {
  let row = rowOf(t);
  let rows = u.outer * u.inner;
  let own = min(row, rows - 1u);
  let first = own / u.inner * u.L * u.inner + own % u.inner;
  var highest = x[first];
  for (var l = laneOf(t); l < u.L; l += LANES) { highest = max(highest, x[first + l * u.inner]); }
  highest = most(t, highest);
  var sum = 0.0;
  for (var l = laneOf(t); l < u.L; l += LANES) { sum += exp(x[first + l * u.inner] - highest); }
  sum = total(t, sum);
  if (row >= rows) { return; }
  for (var l = laneOf(t); l < u.L; l += LANES) { y[first + l * u.inner] = exp(x[first + l * u.inner] - highest) / sum; }
}
