// Whole numbers in the order of the floats: comparing bits cannot be optimized as if there were no NaN.
fn ordered(v: f32) -> u32 {
  let bits = bitcast<u32>(v);
  let size = bits & 0x7fffffffu;
  // −0 is 0, and a NaN of either sign comes after infinity.
  let negative = bits != size && size != 0u && size <= 0x7f800000u;
  return select(size | 0x80000000u, ~bits, negative);
}
