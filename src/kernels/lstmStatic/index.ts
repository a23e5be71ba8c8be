// ../lstm with one more input for every step: the image of a captioning net (Donahue et al. 2015).
import { ShapeError } from '../../core/errors.js';
import { formatShape } from '../../core/shape.js';
import { defineMacro, type Value } from '../../graph/tape.js';
import { op as fc } from '../fc/index.js';
import { unroll } from '../lstm/index.js';

/** A macro has no kernels of its own. */
export const kernels = [];

/** ../lstm, with `ws · fixed` added to the gates of every step: fixed `[N, ...]`, ws `[4H, D]`. */
export const op = defineMacro({
  name: 'lstmStatic',
  inputs: ['x', 'cont', 'fixed', 'wx', 'b', 'ws', 'wh'],
  expand(tape, { fixed, ws, ...inputs }, _: object): Value {
    const [rows] = ws.shape;
    if (fixed.shape[0] !== inputs.x.shape[1] || rows !== inputs.wh.shape[0]) {
      const seen = [inputs.x, fixed, ws].map((v) => formatShape(v.shape)).join(', ');
      throw new ShapeError('lstmStatic', `x [T,N,...], fixed [N,...] and ws [4H,D] must fit, got ${seen}`);
    }
    const zeros = tape.constant('no bias', [rows], () => new Float32Array(rows));
    return unroll(tape, inputs, tape.apply(fc, { x: fixed, w: ws, b: zeros }, { axis: 1 }));
  },
});
