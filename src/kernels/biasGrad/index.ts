// The gradient of a bias: everything but the channel axis summed away. Shared by conv2d, fc and prelu.
import { type Spec, sizeBetween } from '../../core/shape.js';
import { kernel } from '../../gpu/kernel.js';
import { defineOp, dispatch } from '../../graph/tape.js';
import wgsl from './bias_grad.wgsl?raw';

const GROUP = 64;
const reduce = kernel({
  name: 'bias_grad',
  wgsl,
  buffers: { dy: 'read', db: 'write' },
  uniforms: { N: 'u32', K: 'u32', inner: 'u32' },
  workgroup: [GROUP],
});
export const kernels = [reduce];

/** `db[k] = Σ dy[:, k, ...]` for dy `[N, K, ...]`. */
export const op = defineOp({
  name: 'bias_grad',
  inputs: ['dy'],
  infer: ({ dy }: { dy: Spec }, _: object): Spec => ({ shape: [dy.shape[1]], dtype: 'f32' }),
  lower: ({ inputs: { dy }, output: db }) => {
    const [N, K] = dy.shape;
    return [
      dispatch(reduce, {
        buffers: { dy, db },
        uniforms: { N, K, inner: sizeBetween(dy.shape, 2) },
        threads: [K * GROUP],
      }),
    ];
  },
});
