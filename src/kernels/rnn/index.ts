// The simple recurrent net of Caffe's RNN layer, unrolled over time.
import { ShapeError } from '../../core/errors.js';
import { formatShape } from '../../core/shape.js';
import { defineMacro, type Value, variadic } from '../../graph/tape.js';
import { binary } from '../binary/index.js';
import { op as concat } from '../concat/index.js';
import { op as fc } from '../fc/index.js';
import { MAX_STEPS } from '../lstm/index.js';
import { pointwise } from '../pointwise/index.js';
import { op as reshape } from '../reshape/index.js';
import { op as slice } from '../slice/index.js';

/** A macro has no kernels of its own. */
export const kernels = [];

/**
 * x `[T, N, ...]`, cont `[T, N]` (0 at the start of a sequence, otherwise 1), wx `[H, C]`, b `[H]`, wh `[H, H]`, wo `[K, H]`,
 * bo `[K]`. Returns `[T, N, K]`: `h_t = tanh(wx x_t + b + wh (cont_t h_{t−1}))`, `o_t = tanh(wo h_t + bo)`.
 */
export const op = defineMacro({
  name: 'rnn',
  inputs: ['x', 'cont', 'wx', 'b', 'wh', 'wo', 'bo'],
  expand(tape, { x, cont, wx, b, wh, wo, bo }, _: object): Value {
    const [T, N] = x.shape;
    const H = wh.shape[1];
    if (cont.shape.join() !== `${T},${N}` || wx.shape[0] !== H || wo.shape[1] !== H) {
      const seen = [x, cont, wx, wh, wo].map((v) => formatShape(v.shape)).join(', ');
      throw new ShapeError('rnn', `x [T,N,...], cont [T,N], wx [H,C], wh [H,H] and wo [K,H] must fit, got ${seen}`);
    }
    if (T > MAX_STEPS) throw new ShapeError('rnn', `at most ${MAX_STEPS} steps are unrolled, x has ${T}`);
    const zeros = tape.constant('no bias', [H], () => new Float32Array(H));
    const rows = tape.apply(reshape, { x }, { shape: [T * N, -1] });
    const fromInput = tape.apply(fc, { x: rows, w: wx, b }, { axis: 1 });
    const cut = (v: Value, i: number, size: number) =>
      tape.apply(slice, { x: v }, { axis: 0, start: i * size, end: (i + 1) * size });
    let h: Value | undefined;
    const states: Value[] = [];
    for (let t = 0; t < T; t++) {
      let sum = cut(fromInput, t, N);
      if (h) {
        const goesOn = tape.apply(reshape, { x: cut(cont, t, 1) }, { shape: [N, 1] });
        const before = binary(tape, 'mul', h, goesOn);
        sum = binary(tape, 'add', sum, tape.apply(fc, { x: before, w: wh, b: zeros }, { axis: 1 }));
      }
      h = pointwise(tape, sum, 'tanh');
      states.push(h);
    }
    const all = tape.apply(concat, variadic(states), { axis: 0 });
    const y = pointwise(tape, tape.apply(fc, { x: all, w: wo, b: bo }, { axis: 1 }), 'tanh');
    return tape.apply(reshape, { x: y }, { shape: [T, N, -1] });
  },
});
