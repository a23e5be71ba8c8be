import { describe, expect, test } from 'vitest';
import { checkOp } from '../../../test/support/op.js';
import { f32 } from '../../core/shape.js';
import { createTape, variadic } from '../../graph/tape.js';
import { ref } from './einsum.ref.js';
import { op } from './index.js';

describe('einsum', () => {
  for (const [equation, ...shapes] of [
    ['bij,bjk->bik', [2, 3, 5], [2, 5, 7]],
    ['bhid,bhjd->bhij', [2, 3, 5, 7], [2, 3, 4, 7]],
    ['ij->ji', [3, 5]],
    ['ij', [3, 5]],
    ['ba', [3, 5]],
    ['ij->', [3, 5]],
    ['ii->i', [5, 5]],
    ['bii', [3, 5, 5]],
    ['iji,kj->jk', [3, 5, 3], [4, 5]],
    ['i,j->ij', [5], [7]],
    ['i,i', [5], [5]],
    ['bchw,c->bchw', [2, 3, 5, 7], [3]],
    ['...ij,...jk->...ik', [2, 3, 4, 5], [2, 3, 5, 7]],
    ['...ij,jk', [2, 3, 4, 5], [5, 7]],
    ['...i,...i->...', [2, 1, 5], [3, 5]],
    ['nkctv , kvw -> nctw', [2, 3, 4, 5, 3], [3, 3, 7]],
    ['ab,bc,cd->ad', [2, 3], [3, 5], [5, 7]],
    ['ab,ab,ac->abc', [2, 3], [2, 3], [2, 5]],
  ] as [string, ...number[][]][]) {
    test(`${equation} [${shapes.join('] [')}]`, () =>
      checkOp(op, ref, { inputs: variadic(shapes), attrs: { equation }, tolerance: { atol: 2e-5, rtol: 2e-5 } }));
  }

  for (const [equation, shapes, message] of [
    ['ij,jk->ik', [[2, 3]], "'ij,jk->ik' has 2 terms for 1 inputs"],
    ['ijk->i', [[2, 3]], "'ijk->i' has 3 letters in 'ijk', the input is [2,3]"],
    ['i->i', [[2, 3]], "'i->i' has 1 letters in 'i', the input is [2,3]"],
    ['ij->k', [[2, 3]], "'ij->k' gives an axis 'k' that no input has"],
    ['ij->ii', [[2, 3]], "'ij->ii' names an axis of the result twice"],
    ['i1->i', [[2, 3]], "'i1->i' must have letters, commas, ellipses and at most one arrow"],
    ['...i...->i', [[2, 3]], "'...i...->i' has more than one ellipsis in '...i...'"],
    [
      'ij,jk->ik',
      [
        [2, 3],
        [4, 5],
      ],
      "'ij,jk->ik' gives axis 'j' the sizes 3 and 4",
    ],
    ['ii->i', [[2, 3]], "'ii->i' gives axis 'i' the sizes 2 and 3"],
  ] as [string, number[][], string][]) {
    test(`${equation} of [${shapes.join('] [')}] is named`, () => {
      const tape = createTape();
      const inputs = variadic(shapes.map((shape) => tape.leaf('x', f32(...shape))));
      expect(() => tape.apply(op, inputs, { equation })).toThrow(`einsum: ${message}`);
    });
  }
});
