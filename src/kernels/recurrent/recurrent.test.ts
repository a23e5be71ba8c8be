import { describe, expect, test } from 'vitest';
import { checkOp } from '../../../test/support/op.js';
import { f32 } from '../../core/shape.js';
import { createTape } from '../../graph/tape.js';
import { type Attrs, op } from './index.js';
import { ref } from './recurrent.ref.js';

const [T, N, C, H] = [4, 2, 5, 3];
const GATES = { lstm: 4, gru: 3, rnn: 1 } as const;
const ACTIVATIONS = { lstm: ['Sigmoid', 'Tanh', 'Tanh'], gru: ['Sigmoid', 'Tanh'], rnn: ['Tanh'] } as const;

function caseOf(kind: Attrs['kind'], more: Partial<Attrs> = {}) {
  const directions = more.directions ?? ['forward'];
  const attrs: Attrs = {
    ...{ kind, directions, activations: directions.map(() => ACTIVATIONS[kind]), output: 'y', batchFirst: false },
    ...{ starts: false, peepholes: false, resetAfter: false },
    ...more,
  };
  const [D, rows] = [directions.length, GATES[kind] * H];
  const state = !attrs.starts ? [1] : attrs.batchFirst ? [N, D, H] : [D, N, H];
  const inputs = {
    ...{ x: attrs.batchFirst ? [N, T, C] : [T, N, C], w: [D, rows, C], r: [D, rows, H], b: [D, 2 * rows] },
    ...{ h0: state, c0: state, p: attrs.peepholes ? [D, 3 * H] : [1] },
  };
  const wrt = ['x', 'w', 'r', 'b', ...(attrs.starts ? ['h0'] : []), ...(attrs.peepholes ? ['p'] : [])];
  return { inputs, attrs, wrt, tolerance: { atol: 2e-5, rtol: 2e-5 } };
}

describe('recurrent', () => {
  for (const kind of ['lstm', 'gru', 'rnn'] as const) {
    test(`${kind}`, () => checkOp(op, ref, caseOf(kind)));
    test(`${kind}, from the end`, () => checkOp(op, ref, caseOf(kind, { directions: ['reverse'] })));
    test(`${kind}, both directions from a state`, () =>
      checkOp(op, ref, caseOf(kind, { directions: ['forward', 'reverse'], starts: true })));
    test(`${kind}, the last state of both directions`, () =>
      checkOp(op, ref, caseOf(kind, { directions: ['forward', 'reverse'], output: 'h' })));
    test(`${kind}, the batch first, from a state`, () =>
      checkOp(op, ref, caseOf(kind, { batchFirst: true, starts: true })));
    test(`${kind}, the batch first, the last state of both directions`, () =>
      checkOp(op, ref, caseOf(kind, { batchFirst: true, directions: ['forward', 'reverse'], output: 'h' })));
  }
  for (const batchFirst of [false, true]) {
    test(`lstm from one state for the batch, which comes ${batchFirst ? 'first' : 'second'}`, () => {
      const shared = caseOf('lstm', { starts: true, batchFirst });
      return checkOp(op, ref, { ...shared, inputs: { ...shared.inputs, h0: [1, 1, H], c0: [1, 1, H] } });
    });
  }
  test('lstm, its last cells', () => checkOp(op, ref, caseOf('lstm', { output: 'c', starts: true })));
  test('lstm, gates that see the cells', () => checkOp(op, ref, caseOf('lstm', { peepholes: true, starts: true })));
  test('gru, reset after the product', () => checkOp(op, ref, caseOf('gru', { resetAfter: true, starts: true })));
  test('gru, reset after the product, from zeros', () => checkOp(op, ref, caseOf('gru', { resetAfter: true })));
  test('rnn with ReLU', () => checkOp(op, ref, caseOf('rnn', { activations: [['Relu']] })));

  const apply = (shapes: Record<string, number[]>, attrs: Attrs) => () => {
    const tape = createTape();
    const leaf = (name: string) => tape.leaf(name, f32(...shapes[name]));
    const inputs = {
      ...{ x: leaf('x'), w: leaf('w'), r: leaf('r'), b: leaf('b'), h0: leaf('h0'), c0: leaf('c0') },
      p: leaf('p'),
    };
    return tape.apply(op, inputs, attrs);
  };
  test('weights that do not fit are named', () => {
    const { inputs, attrs } = caseOf('gru');
    expect(apply({ ...inputs, w: [1, 12, 5] }, attrs)).toThrow('recurrent: w must be [1,9,5], got [1,12,5]');
  });
  test('a sequence too long to be unrolled is named', () => {
    const { inputs, attrs } = caseOf('lstm');
    expect(apply({ ...inputs, x: [2 ** 20, 1, 5] }, attrs)).toThrow(
      'recurrent: at most 4096 steps are unrolled, x has 1048576',
    );
  });
  test('an output that a cell does not have is named', () => {
    const { inputs, attrs } = caseOf('gru', { output: 'c' });
    expect(apply(inputs, attrs)).toThrow("recurrent: a gru has no output 'c'");
  });
});
