// a / b for whole numbers, where a is below 2^24 and a / b below three million: an integer division is one per lane on software
// adapters. Appended to the kernels whose places are divided. What the division of floats may be off by is put right.
fn quotient(a: vec4u, b: vec4u) -> vec4u {
  let q = vec4u(vec4f(a) / vec4f(b));
  let rest = vec4i(a - q * b);
  return q + vec4u(rest >= vec4i(b)) - vec4u(rest < vec4i());
}
