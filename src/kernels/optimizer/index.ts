// What update rules are made of: a moment of the gradient, and the directions of Adam and NAdam. None has a gradient.
import type { Spec } from '../../core/shape.js';
import { sizeBetween, sizeOf } from '../../core/shape.js';
import { kernel } from '../../gpu/kernel.js';
import type { WgslLibrary } from '../../gpu/wgsl.js';
import { defineOp, dispatch, type Scalar } from '../../graph/tape.js';
import { expectShape } from '../dims.js';
import adamSource from './adam_direction.wgsl?raw';
import complementSource from './complement.wgsl?raw';
import momentSource from './moment.wgsl?raw';
import correctionSource from './nadam_correction.wgsl?raw';
import nadamSource from './nadam_direction.wgsl?raw';
import nesterovSource from './nesterov.wgsl?raw';

const complement: WgslLibrary = { name: 'complement', wgsl: complementSource };
const nesterov: WgslLibrary = { name: 'nesterov', wgsl: nesterovSource };

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
  uses: [complement],
  buffers: { m: 'read', v: 'read', w: 'read', step: 'read', y: 'write' },
  uniforms: { n: 'u32', logBeta1: 'f32', logBeta2: 'f32', epsilon: 'f32', decay: 'f32' },
  longGrid: 'fold',
});
const correctionKernel = kernel({
  name: 'nadam_correction',
  wgsl: correctionSource,
  uses: [nesterov],
  buffers: { x: 'read', step: 'read', y: 'write' },
  uniforms: { n: 'u32', beta: 'f32', decay: 'f32' },
  longGrid: 'fold',
});
const nadamKernel = kernel({
  name: 'nadam_direction',
  wgsl: nadamSource,
  uses: [complement, nesterov],
  buffers: { g: 'read', m: 'read', v: 'read', correction: 'read', step: 'read', y: 'write' },
  uniforms: { n: 'u32', size: 'u32', beta1: 'f32', momentumDecay: 'f32', logBeta2: 'f32', epsilon: 'f32' },
  longGrid: 'fold',
});
export const kernels = [momentKernel, adamKernel, correctionKernel, nadamKernel];

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

/** `1 − Π μ` over the steps so far, from what it was before this one: x `[rows]`, zero before the first step. */
export const nadamCorrection = defineOp({
  name: 'nadam_correction',
  inputs: ['x', 'step'],
  infer: ({ x }: { x: Spec; step: Spec }, _: { readonly beta: Scalar; readonly decay: Scalar }) => x,
  lower: ({ inputs: { x, step }, output: y, attrs }) => {
    const n = sizeOf(x.shape);
    return [dispatch(correctionKernel, { buffers: { x, step, y }, uniforms: { n, ...attrs }, threads: [n] })];
  },
});

export interface NadamAttrs {
  readonly beta1: Scalar;
  readonly momentumDecay: Scalar;
  readonly logBeta2: Scalar;
  readonly epsilon: Scalar;
}

/**
 * NAdam's direction from the gradient `[rows, …]`, its moments after a step, `nadamCorrection` `[rows]` after it, and the number of the step, u32
 * `[1]` from 0.
 */
export const nadamDirection = defineOp({
  name: 'nadam_direction',
  inputs: ['g', 'm', 'v', 'correction', 'step'],
  infer: ({ g, m, v, correction }: { g: Spec; m: Spec; v: Spec; correction: Spec; step: Spec }, _: NadamAttrs) => {
    expectShape('nadam_direction', 'm', m.shape, g.shape, "g's shape");
    expectShape('nadam_direction', 'v', v.shape, g.shape, "g's shape");
    expectShape('nadam_direction', 'correction', correction.shape, g.shape.slice(0, 1), 'one for each row of g');
    return g;
  },
  lower: ({ inputs: { g, m, v, correction, step }, output: y, attrs }) => {
    const n = sizeOf(g.shape);
    const uniforms = { n, size: sizeBetween(g.shape, 1), ...attrs };
    return [dispatch(nadamKernel, { buffers: { g, m, v, correction, step, y }, uniforms, threads: [n] })];
  },
});
