// What is done to a sum on its way out, appended to the kernels that make sums: bias, ADD another value, RELU, CLAMP to the
// positive part, MASK by the sign of a forward value, as far as `u.flags` names them. Numbers and not overrides: each
// combination would be a pipeline of its own, and most of a net's first second is compiling.
const BIAS = 1u;
const ADD = 2u;
const RELU = 4u;
const CLAMP = 8u;
const MASK = 16u;

fn has(flag: u32) -> bool { return (u.flags & flag) != 0u; }

// Elements of y, made from sums of channel c.
fn finish(sum: vec4f, c: u32, at: vec4u) -> vec4f {
  var v = sum;
  if (has(BIAS)) { v += b[c]; }
  if (has(ADD)) { v += vec4f(addend[at.x], addend[at.y], addend[at.z], addend[at.w]); }
  if (has(RELU)) { v = select(u.slope * v, v, v > vec4f()); }
  if (has(CLAMP)) { v = max(v, vec4f()); }
  if (has(MASK)) { v = select(u.slope * v, v, vec4f(gate[at.x], gate[at.y], gate[at.z], gate[at.w]) > vec4f()); }
  return v;
}
