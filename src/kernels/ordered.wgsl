// Whole numbers in the order of the floats, all NaN being one: comparing bits cannot be optimized as if there were no NaN.
fn ordered(v: f32) -> u32 {
  let bits = bitcast<u32>(v);
  let size = min(bits & 0x7fffffffu, 0x7f800001u);
  // −0 is 0, and a NaN of either sign comes after infinity.
  let negative = bits > 0x80000000u && size <= 0x7f800000u;
  return select(size | 0x80000000u, ~bits, negative);
}
