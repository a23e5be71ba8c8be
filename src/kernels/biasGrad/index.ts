// The gradient of a bias: everything but the channel axis summed away. Shared by conv2d, fc and prelu.
import { f32, type Spec, sizeBetween, sizeOf } from '../../core/shape.js';
import { type Rows, rowKernel, rowWays } from '../../gpu/rows.js';
import { defineOp } from '../../graph/tape.js';
import { dispatchRows } from '../rows.js';
import wgsl from './bias_grad.wgsl?raw';

const reduce = rowKernel({
  name: 'bias_grad',
  wgsl,
  buffers: { dy: 'read', db: 'write' },
  uniforms: { N: 'u32', K: 'u32', inner: 'u32' },
});
export const kernels = reduce;

const rowsOf = ({ shape: [N, K, ...rest] }: Spec): Rows => {
  const size = sizeOf(rest);
  return size > 1 ? { outer: K, L: N * size, inner: 1 } : { outer: 1, L: N, inner: K };
};

/** `db[k] = Σ dy[:, k, ...]` for dy `[N, K, ...]`. */
export const op = defineOp({
  name: 'bias_grad',
  inputs: ['dy'],
  infer: ({ dy }: { dy: Spec }, _: object): Spec => f32(dy.shape[1]),
  variants: ({ inputs: { dy }, device }) => rowWays(rowsOf(dy), device),
  lower: ({ inputs: { dy }, output: db, device, variant }) => {
    const [N, K] = dy.shape;
    return [
      dispatchRows(reduce, rowsOf(dy), variant, device, {
        buffers: { dy, db },
        uniforms: { N, K, inner: sizeBetween(dy.shape, 2) },
      }),
    ];
  },
});
