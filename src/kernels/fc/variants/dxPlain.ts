// A thread per element of the gradient to x: see fc_dx.wgsl.
import { kernel } from '../../../gpu/kernel.js';
import { dispatch } from '../../../graph/tape.js';
import source from '../fc_dx.wgsl?raw';
import type { DxVariant } from './dxParts.js';
import { anySize } from './variant.js';

export const dxPlainKernel = kernel({
  name: 'fc_dx',
  wgsl: source,
  buffers: { dy: 'read', w: 'read', dx: 'write' },
  uniforms: anySize,
  longGrid: 'fold',
});

export const dxPlain: DxVariant = {
  name: 'plain',
  fits: () => true,
  launch: ({ inputs: { dy, w }, output: dx }, { N, M, K }) => [
    dispatch(dxPlainKernel, { buffers: { dy, w, dx }, uniforms: { N, M, K }, threads: [N * K] }),
  ],
};
