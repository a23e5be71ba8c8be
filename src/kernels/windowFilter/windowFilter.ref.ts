// The bilateral filter and the median of x + mean, in plain loops and float64.
import { fill, get, type RefTensor } from '../reference.js';

/** Half-sample symmetric. */
function reflect(i: number, n: number): number {
  let j = i;
  while (j < 0 || j >= n) j = j < 0 ? -1 - j : 2 * n - 1 - j;
  return j;
}

const offsets = (radius: number) => Array.from({ length: 2 * radius + 1 }, (_, i) => i - radius);

/** The pixels around (h, w), as [row, column, dy, dx]. */
const around = ([, , H, W]: readonly number[], h: number, w: number, radius: number) =>
  offsets(radius).flatMap((dy) =>
    offsets(radius).map((dx) => [reflect(h + dy, H), reflect(w + dx, W), dy, dx] as const),
  );

export function bilateralRef(
  { x, mean }: Record<string, RefTensor>,
  { sigma, rho }: { readonly sigma: number; readonly rho: number },
): RefTensor {
  const v = (n: number, c: number, h: number, w: number) => get(x, n, c, h, w) + get(mean, c, h, w);
  return fill(x.shape, (n, c, h, w) => {
    let [sum, weights] = [0, 0];
    for (const [row, column, dy, dx] of around(x.shape, h, w, Math.ceil(2 * sigma))) {
      const distance = Array.from({ length: x.shape[1] }, (_, k) => (v(n, k, row, column) - v(n, k, h, w)) ** 2);
      const far = distance.reduce((a, b) => a + b, 0);
      const weight = Math.exp(-(dy * dy + dx * dx) / (2 * sigma * sigma) - far / (2 * rho * rho));
      sum += weight * v(n, c, row, column);
      weights += weight;
    }
    return sum / weights - get(mean, c, h, w);
  });
}

export function medianRef({ x, mean }: Record<string, RefTensor>, { radius }: { readonly radius: number }): RefTensor {
  return fill(x.shape, (n, c, h, w) => {
    const values = around(x.shape, h, w, radius).map(
      ([row, column]) => get(x, n, c, row, column) + get(mean, c, row, column),
    );
    return values.sort((a, b) => a - b)[(values.length - 1) / 2] - get(mean, c, h, w);
  });
}
