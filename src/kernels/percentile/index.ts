// Exact percentiles on the device, as numpy.percentile computes them: what the clipping regularizers compare with.
import { type Spec, sizeBetween } from '../../core/shape.js';
import { kernel } from '../../gpu/kernel.js';
import { defineOp, dispatch, type Scalar } from '../../graph/tape.js';
import wgsl from './percentile.wgsl?raw';

export interface Attrs {
  /** Position of the percentile among the sorted values: `floor(q/100·(n−1))`, and what `floor` took off. */
  readonly rank: Scalar;
  readonly fraction: Scalar;
  /** 0 leaves the output as it is: the regularizer is off. */
  readonly active: Scalar;
}

const GROUP = 256;
const select = kernel({
  name: 'percentile',
  wgsl,
  buffers: { x: 'read', t: 'write' },
  uniforms: { N: 'u32', size: 'u32', rank: 'u32', fraction: 'f32', active_: 'u32' },
  workgroup: [GROUP],
});
export const kernels = [select];

/** numpy's virtual index of percentile `q` (0..100) among `n` values, split into rank and fraction. */
export function percentileRank(q: number, n: number): { rank: number; fraction: number } {
  const position = (q / 100) * (n - 1);
  const rank = Math.min(Math.floor(position), n - 1);
  return { rank, fraction: position - rank };
}

/** For each row of x `[N, ...]`: the percentile, and the element that `x < percentile` compares with. `[N, 2]`. */
export const op = defineOp({
  name: 'percentile',
  inputs: ['x'],
  infer: ({ x }: { x: Spec }, _: Attrs): Spec => ({ shape: [x.shape[0], 2], dtype: 'f32' }),
  lower: ({ inputs: { x }, output: t, attrs: { rank, fraction, active } }) => {
    const [N] = x.shape;
    return [
      dispatch(select, {
        buffers: { x, t },
        uniforms: { N, size: sizeBetween(x.shape, 1), rank, fraction, active_: active },
        threads: [N * GROUP],
      }),
    ];
  },
});
