import { OptionError } from '../core/errors.js';
import { sizeBetween } from '../core/shape.js';
import { binary } from '../kernels/binary/index.js';
import { definePart } from '../parts/part.js';
import { codeNumbers } from '../scene/codeNumbers.js';

/** A code of numbers that no picture has is drawn as something that is no picture. */
export const bounds = definePart({
  kind: 'regularizer',
  name: 'bounds',
  text: 'Keeps each number of a code within so many standard deviations of its mean, or between two numbers.',
  source: 'Nguyen et al. 2016 (DGN-AM): act_range/3x, and --clip; PPGN clips to 0 … 30',
  fields: {
    codes: {
      type: 'text',
      optional: true,
      text: 'numbers that the run is given: the mean of each number of a code, then their standard deviations',
    },
    deviations: { type: 'number', above: 0, default: 3, text: 'standard deviations from the mean, with codes' },
    low: { type: 'number', optional: true, text: 'the least number; with codes the greater of both' },
    high: { type: 'number', optional: true, text: 'the greatest number; with codes the lesser of both' },
  },
  make({ codes, deviations, low = Number.NEGATIVE_INFINITY, high = Number.POSITIVE_INFINITY }) {
    if (!(low <= high)) throw new OptionError('bounds.low', `must not be above high, ${high}; got ${low}`);
    if (codes === undefined && low === Number.NEGATIVE_INFINITY && high === Number.POSITIVE_INFINITY) {
      throw new OptionError('bounds', 'needs codes, low or high');
    }
    return {
      label: 'bounds',
      code: true,
      project({ tape, space }, { image: code }) {
        const size = sizeBetween(code.shape, 1);
        const known = codes === undefined ? undefined : codeNumbers(space, codes, size);
        const limit = (sign: 1 | -1, end: number, choose: (a: number, b: number) => number) =>
          Float32Array.from({ length: size }, (_, i) =>
            finite(known ? choose(end, known.mean[i] + sign * deviations * known.deviation[i]) : end),
          );
        const shape = [1, ...code.shape.slice(1)];
        const least = tape.constant('least of a code', shape, limit(-1, low, Math.max));
        const most = tape.constant('greatest of a code', shape, limit(1, high, Math.min));
        return binary(tape, 'min', binary(tape, 'max', code, least), most);
      },
    };
  },
});

/** Shaders need not know infinity. */
const finite = (v: number): number => Math.min(Math.max(v, -3e38), 3e38);
