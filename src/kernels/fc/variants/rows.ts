// A row of w per output, shared by threads as gpu/rows.ts says: see fc.wgsl.
import { rowKernel, rowWays } from '../../../gpu/rows.js';
import { dispatchRows } from '../../rows.js';
import source from '../fc.wgsl?raw';
import { anySize, type ForwardVariant } from './variant.js';

export const rowsKernel = rowKernel({
  name: 'fc',
  wgsl: source,
  buffers: { x: 'read', w: 'read', b: 'read', y: 'write' },
  uniforms: { ...anySize, slope: 'f32' },
  constants: ['RELU'],
});

export const rows: ForwardVariant = {
  name: 'rows',
  fits: () => true,
  ways: ({ N, M, K }, device) => rowWays({ outer: N * M, L: K, inner: 1 }, device),
  launch: ({ inputs: { x, w, b }, output: y, attrs: { relu }, device, variant }, { N, M, K }) => [
    dispatchRows(rowsKernel, { outer: N * M, L: K, inner: 1 }, variant, device, {
      buffers: { x, w, b, y },
      uniforms: { N, M, K, slope: relu ?? 0 },
      constants: { RELU: relu === undefined ? 0 : 1 },
    }),
  ],
};
