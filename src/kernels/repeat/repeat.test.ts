import { describe, test } from 'vitest';
import { checkOp } from '../../../test/support/op.js';
import { op } from './index.js';
import { ref } from './repeat.ref.js';

describe('repeat', () => {
  test('x=[1,1,5] for the three pictures of [3,7]', () =>
    checkOp(op, ref, {
      inputs: { x: [1, 1, 5], like: [3, 7] },
      attrs: { axis: 0, length: 1, along: 0, per: 1 },
      wrt: ['x'],
    }));
  test('x=[2,4,3] for two pictures of four windows each, along axis 1', () =>
    checkOp(op, ref, {
      inputs: { x: [2, 4, 3], like: [5, 8] },
      attrs: { axis: 1, length: 4, along: 1, per: 4 },
      wrt: ['x'],
    }));
  test('x=[3,2] that has three pictures already stays', () =>
    checkOp(op, ref, {
      inputs: { x: [3, 2], like: [3, 2] },
      attrs: { axis: 0, length: 1, along: 0, per: 1 },
      wrt: ['x'],
    }));
});
