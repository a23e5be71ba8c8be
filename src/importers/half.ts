// Half precision, the direction that `halfToFloat` in graph/model.ts does not go.

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** The nearest IEEE 754 binary16, ties to even; too large is infinity. */
export function floatToHalf(value: number): number {
  float[0] = value;
  const b = bits[0];
  const sign = (b >>> 16) & 0x8000;
  const exponent = (b >>> 23) & 0xff;
  const fraction = b & 0x7fffff;
  if (exponent === 255) return sign | 0x7c00 | (fraction ? 0x200 : 0);
  const e = exponent - 112;
  if (e >= 31) return sign | 0x7c00;
  if (e <= 0) {
    // Subnormal: the fraction, with its hidden bit, shifted to units of 2⁻²⁴.
    if (e < -10) return sign;
    return sign | roundShift(fraction | 0x800000, 14 - e);
  }
  // A carry out of the fraction raises the exponent, which is what rounding up means.
  return sign | (((e << 10) | (fraction >>> 13)) + (roundShift(fraction, 13) - (fraction >>> 13)));
}

/** `v / 2^shift`, rounded to nearest, ties to even. */
function roundShift(v: number, shift: number): number {
  const whole = v >>> shift;
  const rest = v & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  return rest > half || (rest === half && whole & 1) ? whole + 1 : whole;
}
