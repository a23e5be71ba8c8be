// 1 − eˣ for x ≤ 0. Near zero the difference loses its digits; −2·sinh(x/2)·e^(x/2), with the series of sinh, does not.
fn complement(x: f32) -> f32 {
  let h = 0.5 * x;
  let h2 = h * h;
  let sinh = h * (1.0 + h2 / 6.0 * (1.0 + h2 / 20.0 * (1.0 + h2 / 42.0)));
  return select(1.0 - exp(x), -2.0 * sinh * exp(h), x > -1.0);
}
