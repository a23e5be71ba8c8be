import { describe, expect, test } from 'vitest';
import { checkOp } from '../../../test/support/op.js';
import { f32 } from '../../core/shape.js';
import { createTape } from '../../graph/tape.js';
import { ref } from './attention.ref.js';
import { type Attrs, op } from './index.js';

const plain: Attrs = { softcap: 0, mask: 'none' };
const apart = { q: [2, 3, 5, 4], k: [2, 3, 7, 4], v: [2, 3, 7, 2], mask: [1] };
const beside = { q: [2, 5, 12], k: [2, 7, 12], v: [2, 7, 6], mask: [1] };

describe('attention', () => {
  for (const [name, inputs, more] of [
    ['heads on an axis', apart, {}],
    ['heads side by side', beside, { heads: { q: 3, kv: 3 } }],
    ['fewer heads of keys than of queries', { ...beside, q: [2, 5, 24] }, { heads: { q: 6, kv: 3 } }],
    ['another scale, bent', apart, { scale: 0.7, softcap: 0.5 }],
    ['keys up to the query', apart, { after: 0 }],
    ['keys around the query', apart, { before: 1, after: 2 }],
    ['a mask that is added', { ...apart, mask: [3, 5, 7] }, { mask: 'added' }],
    ['a mask of what is seen', { ...apart, mask: [2, 1, 1, 7] }, { mask: 'seen' }],
  ] as [string, Record<'q' | 'k' | 'v' | 'mask', number[]>, Partial<Attrs>][]) {
    test(name, () =>
      checkOp(op, ref, {
        inputs,
        attrs: { ...plain, ...more },
        wrt: ['q', 'k', 'v', ...(more.mask === 'added' ? ['mask'] : [])],
        // Some keys are seen by all.
        ...(more.mask === 'seen' && { values: { mask: (v: number) => Number(v > -0.4) } }),
        tolerance: { atol: 2e-5, rtol: 2e-5 },
      }),
    );
  }

  test('a query that sees no key gives 0, and so does its gradient', () =>
    checkOp(op, ref, {
      inputs: { ...apart, mask: [5, 7] },
      attrs: { ...plain, mask: 'seen' },
      wrt: ['q', 'k', 'v'],
      values: { mask: () => 0 },
    }));

  const apply = (shapes: Record<string, number[]>, attrs: Attrs) => () => {
    const tape = createTape();
    const leaf = (name: string) => tape.leaf(name, f32(...shapes[name]));
    return tape.apply(op, { q: leaf('q'), k: leaf('k'), v: leaf('v'), mask: leaf('mask') }, attrs);
  };
  test('heads that do not divide are named', () => {
    expect(apply(beside, { ...plain, heads: { q: 5, kv: 3 } })).toThrow(
      'attention: q must be [N,S,D] with D a multiple of its 5 heads, got [2,5,12]',
    );
  });
  test('values for other keys are named', () => {
    expect(apply({ ...apart, v: [2, 3, 6, 2] }, plain)).toThrow(
      'attention: heads and keys of q, k and v must fit, got [2,3,5,4], [2,3,7,4], [2,3,6,2]',
    );
  });
});
