import { describe, test } from 'vitest';
import { checkOp } from '../../../test/support/op.js';
import { ref } from './identity.ref.js';
import { op } from './index.js';

describe('identity', () => {
  test('forward and backward pass the value on', () => checkOp(op, ref, { inputs: { x: [2, 3, 5] }, attrs: {} }));
});
