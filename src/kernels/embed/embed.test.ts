import { describe, expect, test } from 'vitest';
import { checkOp } from '../../../test/support/op.js';
import { f32 } from '../../core/shape.js';
import { createTape } from '../../graph/tape.js';
import { ref } from './embed.ref.js';
import { op } from './index.js';

describe('embed', () => {
  test('rows by index, some twice, some never', () =>
    checkOp(op, ref, {
      inputs: { x: [3, 5], w: [9, 7], b: [7] },
      attrs: {},
      values: { x: (v) => Math.floor((v + 1) * 4) },
      wrt: ['w', 'b'],
    }));

  test('a bias that does not fit is named', () => {
    const tape = createTape();
    const leaf = (...shape: number[]) => tape.leaf('x', f32(...shape));
    expect(() => tape.apply(op, { x: leaf(3), w: leaf(9, 7), b: leaf(9) }, {})).toThrow(
      'embed: b must be [7] (one bias per column of w), got [9]',
    );
  });
});
