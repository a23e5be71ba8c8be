// The greatest activations of each channel over all images and all places of its map, kept exactly: the tail that a threshold is read
// from, such as Network Dissection's, which 0.5 % of a unit's activations exceed (Bau et al. 2017, §2.2).
import { OptionError } from '../core/errors.js';
import { sizeOf } from '../core/shape.js';
import { checked } from '../parts/schema.js';
import type { UnitLayer } from '../scene/unitLayers.js';
import { fromBase64, toBase64 } from './base64.js';
import type { Collector } from './collector.js';
import { described, eachMap, valuesOf } from './layers.js';
import { layerList, list, object, text, whole } from './schema.js';

/** The tail of a layer's channels. */
export interface GreatestLayer {
  /** `[C, 2·keep]`: of each row the first `filled[c]` numbers, of which the `keep` greatest count. */
  readonly values: Float32Array;
  readonly filled: Uint32Array;
  /** Numbers up to this one no longer belong to the `keep` greatest. */
  readonly floor: Float64Array;
  /** The smallest activation of each channel: a constant one equals its greatest. */
  readonly least: Float32Array;
}

/** The greatest activations of the channels of each layer, and how many images they are of. */
export interface Greatest {
  images: number;
  readonly layers: readonly GreatestLayer[];
}

/** What `greatest` must be told. */
export interface GreatestOptions {
  /** Numbers kept of each channel, for each layer. */
  readonly keep: readonly number[];
}

/**
 * The `keep` greatest activations of each channel of `layers`, equal ones each by itself. All activations are read back: name the layers
 * that are wanted. `rankedOf` reads it.
 */
export function greatest(layers: readonly UnitLayer[], { keep }: GreatestOptions): Collector<Greatest> {
  if (keep.length !== layers.length || !keep.every((count) => Number.isInteger(count) && count >= 1)) {
    throw new OptionError('keep', `must be a whole number from 1 for each of ${layers.length} layers, got [${keep}]`);
  }
  const empty = (): Greatest => ({
    images: 0,
    layers: layers.map(({ shape: [C] }, l) => ({
      values: new Float32Array(C * 2 * keep[l]),
      filled: new Uint32Array(C),
      floor: new Float64Array(C).fill(Number.NEGATIVE_INFINITY),
      least: new Float32Array(C).fill(Number.POSITIVE_INFINITY),
    })),
  });
  return {
    name: 'greatest',
    options: { keep: [...keep], layers: described(layers) },
    ops: (scene) => valuesOf(scene, layers),
    empty,
    add(state, rows, images) {
      eachMap(layers, rows, images, (l, channel, map) => take(state.layers[l], channel, keep[l], map));
      state.images += images.length;
      return state;
    },
    merge(a, b) {
      const merged = empty();
      merged.images = a.images + b.images;
      for (const [l, to] of merged.layers.entries()) {
        for (const { values, filled, least } of [a.layers[l], b.layers[l]]) {
          for (let c = 0; c < filled.length; c++) {
            const first = c * 2 * keep[l];
            take(to, c, keep[l], values.subarray(first, first + filled[c]));
            to.least[c] = Math.min(to.least[c], least[c]);
          }
        }
      }
      return merged;
    },
    codec: {
      // In order, and no more than count: the same numbers are the same text, however they came together.
      encode: ({ images, layers: found }) => ({
        images,
        layers: found.map((layer, l) => {
          const rows = Array.from(layer.filled, (_, c) => tailOf(layer, c, keep[l]));
          const all = new Float32Array(rows.reduce((sum, row) => sum + row.length, 0));
          let at = 0;
          for (const row of rows) {
            all.set(row, at);
            at += row.length;
          }
          return { values: toBase64(all), least: toBase64(images === 0 ? new Float32Array() : layer.least) };
        }),
      }),
      decode(data) {
        const { images, layers: lists } = checked(STATE, data, 'greatest');
        const state = empty();
        state.images = images;
        if (lists.length !== layers.length) {
          throw new OptionError('greatest.layers', `must hold ${layers.length} layers, got ${lists.length}`);
        }
        for (const [l, { shape }] of layers.entries()) {
          const [C] = shape;
          const each = Math.min(keep[l], images * (sizeOf(shape) / C));
          const values = numbers(lists[l].values, C * each, `greatest.layers[${l}].values`);
          const least = numbers(lists[l].least, images === 0 ? 0 : C, `greatest.layers[${l}].least`);
          for (let c = 0; c < C; c++) take(state.layers[l], c, keep[l], values.subarray(c * each, (c + 1) * each));
          // The kept numbers are only the greatest ones.
          state.layers[l].least.set(least);
        }
        return state;
      },
    },
  };
}

function numbers(letters: string, count: number, field: string): Float32Array {
  const found = fromBase64(letters);
  if (found?.length === count && found.every(Number.isFinite)) return found;
  throw new OptionError(field, `must be ${count} finite numbers of float32 in base64, got ${letters.length} letters`);
}

const STATE = object(
  {
    images: whole(0),
    layers: list(object({ values: text, least: text }, 'must be a layer'), 'must be a list of layers'),
  },
  'must be a state of greatest',
);

const OPTIONS = object(
  { keep: list(whole(1), 'must be a list of whole numbers'), layers: layerList },
  'must be the options of greatest',
);

/** The collector that made a file, by the options in it, without the net. @throws OptionError naming the field */
export function greatestOf(options: unknown): Collector<Greatest> {
  const { keep, layers } = checked(OPTIONS, options, 'greatest');
  return greatest(layers, { keep });
}

/** Takes numbers of a channel. Its row is sorted only once it is full, so each number costs one comparison most of the time. */
function take(layer: GreatestLayer, channel: number, keep: number, from: Float32Array): void {
  const { values, filled, floor, least } = layer;
  const first = channel * 2 * keep;
  let count = filled[channel];
  let bound = floor[channel];
  let smallest = least[channel];
  for (let i = 0; i < from.length; i++) {
    // 0 and −0 are one number.
    const value = from[i] + 0;
    if (value < smallest) smallest = value;
    if (!(value > bound)) continue;
    values[first + count++] = value;
    if (count < 2 * keep) continue;
    const row = values.subarray(first, first + count).sort();
    row.copyWithin(0, keep);
    count = keep;
    bound = row[0];
  }
  filled[channel] = count;
  floor[channel] = bound;
  least[channel] = smallest;
}

/** The numbers of a channel that count, the smallest first. */
function tailOf({ values, filled }: GreatestLayer, channel: number, keep: number): Float32Array {
  const first = channel * (values.length / filled.length);
  return values
    .slice(first, first + filled[channel])
    .sort()
    .slice(-keep);
}

/**
 * The activation of a channel that `rank` others of its own come before, from the greatest down: rank 0 is the greatest one. NaN where
 * fewer were collected. @throws OptionError for a rank that was not kept
 */
export function rankedOf(
  { layers }: Greatest,
  { options }: Pick<Collector<Greatest>, 'options'>,
  layer: number,
  channel: number,
  rank: number,
): number {
  const { keep } = options as GreatestOptions;
  if (!(Number.isInteger(rank) && rank >= 0 && rank < keep[layer])) {
    throw new OptionError('rank', `must be a whole number from 0 to ${keep[layer] - 1}, got ${rank}`);
  }
  const tail = tailOf(layers[layer], channel, keep[layer]);
  return rank < tail.length ? tail[tail.length - 1 - rank] : Number.NaN;
}
