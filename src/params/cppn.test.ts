import { describe, expect, test } from 'vitest';
import { blankNet, checkParams } from '../../test/support/params.js';
import { map } from '../kernels/reference.js';
import { spaceOf } from '../scene/space.js';
import { cppn } from './cppn.js';
import { cppnRef } from './params.ref.js';

describe('cppn', () => {
  for (const [shape, options] of [
    [[2, 3, 3, 4], { channels: 3, layers: 2 }],
    [[3, 1, 3, 6], { channels: 3, layers: 1 }],
  ] as const) {
    test(`[${shape}] ${JSON.stringify(options)}`, () =>
      checkParams(cppn.make(options), {
        shape,
        rgb: (weights) => map(cppnRef(Object.values(weights), shape), (v) => 1 / (1 + Math.exp(-v))),
      }));
  }

  test('starts gray but for its last biases, with weights of variance 1/inputs', () => {
    const part = cppn.make({});
    const space = spaceOf(blankNet([3, 8, 8]));
    const start = part.start(space, 4);
    const sizes = part.variables([1, 3, 8, 8], space).map(({ shape }) => shape.slice(1).join('×'));
    expect(sizes.slice(0, 4)).toEqual(['24×2', '24×1', '24×48', '24×1']);
    expect(start).toHaveLength(18);
    expect(Math.max(...start[16])).toBe(0);
    const weights = start
      .slice(2, 16)
      .filter((_, i) => i % 2 === 0)
      .flatMap((v) => [...v]);
    const variance = weights.reduce((sum, v) => sum + v * v, 0) / weights.length;
    // Four standard errors; the fourth moment of a normal distribution is an upper bound of that of one cut off.
    expect(Math.abs(variance * 48 - 1)).toBeLessThan(4 * Math.sqrt(2 / weights.length));
    expect(Math.max(...weights)).toBeLessThan(2 / (0.8796 * Math.sqrt(48)));
  });
});
