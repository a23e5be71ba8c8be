import { describe, expect, test } from 'vitest';
import { expectClose } from '../../test/support/close.js';
import { blankNet, checkParams } from '../../test/support/params.js';
import { spaceOf } from '../scene/space.js';
import { coloursRef, levelsRef } from './params.ref.js';
import { pyramid } from './pyramid.js';

describe('pyramid', () => {
  for (const [shape, levels] of [
    [[2, 3, 9, 7], 3],
    [[1, 1, 5, 8], 4],
    [[2, 3, 2, 3], 1],
  ] as const) {
    test(`[${shape}] of ${levels}`, () =>
      checkParams(pyramid.make({ levels }), {
        shape,
        rgb: (variables) =>
          coloursRef(levelsRef(Object.values(variables), shape, false), { colour: 'decorrelated', range: [0, 1] }),
      }));
  }

  test('each level has half the resolution of the one before, and at least one pixel', () => {
    const part = pyramid.make({ levels: 4 });
    const space = spaceOf(blankNet([3, 31, 4]));
    expect(part.variables([2, 3, 31, 4], space).map(({ shape }) => shape.join())).toEqual([
      '2,3,31,4',
      '2,3,15,2',
      '2,3,7,1',
      '2,3,3,1',
    ]);
    expect(part.start(space, 1).map((v) => v.length)).toEqual([372, 90, 21, 9]);
  });

  test('goes on at another size with each level stretched', () => {
    const part = pyramid.make({ levels: 2 });
    const [from, to] = [spaceOf(blankNet([3, 6, 5])), spaceOf(blankNet([3, 9, 8]))];
    const start = part.start(from, 1);
    const got = part.resize?.(start, from, to) ?? [];
    for (const [i, { shape }] of part.variables([1, 3, 9, 8], to).entries()) {
      const before = part.variables([1, 3, 6, 5], from)[i].shape;
      const want = levelsRef([{ shape: before, data: Float64Array.from(start[i]) }], shape, false);
      expectClose(`level ${i}`, got[i], want.data, shape, { atol: 1e-8, rtol: 1e-6 });
    }
  });
});
