// A library: firstMaximum(t, row, size) is the index of the first maximum of x[row .. row + size], in every thread of the row.
// NaN counts as greater than any number, so it is found. The kernel has the buffer x and uses rows.wgsl.
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
