// A library of functions that WGSL lacks, or that adapters compute too coarsely or with overflow.

fn sigmoid(v: f32) -> f32 {
  // The exponent is never positive, so that nothing overflows.
  let e = exp(-abs(v));
  return select(e, 1.0, v >= 0.0) / (1.0 + e);
}

fn hyperbolic(v: f32) -> f32 {
  let e = exp(-2.0 * abs(v));
  // Near zero 1 − e loses its digits: the series does not.
  let v2 = v * v;
  let series = v * (1.0 - v2 * (0.33333333 - v2 * (0.13333333 - v2 * 0.053968254)));
  return select(sign(v) * (1.0 - e) / (1.0 + e), series, abs(v) < 0.1);
}

fn expMinus1(v: f32) -> f32 {
  let series = v * (1.0 + v * (0.5 + v * (0.16666667 + v * (0.041666667 + v * 0.0083333333))));
  return select(exp(v) - 1.0, series, abs(v) < 0.1);
}

fn softplus(v: f32) -> f32 {
  let e = exp(-abs(v));
  // log(1 + e) by its series where 1 + e rounds away what e holds.
  let series = e * (1.0 - e * (0.5 - e * (0.33333333 - e * 0.25)));
  return max(v, 0.0) + select(log(1.0 + e), series, e < 0.05);
}

// NaN below zero, where some adapters give the logarithm of the size.
fn logarithm(v: f32) -> f32 {
  if (v < 0.0) { return sqrt(v); }
  return log(v);
}

// x^p for whole p also where x is negative, which pow() is not defined for.
fn power(v: f32, p: f32) -> f32 {
  if (p == 0.0) { return 1.0; }
  if (p == 1.0) { return v; }
  if (p == 2.0) { return v * v; }
  if (p == 0.5) { return sqrt(v); }
  let r = pow(abs(v), p);
  // Of a negative number a broken power is none: what its root gives.
  if (v < 0.0 && fract(p) != 0.0) { return sqrt(v); }
  let odd = fract(p * 0.5) != 0.0;
  return select(r, -r, v < 0.0 && odd);
}

// Abramowitz and Stegun 7.1.26 is good to 1.5e-7; near zero the series of erf is better than its difference from 1.
fn erf(v: f32) -> f32 {
  let a = abs(v);
  let t = 1.0 / (1.0 + 0.3275911 * a);
  let p = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  let v2 = v * v;
  let series = v * 1.1283791671 * (1.0 - v2 * (0.33333333 - v2 * (0.1 - v2 * (0.023809524 - v2 * 0.0046296296))));
  return select(sign(v) * (1.0 - p * exp(-v2)), series, a < 0.5);
}
