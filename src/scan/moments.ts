// Count, mean and variance of each channel over all images and all places of its map. The device reduces each image's map to its
// mean and its squared deviations from it, in single precision; these are summed without rounding, so that any order and any
// division of the set gives the same bits. The mean and the squares of a part are shifted to the whole as in Chan et al. 1983.
import * as v from 'valibot';
import { OptionError } from '../core/errors.js';
import { sizeOf } from '../core/shape.js';
import type { Tape, Value } from '../graph/tape.js';
import { binary } from '../kernels/binary/index.js';
import { op as concat } from '../kernels/concat/index.js';
import { op as reduction } from '../kernels/reduction/index.js';
import { op as reshape } from '../kernels/reshape/index.js';
import { checked } from '../parts/schema.js';
import type { UnitLayer } from '../scene/unitLayers.js';
import type { Collector } from './collector.js';
import {
  addExactly,
  countTerm,
  decodeSums,
  type ExactSums,
  encodeSums,
  exactSums,
  mergeSums,
  toNumber,
  UNIT,
  wholesOf,
} from './exactSums.js';
import { described, notFinite, valuesOf } from './layers.js';
import { list, object, text, whole } from './schema.js';

/** The sums from which means and variances of channels follow. They are exact, so that shards merge in any order. */
export interface Moments {
  images: number;
  readonly layers: readonly {
    /** Σx of each channel, and Σx² as the sum of each image's squared deviations and its count times its squared mean. */
    readonly sums: ExactSums;
    readonly squares: ExactSums;
  }[];
}

/** One layer's moments, by channel. */
export interface ChannelMoments {
  readonly layer: string;
  /** Numbers that each channel had: images times places. */
  readonly count: number;
  readonly mean: Float64Array;
  /** Of all numbers: divided by `count`. */
  readonly variance: Float64Array;
}

/** Count, mean and variance of the channels of `layers`; `momentsOf` tells them from the state. */
export function moments(layers: readonly UnitLayer[]): Collector<Moments> {
  return {
    name: 'moments',
    options: { layers: described(layers) },
    ops: (scene) => valuesOf(scene, layers).map((x) => imageMoments(scene.tape, x)),
    empty: () => ({
      images: 0,
      layers: layers.map(({ shape: [C] }) => ({ sums: exactSums(C), squares: exactSums(C) })),
    }),
    add(state, rows, images) {
      for (const [l, { layer, shape }] of layers.entries()) {
        const [C] = shape;
        const size = sizeOf(shape) / C;
        const { sums, squares } = state.layers[l];
        for (const [n, { id }] of images.entries()) {
          for (let c = 0; c < C; c++) {
            const at = (n * C + c) * 2;
            const [mean, deviations] = [rows[l][at], rows[l][at + 1]];
            if (!Number.isFinite(mean + deviations)) throw notFinite(layer, c, mean + deviations, id);
            addExactly(sums, c, size * mean);
            addExactly(squares, c, deviations + size * mean * mean);
          }
          countTerm(sums);
          countTerm(squares);
        }
      }
      state.images += images.length;
      return state;
    },
    merge: (a, b) => ({
      images: a.images + b.images,
      layers: a.layers.map(({ sums, squares }, l) => ({
        sums: mergeSums(sums, b.layers[l].sums),
        squares: mergeSums(squares, b.layers[l].squares),
      })),
    }),
    codec: {
      encode: ({ images, layers: found }) => ({
        images,
        layers: found.map(({ sums, squares }) => ({ sums: encodeSums(sums), squares: encodeSums(squares) })),
      }),
      decode(data) {
        const { images, layers: lists } = checked(STATE, data, 'moments');
        const wanted = layers.map(({ shape: [C] }) => C);
        const got = lists.map(({ sums, squares }) => (sums.length === squares.length ? sums.length : -1));
        if (String(got) !== String(wanted)) {
          throw new OptionError('moments.layers', `must hold sums of ${wanted} channels, got ${got}`);
        }
        return {
          images,
          layers: lists.map(({ sums, squares }) => ({ sums: decodeSums(sums), squares: decodeSums(squares) })),
        };
      },
    },
  };
}

const HEX = v.pipe(text, v.regex(/^-?[\da-f]+$/, 'must be a hexadecimal number'));
const SUMS = list(HEX, 'must be a list of sums');
const STATE = object(
  {
    images: whole(0),
    layers: list(object({ sums: SUMS, squares: SUMS }, 'must be a layer'), 'must be a list of layers'),
  },
  'must be a state of moments',
);

/** `[N, C, 2]`: the mean of each image's map, and Σ(x − mean)². Two passes, so that a large mean costs no digits. */
function imageMoments(tape: Tape, x: Value): Value {
  const [N, C] = x.shape;
  const maps = tape.apply(reshape, { x }, { shape: [N, C, -1] });
  const mean = tape.apply(reduction, { x: maps }, { kind: 'mean', axes: [2], keep: true });
  const deviations = binary(tape, 'sub', maps, mean);
  const squares = tape.apply(reduction, { x: deviations }, { kind: 'sumSquare', axes: [2], keep: true });
  return tape.apply(concat, { x0: mean, x1: squares }, { axis: 2 });
}

/** The moments that a state holds. Of no images they are NaN. */
export function momentsOf(state: Moments, layers: readonly UnitLayer[]): ChannelMoments[] {
  return layers.map(({ layer, shape }, l) => {
    const [, H, W] = shape;
    const count = state.images * H * W;
    const { sums, squares } = state.layers[l];
    const [all, allSquares] = [wholesOf(sums), wholesOf(squares)];
    // n·Σx² − (Σx)² in whole numbers loses no digits where the mean is large. Rounding of single terms may leave a little below zero.
    const spread = all.map((sum, c) => ((BigInt(count) * allSquares[c]) << BigInt(UNIT)) - sum * sum);
    return {
      layer,
      count,
      mean: Float64Array.from(all, (sum) => toNumber(sum) / count),
      variance: Float64Array.from(spread, (whole) => Math.max(0, toNumber(whole, 2 * UNIT) / count / count)),
    };
  });
}
