// What codes of pictures are like: the mean and the deviation of each number.
import { OptionError } from '../core/errors.js';
import type { ImageSpace } from './space.js';

/** Of each number of a code: the mean, and the standard deviation. */
export interface CodeNumbers {
  readonly mean: Float32Array;
  readonly deviation: Float32Array;
}

/** Mean and standard deviation of each number of a code, over the pictures of a set. */
export interface CodeStatistics extends CodeNumbers {
  /** The encoder, and its layer with the code. */
  readonly net: string;
  readonly layer: string;
  readonly pictures: number;
}

/** As a run takes them: `numbers: { codes }`. */
export function codeNumbersOf({ mean, deviation }: CodeNumbers): Float32Array {
  const all = new Float32Array(mean.length + deviation.length);
  all.set(mean);
  all.set(deviation, mean.length);
  return all;
}

/** Those that the run was given under a name: `size` means, then `size` deviations. @throws OptionError for another count */
export function codeNumbers(space: ImageSpace, name: string, size: number): CodeNumbers {
  const all = space.numbers(name);
  if (all.length !== 2 * size) {
    throw new OptionError(
      'numbers',
      `'${name}' must be ${size} means and ${size} deviations, got ${all.length} numbers`,
    );
  }
  return { mean: all.subarray(0, size), deviation: all.subarray(size) };
}
