// ONNX's recurrent layers, unrolled over time: LSTM (Hochreiter and Schmidhuber 1997, with peepholes), GRU (Cho et al. 2014)
// and the simple recurrent net; forward, backward in time, or both.
import { ShapeError } from '../../core/errors.js';
import { formatShape, type Named } from '../../core/shape.js';
import { defineMacro, type Tape, type Value, variadic } from '../../graph/tape.js';
import { op as concat } from '../concat/index.js';
import { MAX_STEPS } from '../lstm/index.js';
import { op as reshape } from '../reshape/index.js';
import { op as slice } from '../slice/index.js';
import { op as transpose } from '../transpose/index.js';
import { type ActivationName, CELLS, type State } from './cells.js';

export interface Attrs {
  readonly kind: 'lstm' | 'gru' | 'rnn';
  /** The direction of time. With two directions the first is forward. */
  readonly directions: readonly ('forward' | 'reverse')[];
  /** Activation functions of each direction: for gates, new values and, for an LSTM, outputs. */
  readonly activations: readonly (readonly ActivationName[])[];
  /** `y`: all states; `h`, `c`: the last one. */
  readonly output: 'y' | 'h' | 'c';
  /** The batch is the first axis, and time the second. */
  readonly batchFirst: boolean;
  /** The first step starts from h0 and c0. If false, it starts from zeros, whatever they contain. */
  readonly starts: boolean;
  /** An LSTM's gates see its cell state, through p. */
  readonly peepholes: boolean;
  /** A GRU's reset gate is applied after the product with the state. */
  readonly resetAfter: boolean;
}

/** A macro has no kernels of its own. */
export const kernels = [];

/** Weight rows per number of the state. */
const GATES = { lstm: 4, gru: 3, rnn: 1 } as const;

/**
 * x `[T, N, C]` (or `[N, T, C]`), w `[D, gH, C]`, r `[D, gH, H]`, b `[D, 2gH]`, h0 and c0 `[D, N, H]` (or `[D, 1, H]` for a
 * state that the batch shares) and p `[D, 3H]`, D directions
 * with g gates: 4 for an LSTM (input, output, forget, new), 3 for a GRU (update, reset, new), 1 for a simple net. Gives `y`
 * `[T, D, N, H]` or the last `h` or `c` `[D, N, H]` (with the batch first `[N, T, D, H]` and `[N, D, H]`).
 */
export const op = defineMacro({
  name: 'recurrent',
  inputs: ['x', 'w', 'r', 'b', 'h0', 'c0', 'p'],
  expand(tape, inputs, attrs: Attrs): Value {
    const { batchFirst, directions, output, starts } = attrs;
    const turn = (v: Value): Value => tape.apply(transpose, { x: v }, { order: [1, 0, 2] });
    const x = batchFirst && inputs.x.shape.length === 3 ? turn(inputs.x) : inputs.x;
    const state = (v: Value): Value => (batchFirst && starts ? turn(v) : v);
    const all = { ...inputs, x, h0: state(inputs.h0), c0: state(inputs.c0) };
    check(all, attrs);
    const [T, N] = x.shape;
    const H = inputs.r.shape[2];
    const ends = directions.map((_, d) => oneDirection(tape, all, d, attrs));
    if (output === 'y') {
      const y = tape.apply(concat, variadic(ends.map((e) => e.states)), { axis: 1 });
      return batchFirst ? tape.apply(transpose, { x: y }, { order: [2, 0, 1, 3] }) : y;
    }
    const last = ends.map(({ last: { h, c } }) => {
      const v = output === 'h' ? h : c;
      if (!v || T === 0) throw new ShapeError('recurrent', `a ${attrs.kind} has no output '${output}'`);
      return tape.apply(reshape, { x: v }, { shape: batchFirst ? [N, 1, H] : [1, N, H] });
    });
    return tape.apply(concat, variadic(last), { axis: batchFirst ? 1 : 0 });
  },
});

type Inputs = Named<'x' | 'w' | 'r' | 'b' | 'h0' | 'c0' | 'p', Value>;

function check({ x, w, r, b, h0, c0, p }: Inputs, { kind, directions, starts, peepholes }: Attrs): void {
  const [T, N, C] = x.shape;
  const H = r.shape[2];
  const [D, rows] = [directions.length, GATES[kind] * H];
  if (x.shape.length !== 3 || r.shape.length !== 3) {
    throw new ShapeError(
      'recurrent',
      `x must be [T,N,C] and r [D,gH,H], got ${formatShape(x.shape)} and ${formatShape(r.shape)}`,
    );
  }
  const expect = (name: string, { shape }: Value, want: readonly number[]): void => {
    if (shape.join() !== want.join()) {
      throw new ShapeError('recurrent', `${name} must be ${formatShape(want)}, got ${formatShape(shape)}`);
    }
  };
  expect('w', w, [D, rows, C]);
  expect('r', r, [D, rows, H]);
  expect('b', b, [D, 2 * rows]);
  if (starts) expect('h0', h0, [D, h0.shape[1] === 1 ? 1 : N, H]);
  if (starts && kind === 'lstm') expect('c0', c0, [D, c0.shape[1] === 1 ? 1 : N, H]);
  if (peepholes) expect('p', p, [D, 3 * H]);
  if (T > MAX_STEPS) throw new ShapeError('recurrent', `at most ${MAX_STEPS} steps are unrolled, x has ${T}`);
}

/** All states `[T, 1, N, H]` of direction d in the order of x, and the state after the last step. */
function oneDirection(tape: Tape, inputs: Inputs, d: number, attrs: Attrs): { states: Value; last: State } {
  const { x, w, r, b, h0, c0, p } = inputs;
  const [T, N, C] = x.shape;
  const H = r.shape[2];
  const rows = GATES[attrs.kind] * H;
  /** Direction d of a weight, in another shape. */
  const own = (v: Value, shape: readonly number[]): Value => {
    const part = tape.apply(slice, { x: v }, { axis: 0, start: d, end: d + 1 });
    return tape.apply(reshape, { x: part }, { shape });
  };
  const bias = own(b, [2 * rows]);
  const cut = (v: Value, start: number, end: number): Value => tape.apply(slice, { x: v }, { axis: 0, start, end });
  const step = CELLS[attrs.kind](tape, {
    x: tape.apply(reshape, { x }, { shape: [T * N, C] }),
    w: own(w, [rows, C]),
    r: own(r, [rows, H]),
    bx: cut(bias, 0, rows),
    bh: cut(bias, rows, 2 * rows),
    ...(attrs.peepholes && { p: own(p, [3 * H]) }),
    activations: attrs.activations[d],
    resetAfter: attrs.resetAfter,
  });
  let state: State = attrs.starts ? { h: own(h0, [-1, H]), ...(attrs.kind === 'lstm' && { c: own(c0, [-1, H]) }) } : {};
  const states = new Array<Value>(T);
  for (let i = 0; i < T; i++) {
    const t = attrs.directions[d] === 'reverse' ? T - 1 - i : i;
    const next = step(t * N, (t + 1) * N, state);
    states[t] = tape.apply(reshape, { x: next.h }, { shape: [1, 1, N, H] });
    state = next;
  }
  return { states: tape.apply(concat, variadic(states), { axis: 0 }), last: state };
}
