import { describe, expect, test } from 'vitest';
import { checkOp } from '../../../test/support/op.js';
import { f32 } from '../../core/shape.js';
import { createTape, defineMacro } from '../../graph/tape.js';
import { type Attrs, getsThrough, redirect } from './index.js';
import { redirectRef } from './redirect.ref.js';

const both = defineMacro({
  name: 'redirected',
  inputs: ['y', 'dy'],
  expand: (tape, { y, dy }, attrs: Attrs) =>
    tape.apply(redirect, { y, dy, through: tape.apply(getsThrough, { y, dy }, attrs) }, attrs),
});

describe('redirect', () => {
  // Selections of f32 values: exact.
  const exact = { wrt: [], tolerance: { atol: 0, rtol: 0 } };
  // The first image is shut everywhere, or its open places have no cotangent; of others some are open.
  for (const y of [
    [3, 5],
    [2, 3, 7, 11],
    [3, 1, 40, 40],
  ]) {
    const size = y.slice(1).reduce((a, b) => a * b, 1);
    for (const [kind, values] of Object.entries({
      'all shut': { y: (v: number) => Math.max(v - 2, 0) },
      'some open': { y: (v: number) => Math.max(v, 0) },
      'open where there is no cotangent': { dy: (v: number) => Math.min(v, 0) * 0, y: (v: number) => Math.max(v, 0) },
    })) {
      for (const on of [1, 0]) {
        test(`y=[${y}] of ${size}, ${kind}, on=${on}`, () => {
          const attrs = { low: 0, on };
          return checkOp(both, (i) => redirectRef(i, attrs), { inputs: { y, dy: y }, attrs, values, ...exact });
        });
      }
    }
  }

  test('each image for itself', async () => {
    const attrs = { low: 0, on: 1 };
    // Values fall from the first image to the last: the last ones are shut.
    let place = 0;
    const values = { y: () => Math.max(0, 8 - place++) };
    await checkOp(both, (i) => redirectRef(i, attrs), { inputs: { y: [4, 5], dy: [4, 5] }, attrs, values, ...exact });
  });

  test('a rectifier with an upper end', () => {
    const attrs = { low: 0, high: 0.25, on: 1 };
    const values = { y: (v: number) => (v > 0 ? 0.25 : 0) };
    return checkOp(both, (i) => redirectRef(i, attrs), {
      inputs: { y: [2, 35], dy: [2, 35] },
      attrs,
      values,
      ...exact,
    });
  });

  test('cotangents of another shape', () => {
    const tape = createTape();
    const [y, dy] = [tape.leaf('y', f32(2, 3)), tape.leaf('dy', f32(3, 2))];
    expect(() => tape.apply(getsThrough, { y, dy }, { low: 0, on: 1 })).toThrow(/gets_through: dy must be \[2,3\]/);
  });
});
