// Quantiles of each channel over all images and all places of its map, from counts in buckets that are as wide as their values are
// large: the idea of DDSketch (Masson et al. 2019), with buckets that are cut from the bits of a float32, as in HDR histograms. No
// logarithm is taken, so every engine counts alike. Counts of buckets merge exactly.
import * as v from 'valibot';
import { OptionError } from '../core/errors.js';
import { checked } from '../parts/schema.js';
import type { UnitLayer } from '../scene/unitLayers.js';
import type { Collector } from './collector.js';
import { described, eachMap, valuesOf } from './layers.js';
import { layerList, list, object, whole } from './schema.js';

/** For each layer and channel the count of each bucket that is not empty. */
export interface Quantiles {
  readonly buckets: readonly (readonly Map<number, number>[])[];
}

/** What `quantiles` may be told. */
export interface QuantilesOptions {
  /** Bits of the mantissa that tell buckets apart: 2^bits between a power of two and the next. */
  readonly bits?: number;
}

const MANTISSA = 23;

/**
 * Sketches of the channels of `layers`, which `quantileOf` asks. A quantile's relative error is at most 2^−(bits + 1), below 0.8 % by default: half a bucket. All activations are read back: name the layers that are wanted.
 */
export function quantiles(layers: readonly UnitLayer[], { bits = 6 }: QuantilesOptions = {}): Collector<Quantiles> {
  if (!(Number.isInteger(bits) && bits >= 0 && bits <= 16)) {
    throw new OptionError('bits', `must be a whole number from 0 to 16, got ${bits}`);
  }
  const empty = (): Quantiles => ({
    buckets: layers.map(({ shape: [C] }) => Array.from({ length: C }, () => new Map<number, number>())),
  });
  return {
    name: 'quantiles',
    options: { bits, layers: described(layers) },
    ops: (scene) => valuesOf(scene, layers),
    empty,
    add(state, rows, images) {
      eachMap(layers, rows, images, (l, channel, map) => {
        const buckets = state.buckets[l][channel];
        for (const value of map) {
          const key = keyOf(value, bits);
          buckets.set(key, (buckets.get(key) ?? 0) + 1);
        }
      });
      return state;
    },
    merge(a, b) {
      const merged = empty();
      for (const [l, channels] of merged.buckets.entries()) {
        for (const [c, buckets] of channels.entries()) {
          for (const part of [a.buckets[l][c], b.buckets[l][c]]) {
            for (const [key, count] of part) buckets.set(key, (buckets.get(key) ?? 0) + count);
          }
        }
      }
      return merged;
    },
    codec: {
      // In order: the same counts are the same text, however they came together.
      encode: ({ buckets }) => ({ buckets: buckets.map((channels) => channels.map((map) => sorted(map).flat())) }),
      decode(data) {
        const { buckets } = checked(STATE, data, 'quantiles');
        const wanted = layers.map(({ shape: [C] }) => C);
        const got = buckets.map((channels) => channels.length);
        if (String(got) !== String(wanted)) {
          throw new OptionError('quantiles.buckets', `must hold lists of ${wanted} channels, got ${got}`);
        }
        const pairs = (numbers: readonly number[]): [number, number][] =>
          Array.from({ length: numbers.length / 2 }, (_, i) => [numbers[i * 2], numbers[i * 2 + 1]]);
        return { buckets: buckets.map((channels) => channels.map((numbers) => new Map(pairs(numbers)))) };
      },
    },
  };
}

const KEY = v.pipe(v.number('must be a number'), v.integer('must be a whole number'));
const PAIRS = v.pipe(
  list(KEY, 'must be a list of numbers'),
  v.check((numbers) => numbers.length % 2 === 0, 'must be pairs of bucket and count'),
);
const STATE = object(
  { buckets: list(list(PAIRS, 'must be a list of channels'), 'must be a list of layers') },
  'must be a state of quantiles',
);

const OPTIONS = object({ bits: whole(0), layers: layerList }, 'must be the options of quantiles');

/** The collector that made a file, by the options in it, without the net. @throws OptionError naming the field */
export function quantilesOf(options: unknown): Collector<Quantiles> {
  const { bits, layers } = checked(OPTIONS, options, 'quantiles');
  return quantiles(layers, { bits });
}

const single = new Float32Array(1);
const bitsOfSingle = new Int32Array(single.buffer);

/** A value's bucket. Buckets are numbered in the order of their values; 0 and −0 are in bucket 0. */
function keyOf(value: number, bits: number): number {
  single[0] = value;
  const key = (bitsOfSingle[0] & 0x7fffffff) >>> (MANTISSA - bits);
  return value < 0 ? -key - 1 : key;
}

/** The middle of a bucket; 0 for those that begin at zero, which hold nothing as large as the smallest normal number. */
function middleOf(key: number, bits: number): number {
  const size = key < 0 ? -key - 1 : key;
  if (size === 0) return 0;
  const edge = (at: number) => {
    bitsOfSingle[0] = at << (MANTISSA - bits);
    return single[0];
  };
  const low = edge(size);
  const next = edge(size + 1);
  // The last bucket ends at infinity.
  const middle = Number.isFinite(next) ? (low + next) / 2 : low;
  return key < 0 ? -middle : middle;
}

const sorted = (buckets: ReadonlyMap<number, number>): [number, number][] => [...buckets].sort(([a], [b]) => a - b);

/**
 * The quantile `q` from 0 to 1 of a channel: the number with floor(q·(count − 1)) smaller or equal ones before it, but for the
 * sketch's error. NaN where nothing was collected.
 */
export function quantileOf(
  { buckets }: Quantiles,
  { options }: Pick<Collector<Quantiles>, 'options'>,
  layer: number,
  channel: number,
  q: number,
): number {
  if (!(q >= 0 && q <= 1)) throw new OptionError('q', `must be from 0 to 1, got ${q}`);
  const { bits } = options as Required<QuantilesOptions>;
  const all = sorted(buckets[layer][channel]);
  const count = all.reduce((sum, [, n]) => sum + n, 0);
  let rank = Math.floor(q * (count - 1));
  for (const [key, n] of all) {
    if (rank < n) return middleOf(key, bits);
    rank -= n;
  }
  return Number.NaN;
}
