// Convolution in one and three dimensions, made of ../conv2d. A line is an image with one row; along the third axis the taps
// are summed.
import { ShapeError } from '../../core/errors.js';
import { formatShape } from '../../core/shape.js';
import { defineMacro, type Value } from '../../graph/tape.js';
import { binary } from '../binary/index.js';
import { op as conv2d } from '../conv2d/index.js';
import { resample } from '../resample/index.js';
import { take } from '../resample/tables.js';
import { op as reshape } from '../reshape/index.js';
import { op as transpose } from '../transpose/index.js';

export interface Attrs {
  /** One number per spatial axis. */
  readonly stride: readonly number[];
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly dilation: readonly number[];
  readonly group: number;
}

/** All kernels are ../conv2d's. */
export const kernels = [];

/** x `[N, C, L]` with w `[K, C/group, S]`, or x `[N, C, D, H, W]` with w `[K, C/group, T, R, S]`, plus b `[K]`. */
export const op = defineMacro({
  name: 'convNd',
  inputs: ['x', 'w', 'b'],
  expand(tape, { x, w, b }, { stride, before, after, dilation, group }: Attrs): Value {
    if (x.shape.length === 3 && w.shape.length === 3) {
      const y = tape.apply(
        conv2d,
        {
          x: tape.apply(reshape, { x }, { shape: [0, 0, 1, -1] }),
          w: tape.apply(reshape, { x: w }, { shape: [0, 0, 1, -1] }),
          b,
        },
        { stride: [1, stride[0]], pad: [0, before[0], 0, after[0]], dilation: [1, dilation[0]], group },
      );
      return tape.apply(reshape, { x: y }, { shape: [y.shape[0], y.shape[1], y.shape[3]] });
    }
    if (x.shape.length !== 5 || w.shape.length !== 5) {
      throw new ShapeError(
        'convNd',
        `x ${formatShape(x.shape)} and w ${formatShape(w.shape)} must both have 3 or 5 axes`,
      );
    }
    const [N, C, D, H, W] = x.shape;
    const [K, Cg, T, R, S] = w.shape;
    const depth = Math.floor((D + before[0] + after[0] - dilation[0] * (T - 1) - 1) / stride[0]) + 1;
    if (depth < 1) throw new ShapeError('convNd', `the kernel is deeper than the padded x ${formatShape(x.shape)}`);
    const attrs = {
      stride: [stride[1], stride[2]],
      pad: [before[1], before[2], after[1], after[2]],
      dilation: [dilation[1], dilation[2]],
      group,
    } as const;
    const zero = tape.constant('zero bias', [K], () => new Float32Array(K));
    let sum: Value | undefined;
    for (let t = 0; t < T; t++) {
      const slices = Array.from({ length: depth }, (_, i) => {
        const d = i * stride[0] - before[0] + t * dilation[0];
        return d >= 0 && d < D ? d : -1;
      });
      const images = tape.apply(transpose, { x: resample(tape, x, take(2, slices)) }, { order: [0, 2, 1, 3, 4] });
      const tap = tape.apply(reshape, { x: resample(tape, w, take(2, [t])) }, { shape: [K, Cg, R, S] });
      const part = tape.apply(
        conv2d,
        { x: tape.apply(reshape, { x: images }, { shape: [N * depth, C, H, W] }), w: tap, b: t === 0 ? b : zero },
        attrs,
      );
      sum = sum ? binary(tape, 'add', sum, part) : part;
    }
    if (!sum) throw new ShapeError('convNd', 'the kernel has no taps');
    const [, , P, Q] = sum.shape;
    const y = tape.apply(reshape, { x: sum }, { shape: [N, depth, K, P, Q] });
    return tape.apply(transpose, { x: y }, { order: [0, 2, 1, 3, 4] });
  },
});
