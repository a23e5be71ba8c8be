// A thread per element of the gradient to w: see fc_dw.wgsl.
import type { Shape } from '../../../core/shape.js';
import { kernel } from '../../../gpu/kernel.js';
import { dispatch } from '../../../graph/tape.js';
import source from '../fc_dw.wgsl?raw';
import { anySize, type Variant } from './variant.js';

/** `attrs.shape` is w's. */
export interface DwAttrs {
  readonly shape: Shape;
}
export type DwVariant = Variant<'x' | 'dy', DwAttrs>;

export const dwPlainKernel = kernel({
  name: 'fc_dw',
  wgsl: source,
  buffers: { x: 'read', dy: 'read', dw: 'write' },
  uniforms: anySize,
  longGrid: 'fold',
});

export const dwPlain: DwVariant = {
  name: 'plain',
  fits: () => true,
  launch: ({ inputs: { x, dy }, output: dw }, { N, M, K }) => [
    dispatch(dwPlainKernel, { buffers: { x, dy, dw }, uniforms: { N, M, K }, threads: [M * K] }),
  ],
};
