// Sums without rounding: each is a fixed-point number of whole 32-bit digits, so that the order of the terms does not matter and
// sums of parts merge to the same bits. After Kulisch's long accumulator.

/** Digits of a sum. The lowest bit stands for 2^LOWEST, the last bit of a double as small as the square of the smallest float32. */
const DIGITS = 22;
const LOWEST = -352;
const BASE = 2 ** 32;
/** Terms after which digits are carried, long before a digit leaves the 2^53 that doubles count to. */
const CARRY_EVERY = 2 ** 18;

/** Exact sums of doubles, side by side. */
export interface ExactSums {
  /** `[count, DIGITS]`. Once carried, all from 0 to 2³² − 1 but for the last, which has the sign. */
  readonly digits: Float64Array;
  /** Terms since digits were carried. */
  pending: number;
}

export const exactSums = (count: number): ExactSums => ({ digits: new Float64Array(count * DIGITS), pending: 0 });

const bits = new DataView(new ArrayBuffer(8));

/** Adds a double of magnitude 0, or from 2^-300 to 2^300, to sum `i`. */
export function addExactly({ digits }: ExactSums, i: number, value: number): void {
  if (value === 0) return;
  bits.setFloat64(0, value);
  const high = bits.getUint32(0);
  const sign = high >>> 31 ? -1 : 1;
  // value = sign · (upper · 2³² + lower) · 2^exponent
  const upper = (high & 0xfffff) + 0x100000;
  const lower = bits.getUint32(4);
  const place = ((high >>> 20) & 0x7ff) - 1075 - LOWEST;
  const at = i * DIGITS + (place >> 5);
  const shift = 2 ** (place & 31);
  const low = lower * shift;
  const lowCarry = Math.floor(low / BASE);
  const middle = upper * shift;
  const middleCarry = Math.floor(middle / BASE);
  digits[at] += sign * (low - lowCarry * BASE);
  digits[at + 1] += sign * (lowCarry + (middle - middleCarry * BASE));
  digits[at + 2] += sign * middleCarry;
}

/** To be called once for each term that every sum has got. */
export function countTerm(sums: ExactSums): void {
  if (++sums.pending >= CARRY_EVERY) carry(sums);
}

/** Brings digits into their range: equal sums then have equal digits. */
function carry(sums: ExactSums): void {
  const { digits } = sums;
  for (let first = 0; first < digits.length; first += DIGITS) {
    for (let d = first; d < first + DIGITS - 1; d++) {
      const over = Math.floor(digits[d] / BASE);
      digits[d] -= over * BASE;
      digits[d + 1] += over;
    }
  }
  sums.pending = 0;
}

export function mergeSums(a: ExactSums, b: ExactSums): ExactSums {
  const [one, other] = [carried(a), carried(b)];
  const merged = { digits: one.map((digit, i) => digit + other[i]), pending: 1 };
  carry(merged);
  return merged;
}

/** A copy of the digits, carried. */
function carried({ digits, pending }: ExactSums): Float64Array {
  const copy = { digits: digits.slice(), pending };
  carry(copy);
  return copy.digits;
}

/** A sum's lowest bit is 2^−UNIT. */
export const UNIT = -LOWEST;

/** Every sum as a whole number of 2^−UNIT. */
export function wholesOf(sums: ExactSums): bigint[] {
  const digits = carried(sums);
  return Array.from({ length: digits.length / DIGITS }, (_, i) => {
    let whole = 0n;
    for (let d = DIGITS - 1; d >= 0; d--) whole = (whole << 32n) + BigInt(digits[i * DIGITS + d]);
    return whole;
  });
}

/** `whole · 2^−unit` as a double. */
export function toNumber(whole: bigint, unit = UNIT): number {
  const size = whole < 0n ? -whole : whole;
  // As many leading bits as a double has, and a few more: the rest cannot be seen.
  const extra = Math.max(0, size.toString(16).length * 4 - 64);
  const power = extra - unit;
  const half = Math.floor(power / 2);
  return Number(whole >> BigInt(extra)) * 2 ** half * 2 ** (power - half);
}

/** Every sum as a hexadecimal number of 2^−UNIT. */
export const encodeSums = (sums: ExactSums): string[] => wholesOf(sums).map((whole) => whole.toString(16));

export function decodeSums(texts: readonly string[]): ExactSums {
  const sums = exactSums(texts.length);
  for (const [i, text] of texts.entries()) {
    const negative = text.startsWith('-');
    let rest = BigInt(`0x${negative ? text.slice(1) : text}`);
    for (let d = 0; d < DIGITS; d++, rest >>= 32n) {
      sums.digits[i * DIGITS + d] = Number(rest & 0xffffffffn) * (negative ? -1 : 1);
    }
  }
  carry(sums);
  return sums;
}
