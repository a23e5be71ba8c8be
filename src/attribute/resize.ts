// Resizing one map on the host, for masks that are made there.

/** A map of `h` rows of `w` at the size `[H, W]`, bilinearly, by the centres of pixels; beyond the border its outermost numbers. */
export function resizedMap(
  map: ArrayLike<number>,
  [h, w]: readonly [number, number],
  [H, W]: readonly [number, number],
): Float64Array {
  const rows = ways(h, H);
  const columns = ways(w, W);
  const out = new Float64Array(H * W);
  for (const [y, [top, bottom, down]] of rows.entries()) {
    for (const [x, [left, right, across]] of columns.entries()) {
      const above = map[top * w + left] * (1 - across) + map[top * w + right] * across;
      const below = map[bottom * w + left] * (1 - across) + map[bottom * w + right] * across;
      out[y * W + x] = above * (1 - down) + below * down;
    }
  }
  return out;
}

/** For each new index the two old ones that it lies between, and how far it is from the first. */
function ways(from: number, to: number): [number, number, number][] {
  return Array.from({ length: to }, (_, i) => {
    const at = Math.min(Math.max(((i + 0.5) * from) / to - 0.5, 0), from - 1);
    const first = Math.floor(at);
    return [first, Math.min(first + 1, from - 1), at - first];
  });
}
