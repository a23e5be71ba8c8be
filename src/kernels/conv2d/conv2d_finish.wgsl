// What is done to a sum on its way out, appended to the kernels that make sums: bias, ADD another value, RELU, CLAMP to the
// positive part, MASK by the sign of a forward value, as far as `u.flags` names them. Numbers and not overrides: each
// combination would be a pipeline of its own, and most of a net's first second is compiling.
const BIAS = 1u;
const ADD = 2u;
const RELU = 4u;
const CLAMP = 8u;
const MASK = 16u;

fn has(flag: u32) -> bool { return (u.flags & flag) != 0u; }

// The element `at` of y, made from a sum of channel c.
fn finish(sum: f32, c: u32, at: u32) -> f32 {
  var v = sum;
  if (has(BIAS)) { v += b[c]; }
  if (has(ADD)) { v += addend[at]; }
  if (has(RELU)) { v = select(u.slope * v, v, v > 0.0); }
  if (has(CLAMP)) { v = max(v, 0.0); }
  if (has(MASK)) { v = select(u.slope * v, v, gate[at] > 0.0); }
  return v;
}
