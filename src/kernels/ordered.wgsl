// A library: ordered(v) is a u32 that sorts as v does. −0 equals 0, and every NaN is the same number above infinity.
// A compiler may assume that floats are not NaN, so comparing floats could lose one. It cannot assume that of bits.
fn ordered(v: f32) -> u32 {
  let bits = bitcast<u32>(v);
  let size = min(bits & 0x7fffffffu, 0x7f800001u);
  // −0 is 0, and a NaN of either sign comes after infinity.
  let negative = bits > 0x80000000u && size <= 0x7f800000u;
  return select(size | 0x80000000u, ~bits, negative);
}
