// Maps brought to places of the image, bilinearly between the centres of their receptive fields (Bau et al. 2017: "anchored at the
// centre of each unit's receptive field"; RectBivariateSpline with kx = ky = 1 in the authors' code). Outside the outermost centres a
// map goes on as it ends.
import { OptionError } from '../core/errors.js';
import type { Model } from '../graph/model.js';
import { imageShape } from './input.js';
import { receptiveFields } from './receptiveField.js';

/** Where places lie between the rows, or columns, of a map. */
export interface Axis {
  /** Rows of the map. */
  readonly length: number;
  /** `starts[i]` to `starts[i + 1]` are the places between row i and the next one; those outside belong to the ends. */
  readonly starts: Uint32Array;
  /** For each place the share of the next row. */
  readonly weights: Float64Array;
}

/** Places over the image, `y.weights.length` rows of them. */
export interface Grid {
  readonly y: Axis;
  readonly x: Axis;
}

/** The centres of a layer's receptive fields, in pixels of the net's input from its upper left corner; a pixel's own is at its middle. */
export function fieldCentres(model: Model, layer: string, [H, W]: readonly [number, number]) {
  const fieldOf = receptiveFields(model, layer);
  const y = Array.from({ length: H }, (_, row) => fieldOf(row, 0)).map(({ top, bottom }) => (top + bottom) / 2);
  const x = Array.from({ length: W }, (_, column) => fieldOf(0, column)).map(({ left, right }) => (left + right) / 2);
  const wrong = [y, x].find((centres) => centres.some((centre, i) => i > 0 && !(centre > centres[i - 1])));
  if (wrong) {
    throw new OptionError(
      'layers',
      `the places of '${layer}' see one and the same part of the image, at [${wrong}]: it has no map of the image; name a layer before it`,
    );
  }
  return { y, x };
}

/** Places between rows at `centres`, which rise: `count` places, evenly over `extent` pixels. */
export function axisOf(centres: readonly number[], extent: number, count: number): Axis {
  const intervals = Math.max(1, centres.length - 1);
  const starts = new Uint32Array(intervals + 1);
  const weights = new Float64Array(count);
  let i = 0;
  for (let place = 0; place < count; place++) {
    const at = ((place + 0.5) * extent) / count;
    while (i < intervals - 1 && at >= centres[i + 1]) starts[++i] = place;
    const [from, to] = [centres[i], centres[i + 1] ?? Number.POSITIVE_INFINITY];
    weights[place] = Math.min(1, Math.max(0, (at - from) / (to - from)));
  }
  starts.fill(count, i + 1);
  return { length: centres.length, starts, weights };
}

/** The grid of `size` places over the image for a layer's map. @throws OptionError for a layer without a map of the image */
export function gridOf(
  model: Model,
  layer: string,
  map: readonly [H: number, W: number],
  [rows, columns]: readonly [number, number],
): Grid {
  const [, H, W] = imageShape(model);
  const { y, x } = fieldCentres(model, layer, map);
  return { y: axisOf(y, H, rows), x: axisOf(x, W, columns) };
}

/**
 * Writes to `found` the places, row after row, at which a map is above `threshold`, and returns how many they are. Between four
 * activations of which none is above it, no place can be: most of a map is skipped.
 */
export function placesAbove(map: Float32Array, { y, x }: Grid, threshold: number, found: Uint32Array): number {
  const W = x.length;
  const columns = x.weights.length;
  const down = y.length > 1 ? W : 0;
  const right = W > 1 ? 1 : 0;
  let count = 0;
  for (let i = 0; i + 1 < y.starts.length; i++) {
    const [top, bottom] = [y.starts[i], y.starts[i + 1]];
    if (top === bottom) continue;
    for (let j = 0; j + 1 < x.starts.length; j++) {
      const at = i * W + j;
      const [a, b, c, d] = [map[at], map[at + right], map[at + down], map[at + down + right]];
      if (!(a > threshold || b > threshold || c > threshold || d > threshold)) continue;
      const [left, end] = [x.starts[j], x.starts[j + 1]];
      for (let row = top; row < bottom; row++) {
        const v = y.weights[row];
        const one = a + v * (c - a);
        const step = b + v * (d - b) - one;
        for (let column = left; column < end; column++) {
          if (one + x.weights[column] * step > threshold) found[count++] = row * columns + column;
        }
      }
    }
  }
  return count;
}
