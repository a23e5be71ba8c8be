// What update rules are made of: a moment of the gradient, and Adam's direction. Neither has a gradient.
import type { Spec } from '../../core/shape.js';
import { sizeOf } from '../../core/shape.js';
import { kernel } from '../../gpu/kernel.js';
import { defineOp, dispatch, type Scalar } from '../../graph/tape.js';
import { expectShape } from '../dims.js';
import adamSource from './adam_direction.wgsl?raw';
import momentSource from './moment.wgsl?raw';

const momentKernel = kernel({
  name: 'moment',
  wgsl: momentSource,
  buffers: { m: 'read', g: 'read', w: 'read', y: 'write' },
  uniforms: { n: 'u32', beta: 'f32', a: 'f32', decay: 'f32' },
  constants: ['POWER'],
  longGrid: 'fold',
});
const adamKernel = kernel({
  name: 'adam_direction',
  wgsl: adamSource,
  buffers: { m: 'read', v: 'read', w: 'read', step: 'read', y: 'write' },
  uniforms: { n: 'u32', logBeta1: 'f32', logBeta2: 'f32', epsilon: 'f32', decay: 'f32' },
  longGrid: 'fold',
});
export const kernels = [momentKernel, adamKernel];

export interface MomentAttrs {
  readonly beta: Scalar;
  readonly a: Scalar;
  readonly decay: Scalar;
  readonly power: 1 | 2;
}

/** `beta·m + a·g^power + decay·w`, all of w's shape. */
export const moment = defineOp({
  name: 'moment',
  inputs: ['m', 'g', 'w'],
  infer: ({ m, g, w }: { m: Spec; g: Spec; w: Spec }, _: MomentAttrs) => {
    expectShape('moment', 'm', m.shape, w.shape, "w's shape");
    expectShape('moment', 'g', g.shape, w.shape, "w's shape");
    return w;
  },
  lower: ({ inputs: { m, g, w }, output: y, attrs: { beta, a, decay, power } }) => {
    const n = sizeOf(w.shape);
    return [
      dispatch(momentKernel, {
        buffers: { m, g, w, y },
        uniforms: { n, beta, a, decay },
        constants: { POWER: power },
        threads: [n],
      }),
    ];
  },
});

export interface AdamAttrs {
  /** ln β₁ and ln β₂. A β near 1 loses digits in f32; its logarithm does not. */
  readonly logBeta1: Scalar;
  readonly logBeta2: Scalar;
  readonly epsilon: Scalar;
  readonly decay: Scalar;
}

/** `m̂ / (√v̂ + epsilon) − decay·w`, from the moments after a step and its number, u32 `[1]` from 0. */
export const adamDirection = defineOp({
  name: 'adam_direction',
  inputs: ['m', 'v', 'w', 'step'],
  infer: ({ m, v, w }: { m: Spec; v: Spec; w: Spec; step: Spec }, _: AdamAttrs) => {
    expectShape('adam_direction', 'm', m.shape, w.shape, "w's shape");
    expectShape('adam_direction', 'v', v.shape, w.shape, "w's shape");
    return w;
  },
  lower: ({ inputs: { m, v, w, step }, output: y, attrs }) => {
    const n = sizeOf(w.shape);
    return [dispatch(adamKernel, { buffers: { m, v, w, step, y }, uniforms: { n, ...attrs }, threads: [n] })];
  },
});
