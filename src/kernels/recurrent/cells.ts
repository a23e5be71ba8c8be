// One step of each recurrent cell, by the equations of ONNX's operators.
import type { Tape, Value } from '../../graph/tape.js';
import { binary } from '../binary/index.js';
import { op as fc } from '../fc/index.js';
import { pointwise } from '../pointwise/index.js';
import { op as slice } from '../slice/index.js';

export const ACTIVATIONS = ['Sigmoid', 'Tanh', 'Relu'] as const;
export type ActivationName = (typeof ACTIVATIONS)[number];

/** What a step leaves for the next; nothing is there where the first one starts from zeros. */
export interface State {
  readonly h?: Value;
  /** An LSTM's cells. */
  readonly c?: Value;
}

interface Weights {
  /** All steps' inputs `[T·N, C]`. */
  readonly x: Value;
  /** `[gH, C]` and `[gH, H]`, with a bias `[gH]` each. */
  readonly w: Value;
  readonly r: Value;
  readonly bx: Value;
  readonly bh: Value;
  /** `[3H]`: what an LSTM's input, output and forget gates see of its cells. */
  readonly p?: Value;
  readonly activations: readonly ActivationName[];
  readonly resetAfter: boolean;
}

/** Rows `start` to `end` of x, and the state before them, to the state after. */
type Step = (start: number, end: number, before: State) => State & { readonly h: Value };
type Cell = (tape: Tape, weights: Weights) => Step;

function activation(tape: Tape, name: ActivationName): (x: Value) => Value {
  if (name === 'Relu') return (x) => pointwise(tape, x, 'threshold', { a: 0 });
  return (x) => pointwise(tape, x, name === 'Sigmoid' ? 'sigmoid' : 'tanh');
}

/** Columns of the i-th of some gates. */
const gateOf = (tape: Tape, v: Value, i: number, H: number): Value =>
  tape.apply(slice, { x: v }, { axis: v.shape.length - 1, start: i * H, end: (i + 1) * H });

/** `x wᵀ + bx` for all steps at once, and what gives a step's rows of it and `h rᵀ + bh`. */
function products(tape: Tape, { x, w, r, bx, bh }: Weights) {
  const all = tape.apply(fc, { x, w, b: bx }, { axis: 1 });
  return {
    ofInput: (start: number, end: number): Value => tape.apply(slice, { x: all }, { axis: 0, start, end }),
    /** Before the first step, the bias alone, which is repeated. */
    ofState: (h: Value | undefined): Value => (h ? tape.apply(fc, { x: h, w: r, b: bh }, { axis: 1 }) : bh),
  };
}

const lstm: Cell = (tape, weights) => {
  const H = weights.r.shape[1];
  const [f, g, out] = weights.activations.map((name) => activation(tape, name));
  const { ofInput, ofState } = products(tape, weights);
  return (start, end, { h, c }) => {
    const sum = binary(tape, 'add', ofInput(start, end), ofState(h));
    /** Gate i, which sees the cells by the k-th row of p. */
    const gate = (i: number, cells: Value | undefined, k: number): Value => {
      const own = gateOf(tape, sum, i, H);
      if (!weights.p || !cells) return f(own);
      return f(binary(tape, 'add', own, binary(tape, 'mul', cells, gateOf(tape, weights.p, k, H))));
    };
    const added = binary(tape, 'mul', gate(0, c, 0), g(gateOf(tape, sum, 3, H)));
    const next = c ? binary(tape, 'add', binary(tape, 'mul', gate(2, c, 2), c), added) : added;
    return { h: binary(tape, 'mul', gate(1, next, 1), out(next)), c: next };
  };
};

const gru: Cell = (tape, weights) => {
  const H = weights.r.shape[1];
  const [f, g] = weights.activations.map((name) => activation(tape, name));
  const { ofInput, ofState } = products(tape, weights);
  const last = { axis: 0, start: 2 * H, end: 3 * H };
  const newWeights = { w: tape.apply(slice, { x: weights.r }, last), b: tape.apply(slice, { x: weights.bh }, last) };
  return (start, end, { h }) => {
    const [x, s] = [ofInput(start, end), ofState(h)];
    const sum = (i: number): Value => binary(tape, 'add', gateOf(tape, x, i, H), gateOf(tape, s, i, H));
    const [update, reset] = [f(sum(0)), f(sum(1))];
    const seen = weights.resetAfter
      ? binary(tape, 'mul', reset, gateOf(tape, s, 2, H))
      : h
        ? tape.apply(fc, { x: binary(tape, 'mul', reset, h), ...newWeights }, { axis: 1 })
        : newWeights.b;
    const added = g(binary(tape, 'add', gateOf(tape, x, 2, H), seen));
    // (1 − z)·new + z·h is new + z·(h − new).
    const way = h ? binary(tape, 'sub', h, added) : pointwise(tape, added, 'neg');
    return { h: binary(tape, 'add', added, binary(tape, 'mul', update, way)) };
  };
};

const rnn: Cell = (tape, weights) => {
  const [f] = weights.activations.map((name) => activation(tape, name));
  const { ofInput, ofState } = products(tape, weights);
  return (start, end, { h }) => ({ h: f(binary(tape, 'add', ofInput(start, end), ofState(h))) });
};

export const CELLS: Readonly<Record<'lstm' | 'gru' | 'rnn', Cell>> = { lstm, gru, rnn };
