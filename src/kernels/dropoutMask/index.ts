// Dropout in training. It has its own folder, so a page that does not train does not load it.
import { OptionError } from '../../core/errors.js';
import { type Spec, sizeOf } from '../../core/shape.js';
import { kernel } from '../../gpu/kernel.js';
import { defineOp, dispatch, type Op } from '../../graph/tape.js';
import type { Attrs } from '../dropout/index.js';
import maskSource from './dropout_mask.wgsl?raw';

const mask = kernel({
  name: 'dropout_mask',
  wgsl: maskSource,
  buffers: { x: 'read', step: 'read', y: 'write' },
  uniforms: { n: 'u32', seed: 'u32', ratio: 'f32' },
  longGrid: 'fold',
});
export const kernels = [mask];

export interface MaskAttrs extends Attrs {
  /** Distinguishes the masks of different layers. */
  readonly seed: number;
}

/**
 * Dropout in training (Srivastava et al. 2014, inverted): each element is 0 with probability `ratio`, else `x / (1 − ratio)`.
 * The mask is a function of `seed` and of step, a u32 [1].
 */
export const dropoutMask: Op<'x' | 'step', MaskAttrs> = defineOp({
  name: 'dropout_mask',
  inputs: ['x', 'step'],
  infer: ({ x }: { x: Spec; step: Spec }, { ratio }: MaskAttrs) => {
    if (!(ratio >= 0 && ratio < 1))
      throw new OptionError('dropout ratio', `must be at least 0 and below 1, got ${ratio}`);
    return x;
  },
  lower: ({ inputs: { x, step }, output: y, attrs: { ratio, seed } }) => {
    const n = sizeOf(x.shape);
    return [dispatch(mask, { buffers: { x, step, y }, uniforms: { n, seed, ratio }, threads: [n] })];
  },
  vjp: (tape, { inputs: { step }, cotangent, attrs }) => ({
    x: tape.apply(dropoutMask, { x: cotangent, step }, attrs),
  }),
});
