import { describe, test } from 'vitest';
import { checkOp } from '../../../test/support/op.js';
import { type Attrs, op } from './index.js';
import { ref } from './mvn.ref.js';

describe('mvn', () => {
  for (const [what, attrs] of [
    ['each channel', { kind: 'mvn', eps: 1e-2, axis: 2 }],
    ['across channels', { kind: 'mvn', eps: 1e-9, axis: 1 }],
    ['mean alone', { kind: 'mean', eps: 0, axis: 1 }],
  ] as [string, Attrs][]) {
    test(what, () => checkOp(op, ref, { inputs: { x: [2, 6, 5, 7] }, attrs, tolerance: { atol: 2e-5, rtol: 3e-5 } }));
  }
});
