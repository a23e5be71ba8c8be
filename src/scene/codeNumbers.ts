// What codes of pictures are like: the mean and the deviation of each number.
import { OptionError } from '../core/errors.js';
import type { ImageSpace } from './space.js';

/** Of each number of a code: the mean, and the standard deviation. */
export interface CodeNumbers {
  readonly mean: Float32Array;
  readonly deviation: Float32Array;
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
