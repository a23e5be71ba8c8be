// A library: quotient(a, b) = ⌊a / b⌋ for whole numbers with a < 2^24 and a / b < 3 million. CPU adapters divide integers one lane
// at a time, and floats all at once. The float result can be off by one, which is corrected.
fn quotient(a: vec4u, b: vec4u) -> vec4u {
  let q = vec4u(vec4f(a) / vec4f(b));
  let rest = vec4i(a - q * b);
  return q + vec4u(rest >= vec4i(b)) - vec4u(rest < vec4i());
}
