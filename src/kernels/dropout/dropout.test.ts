import { describe, test } from 'vitest';
import { checkOp } from '../../../test/support/op.js';
import { ref } from './dropout.ref.js';
import { op } from './index.js';

describe('dropout', () => {
  test('forward and backward pass the value on', () =>
    checkOp(op, ref, { inputs: { x: [2, 3, 5] }, attrs: { ratio: 0.5 } }));

  test('at inference the mask keeps all', () =>
    checkOp(op, ref, { inputs: { x: [2, 3, 5] }, attrs: { ratio: 0.5, mask: true } }));
});
