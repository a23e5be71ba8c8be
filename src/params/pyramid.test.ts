import { describe, expect, test } from 'vitest';
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
    expect(part.variables([2, 3, 31, 4]).map(({ shape }) => shape.join())).toEqual([
      '2,3,31,4',
      '2,3,15,2',
      '2,3,7,1',
      '2,3,3,1',
    ]);
    expect(part.start(spaceOf(blankNet([3, 31, 4])), 1).map((v) => v.length)).toEqual([372, 90, 21, 9]);
  });
});
