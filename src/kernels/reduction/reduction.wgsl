// y[o,i] = Σ_l x[o,l,i] (or the maximum over l with MAX). x is [outer, L, inner]; a row is one (o, i), see rows.wgsl.
override MAX: bool = false;

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
  var all = select(0.0, x[first], MAX);
  for (var l = laneOf(t); l < u.L; l += LANES) {
    let v = x[first + l * u.inner];
    all = select(all + v, max(all, v), MAX);
  }
  if (MAX) { all = most(t, all); } else { all = total(t, all); }
  if (laneOf(t) == 0u && row < rows) { y[row] = all; }
}
