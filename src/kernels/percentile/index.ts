// Exact percentiles on the device, as numpy.percentile computes them. The clipping regularizers compare with them.
import { f32, type Spec } from '../../core/shape.js';
import { rowKernel, rowWays } from '../../gpu/rows.js';
import type { WgslLibrary } from '../../gpu/wgsl.js';
import { defineOp, type Scalar } from '../../graph/tape.js';
import { dispatchRows, rowsAlong } from '../rows.js';
import source from './percentile.wgsl?raw';
import subgroupSource from './percentile_subgroup.wgsl?raw';
import workgroupSource from './percentile_workgroup.wgsl?raw';

export interface Attrs {
  /** Position of the percentile among the sorted values: `floor(q/100·(n−1))`, and the fractional part. */
  readonly rank: Scalar;
  readonly fraction: Scalar;
  /** 0 leaves the output unchanged: the regularizer is off. */
  readonly active: Scalar;
}

/** `find`, for each way to share a row. */
const find = {
  workgroup: { name: 'percentile_workgroup', wgsl: workgroupSource },
  subgroup: { name: 'percentile_subgroup', wgsl: subgroupSource },
} satisfies Record<string, WgslLibrary>;

const select = rowKernel({
  name: 'percentile',
  wgsl: source,
  plain: [find.workgroup],
  subgroup: [find.subgroup],
  buffers: { x: 'read', t: 'write' },
  uniforms: { N: 'u32', size: 'u32', rank: 'u32', fraction: 'f32', active_: 'u32' },
});
export const kernels = select;

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
  infer: ({ x }: { x: Spec }, _: Attrs): Spec => f32(x.shape[0], 2),
  // `thread` is missing: one thread would count alone, in a workgroup's memory.
  variants: ({ inputs: { x }, device }) => rowWays(rowsAlong(x.shape, 1), device).filter((way) => way !== 'thread'),
  lower: ({ inputs: { x }, output: t, attrs: { rank, fraction, active }, device, variant }) => {
    const rows = rowsAlong(x.shape, 1);
    return [
      dispatchRows(select, rows, variant, device, {
        buffers: { x, t },
        uniforms: { N: rows.outer, size: rows.L, rank, fraction, active_: active },
      }),
    ];
  },
});
