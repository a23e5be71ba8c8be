// Sums over images of numbers that the host makes of what the device tells about each. They are exact, so that shards merge in any order.
import * as v from 'valibot';
import { OptionError } from '../core/errors.js';
import type { Value } from '../graph/tape.js';
import { checked } from '../parts/schema.js';
import type { Scene } from '../scene/openNet.js';
import type { Collector, ScannedImage } from './collector.js';
import {
  addExactly,
  countTerm,
  decodeSums,
  type ExactSums,
  encodeSums,
  exactSums,
  mergeSums,
  toNumber,
  wholesOf,
} from './exactSums.js';
import { list, object, text, whole } from './schema.js';

/** Images, and the sum over them of each number. */
export interface Sums {
  images: number;
  readonly sums: ExactSums;
}

/** What is summed. */
export interface SumsOf {
  readonly name: string;
  readonly options: object;
  /** Numbers that each image gives. */
  readonly length: number;
  /** What is read, and how many numbers of it each image has. */
  op(scene: Scene): Value;
  readonly size: number;
  /** Adds an image's terms, made of its row in float64: finite, and 0 or of a size from 2^-300 to 2^300. @throws NotFiniteError */
  terms(row: Float32Array, image: ScannedImage, add: (index: number, term: number) => void): void;
}

/** A collector of sums; `meansOf` tells the means from its state. */
export function sums({ name, options, length, op, size, terms }: SumsOf): Collector<Sums> {
  return {
    name,
    options,
    ops: (scene) => [op(scene)],
    empty: () => ({ images: 0, sums: exactSums(length) }),
    add(state, [rows], images) {
      const add = (index: number, term: number) => addExactly(state.sums, index, term);
      for (const [n, image] of images.entries()) {
        terms(rows.subarray(n * size, (n + 1) * size), image, add);
        countTerm(state.sums);
      }
      state.images += images.length;
      return state;
    },
    merge: (a, b) => ({ images: a.images + b.images, sums: mergeSums(a.sums, b.sums) }),
    codec: {
      encode: (state) => ({ images: state.images, sums: encodeSums(state.sums) }),
      decode(data) {
        const state = checked(STATE, data, name);
        if (state.sums.length === length) return { images: state.images, sums: decodeSums(state.sums) };
        throw new OptionError(`${name}.sums`, `must be ${length} sums, got ${state.sums.length}`);
      },
    },
  };
}

const HEX = v.pipe(text, v.regex(/^-?[\da-f]+$/, 'must be a hexadecimal number'));
const STATE = object({ images: whole(0), sums: list(HEX, 'must be a list of sums') }, 'must be a state of sums');

/** The mean of each number over the images. */
export const meansOf = ({ images, sums: all }: Sums): Float64Array =>
  Float64Array.from(wholesOf(all), (sum) => toNumber(sum) / images);
