// A thread per four rows and four columns of the gradient to w: see fc_dw_quads.wgsl.
import { kernel } from '../../../gpu/kernel.js';
import { dispatch } from '../../../graph/tape.js';
import source from '../fc_dw_quads.wgsl?raw';
import type { DwVariant } from './dwPlain.js';

export const dwQuadsKernel = kernel({
  name: 'fc_dw_quads',
  wgsl: source,
  buffers: { x: 'read', dy: 'read', dw: 'write' },
  uniforms: { N: 'u32', M: 'u32', quads: 'u32' },
  longGrid: 'fold',
});

export const dwQuads: DwVariant = {
  name: 'quads',
  fits: ({ K }) => K % 4 === 0,
  launch({ inputs: { x, dy }, output: dw }, { N, M, K }) {
    const quads = K / 4;
    const threads: [number] = [quads * Math.ceil(M / 4)];
    return [dispatch(dwQuadsKernel, { buffers: { x, dy, dw }, uniforms: { N, M, quads }, threads })];
  },
};
