// Where the corners of a drawn box are, in plain numbers.
import type { RefTensor } from '../reference.js';
import type { Attrs, WindowAttrs } from './index.js';

/** Top, left, bottom and right of image n's box, as shares of the image. */
export function boxOf({ side, centre }: Record<string, RefTensor>, step: number, n: number, attrs: Attrs): number[] {
  const part = Math.min(1, step / Math.max(1, Number(attrs.over)));
  const mean = Number(attrs.side) + (Number(attrs.lastSide) - Number(attrs.side)) * part;
  const drawn = mean + Number(attrs.spread) * (attrs.uniform ? 2 * side.data[n] - 1 : side.data[n]);
  const share = Math.min(Math.max(drawn, Number(attrs.least)), Number(attrs.most));
  const [y, x] = [0, 1].map((axis) => 0.5 + Number(attrs.wander) * centre.data[2 * n + axis]);
  return [y - share / 2, x - share / 2, y + share / 2, x + share / 2];
}

/** The first row and column of image n's window (MFV: `int(clip(N(free / 2, free · spread), 0, free))`). */
export const windowOf = (place: RefTensor, n: number, { from, size, spread }: WindowAttrs): number[] =>
  [0, 1].map((axis) => {
    const free = from[axis] - size[axis];
    const drawn = free / 2 + free * Number(spread) * place.data[2 * n + axis];
    return Math.trunc(Math.min(Math.max(drawn, 0), free));
  });
