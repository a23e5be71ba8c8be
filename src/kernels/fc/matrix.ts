// The matrix of a fully connected layer: parts of it that a device can bind, and its numbers in half precision.
import type { Spec } from '../../core/shape.js';
import type { DeviceTraits } from '../../gpu/context.js';
import { kernel } from '../../gpu/kernel.js';
import { defineOp, dispatch, type Tape, type Value } from '../../graph/tape.js';
import source from './fc_halve.wgsl?raw';

export const halveKernel = kernel({
  name: 'fc_halve',
  wgsl: source,
  buffers: { w: 'read', h: 'write' },
  uniforms: { n: 'u32' },
  longGrid: 'fold',
});
/** Rows of a matrix `[M, K]` that are bound together: all, or parts that an adapter with a smaller binding can take. */
export function rowParts(M: number, K: number, device: DeviceTraits): { readonly m0: number; readonly rows: number }[] {
  // A part must begin where a binding may, in half precision too.
  let step = 1;
  while ((step * K * 2) % device.storageAlignment !== 0) step *= 2;
  const most = Math.floor(device.maxBindingBytes / (K * 4 * step)) * step;
  if (most === 0) return [{ m0: 0, rows: M }];
  const parts = Math.ceil(M / most);
  const each = Math.ceil(M / parts / step) * step;
  return Array.from({ length: Math.ceil(M / each) }, (_, i) => ({ m0: i * each, rows: Math.min(each, M - i * each) }));
}

/** Columns of w `[M, K]`, which in half precision is `[M, K/2]` words. */
export const columnsOf = (w: Spec): number => (w.dtype === 'u32' ? 2 * w.shape[1] : w.shape[1]);

/** w in half precision, two numbers in a word. */
const halve = defineOp({
  name: 'fc_halve',
  inputs: ['w'],
  infer: ({ w }: { w: Spec }, _: object): Spec => ({ shape: [w.shape[0], w.shape[1] / 2], dtype: 'u32' }),
  lower: ({ inputs: { w }, output: h, device }) => {
    const [M, K] = w.shape;
    return rowParts(M, K, device).map(({ m0, rows }) => {
      const n = (rows * K) / 2;
      const ranges = { w: [m0 * K, rows * K], h: [(m0 * K) / 2, n] } as const;
      return dispatch(halveKernel, { buffers: { w, h }, ranges, uniforms: { n }, threads: [n] });
    });
  },
});

/** Frozen weights in half precision, where they are wanted and the kernels that read them can be used. */
export function halved(
  tape: Tape,
  w: Value,
  device: DeviceTraits,
  isConstant: (v: Value) => boolean,
): Value | undefined {
  const wanted = device.halfWeights && device.subgroupSize > 0 && w.dtype === 'f32' && w.shape[1] % 4 === 0;
  return wanted && isConstant(w) ? tape.apply(halve, { w }, {}) : undefined;
}
