// y[o,i] = the index l of the greatest x[o,l,i] (or least with MIN), as a float; of several the first, or with LAST the last.
// NaN counts as more than any number, with MIN as less: it is found and not lost.
// x is [outer, L, inner]; a row is one (o, i), see rows.wgsl.
override MIN: bool = false;
override LAST: bool = false;

struct Uniforms { outer: u32, L: u32, inner: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> u: Uniforms;

fn key(v: f32) -> u32 { return ordered(select(v, -v, MIN)); }

@compute @workgroup_size(WGX)
fn main(t: Thread) {
  let row = rowOf(t);
  let rows = u.outer * u.inner;
  let own = min(row, rows - 1u);
  let first = own / u.inner * u.L * u.inner + own % u.inner;
  var at = min(laneOf(t), u.L - 1u);
  var best = key(x[first + at * u.inner]);
  for (var l = at + LANES; l < u.L; l += LANES) {
    let k = key(x[first + l * u.inner]);
    if (k > best || (LAST && k == best)) {
      at = l;
      best = k;
    }
  }
  // Of those that have the greatest, the highest index, or the lowest.
  let highest = greatest(t, best);
  let place = greatest(t, select(0u, select(~at, at, LAST), best == highest));
  if (laneOf(t) == 0u && row < rows) { y[row] = f32(select(~place, place, LAST)); }
}
