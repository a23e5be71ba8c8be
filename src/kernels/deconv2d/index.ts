// Transposed convolution (Caffe's Deconvolution, ONNX's ConvTranspose): the gradient of ../conv2d to its image, plus a bias.
import { ShapeError } from '../../core/errors.js';
import { formatShape } from '../../core/shape.js';
import { defineMacro, type Op, type Value } from '../../graph/tape.js';
import { transposed } from '../conv2d/index.js';
import type { Pads, Pair } from '../dims.js';
import { op as reshape } from '../reshape/index.js';

export interface Attrs {
  readonly stride: Pair;
  /** Rows and columns cut off the result. */
  readonly pad: Pads;
  readonly dilation: Pair;
  readonly group: number;
  /** Rows and columns added at the end of the result. */
  readonly extra: Pair;
}

/** All kernels are ../conv2d's. */
export const kernels = [];

/** x `[N,C,H,W]` with w `[C, K/group, R, S]` (or both without H and R) plus b `[K]`, giving `[N,K,P,Q]` with `P = (H−1)·stride + R' − pads + extra`. */
export const op: Op<'x' | 'w' | 'b', Attrs> = defineMacro({
  name: 'deconv2d',
  inputs: ['x', 'w', 'b'],
  expand(tape, { x, w, b }, attrs: Attrs): Value {
    if (x.shape.length === 3 && w.shape.length === 3) {
      const row = (v: Value) => tape.apply(reshape, { x: v }, { shape: [0, 0, 1, -1] });
      const y = tape.apply(op, { x: row(x), w: row(w), b }, attrs);
      return tape.apply(reshape, { x: y }, { shape: [y.shape[0], y.shape[1], y.shape[3]] });
    }
    const { stride, pad, dilation, group, extra } = attrs;
    const [N, C, H, W] = x.shape;
    const [rows, Kg, R, S] = w.shape;
    if (x.shape.length !== 4 || w.shape.length !== 4 || C !== rows) {
      throw new ShapeError(
        'deconv2d',
        `x ${formatShape(x.shape)} and w ${formatShape(w.shape)} do not fit: w needs a row per channel`,
      );
    }
    const size = (i: 0 | 1, from: number, taps: number) =>
      (from - 1) * stride[i] + dilation[i] * (taps - 1) + 1 - pad[i] - pad[i + 2] + extra[i];
    const shape = [N, Kg * group, size(0, H, R), size(1, W, S)];
    return tape.apply(transposed, { dy: x, w, b }, { stride, pad, dilation, group, shape });
  },
});
