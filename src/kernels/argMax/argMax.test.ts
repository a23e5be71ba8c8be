import { describe, expect, test } from 'vitest';
import { checkOp } from '../../../test/support/op.js';
import { f32 } from '../../core/shape.js';
import { WAYS } from '../../gpu/rows.js';
import { createTape } from '../../graph/tape.js';
import { ref } from './argMax.ref.js';
import { op } from './index.js';

describe('argMax', () => {
  for (const least of [false, true]) {
    for (const last of [false, true]) {
      for (const [x, axis] of [
        [[2, 7, 3, 5], -3],
        [[3, 1203], 1],
      ] as const) {
        test(`${least ? 'least' : 'greatest'} of [${x}] along ${axis}, ${last ? 'last' : 'first'} of several`, () =>
          checkOp(op, ref, {
            inputs: { x },
            attrs: { axis, keep: last, least, last },
            // Few distinct values, so that there are several.
            values: { x: (v) => Math.round(v * 2) },
            wrt: [],
            variants: WAYS,
          }));
      }
    }
  }

  test('an axis outside is named', () => {
    const tape = createTape();
    const attrs = { axis: 2, keep: true, least: false, last: false };
    expect(() => tape.apply(op, { x: tape.leaf('x', f32(2, 3)) }, attrs)).toThrow(
      'argMax: axis 2 is outside a shape of rank 2',
    );
  });
});
