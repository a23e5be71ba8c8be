// A library: finish(sum, c, at) = v, four elements of y at `at`, made from sums of channel c. `u.flags` says what is applied, in this
// order: bias, ADD another value, RELU, CLAMP to the positive part, MASK by the sign of a forward value. Flags are uniforms and not
// overrides, since each combination of overrides is a pipeline of its own, and compiling takes most of a network's first second.
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
