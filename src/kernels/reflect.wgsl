// A library: reflect_(i, n) = the row or column of n that stands at i beyond the border, d c b a | a b c d | d c b a (half-sample
// symmetric, scipy's 'reflect'), however far outside.
fn reflect_(i: i32, n: i32) -> i32 {
  // Most are inside, and a division is dear.
  if (i >= 0 && i < n) { return i; }
  let period = 2 * n;
  let j = ((i % period) + period) % period;
  return select(j, period - 1 - j, j >= n);
}
