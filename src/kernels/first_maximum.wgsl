// Where the first maximum of the row of x that begins at `row` is, for all threads of it. NaN counts as more than any number, so
// that it is found and not lost. Put behind kernels that have rows of x, with rows.wgsl and ordered.wgsl.
fn firstMaximum(t: Thread, row: u32, size: u32) -> u32 {
  var best = min(laneOf(t), size - 1u);
  var key = ordered(x[row + best]);
  for (var i = best + LANES; i < size; i += LANES) {
    let k = ordered(x[row + i]);
    if (k > key) {
      best = i;
      key = k;
    }
  }
  let highest = greatest(t, key);
  // The lowest place of those that have it.
  return ~greatest(t, select(0u, ~best, key == highest));
}
