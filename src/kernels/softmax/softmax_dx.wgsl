// dx = y · (dy − Σ_l dy·y). y and dy are [outer, L, inner]; a row is one (o, i), see rows.wgsl.
struct Uniforms { outer: u32, L: u32, inner: u32 }
@group(0) @binding(0) var<storage, read> y: array<f32>;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read_write> dx: array<f32>;
@group(0) @binding(3) var<uniform> u: Uniforms;

@compute @workgroup_size(WGX)
fn main(t: Thread) {
  let row = rowOf(t);
  let rows = u.outer * u.inner;
  let own = min(row, rows - 1u);
  let first = own / u.inner * u.L * u.inner + own % u.inner;
  var sum = 0.0;
  for (var l = laneOf(t); l < u.L; l += LANES) { sum += dy[first + l * u.inner] * y[first + l * u.inner]; }
  sum = total(t, sum);
  if (row >= rows) { return; }
  for (var l = laneOf(t); l < u.L; l += LANES) {
    let i = first + l * u.inner;
    dx[i] = y[i] * (dy[i] - sum);
  }
}
