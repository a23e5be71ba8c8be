// Long short-term memory as in Caffe's LSTM layer (Donahue et al. 2015), unrolled over time.
import { ShapeError } from '../../core/errors.js';
import { formatShape, type Named } from '../../core/shape.js';
import { defineMacro, type Tape, type Value, variadic } from '../../graph/tape.js';
import { binary } from '../binary/index.js';
import { op as concat } from '../concat/index.js';
import { op as fc } from '../fc/index.js';
import { pointwise } from '../pointwise/index.js';
import { op as reshape } from '../reshape/index.js';
import { op as slice } from '../slice/index.js';

/** Longest sequence: every step adds about twenty ops to the tape. */
export const MAX_STEPS = 4096;

/** A macro has no kernels of its own. */
export const kernels = [];

/**
 * x `[T, N, ...]`, cont `[T, N]` (0 at the start of a sequence, otherwise 1), wx `[4H, C]`, b `[4H]`, wh `[4H, H]`, with gates
 * in the order input, forget, output, new. Returns `[T, N, H]`:
 *
 * `c_t = cont_t·f·c_{t−1} + i·g`, `h_t = o·tanh(c_t)`, gates from `wx x_t + b + wh (cont_t h_{t−1})`.
 */
export const op = defineMacro({
  name: 'lstm',
  inputs: ['x', 'cont', 'wx', 'b', 'wh'],
  expand: (tape, inputs, _: object): Value => unroll(tape, inputs),
});

/** The steps of an LSTM, one after another. `always` `[N, 4H]` is added to the gates of every step. */
export function unroll(tape: Tape, inputs: Named<'x' | 'cont' | 'wx' | 'b' | 'wh', Value>, always?: Value): Value {
  const { x, cont, wx, b, wh } = inputs;
  const [T, N] = x.shape;
  const H = wh.shape[1];
  if (cont.shape.join() !== `${T},${N}` || wx.shape[0] !== 4 * H || wh.shape[0] !== 4 * H) {
    const seen = [x, cont, wx, wh].map((v) => formatShape(v.shape)).join(', ');
    throw new ShapeError('lstm', `x [T,N,...], cont [T,N], wx [4H,C] and wh [4H,H] must fit, got ${seen}`);
  }
  if (T > MAX_STEPS) throw new ShapeError('lstm', `at most ${MAX_STEPS} steps are unrolled, x has ${T}`);
  const zeros = tape.constant('no bias', [4 * H], () => new Float32Array(4 * H));
  const rows = tape.apply(reshape, { x }, { shape: [T * N, -1] });
  const fromInput = tape.apply(fc, { x: rows, w: wx, b }, { axis: 1 });
  const cut = (v: Value, axis: number, i: number, size: number) =>
    tape.apply(slice, { x: v }, { axis, start: i * size, end: (i + 1) * size });
  let h: Value | undefined;
  let c: Value | undefined;
  const outputs: Value[] = [];
  for (let t = 0; t < T; t++) {
    let gates = cut(fromInput, 0, t, N);
    if (always) gates = binary(tape, 'add', gates, always);
    const goesOn = tape.apply(reshape, { x: cut(cont, 0, t, 1) }, { shape: [N, 1] });
    if (h) {
      const before = binary(tape, 'mul', h, goesOn);
      gates = binary(tape, 'add', gates, tape.apply(fc, { x: before, w: wh, b: zeros }, { axis: 1 }));
    }
    const gate = (i: number) => pointwise(tape, cut(gates, 1, i, H), 'sigmoid');
    const added = binary(tape, 'mul', gate(0), pointwise(tape, cut(gates, 1, 3, H), 'tanh'));
    const kept = c && binary(tape, 'mul', gate(1), binary(tape, 'mul', c, goesOn));
    c = kept ? binary(tape, 'add', kept, added) : added;
    h = binary(tape, 'mul', gate(2), pointwise(tape, c, 'tanh'));
    outputs.push(tape.apply(reshape, { x: h }, { shape: [1, N, H] }));
  }
  return tape.apply(concat, variadic(outputs), { axis: 0 });
}
