// The two halves of an optimizer's step: a moment of the gradient, and the descent along it. Neither has a gradient.
import type { Spec } from '../../core/shape.js';
import { sizeOf } from '../../core/shape.js';
import { kernel } from '../../gpu/kernel.js';
import { type Dispatch, defineOp, dispatch, type Scalar, type Value } from '../../graph/tape.js';
import { expectShape } from '../dims.js';
import descendSource from './descend.wgsl?raw';
import momentSource from './moment.wgsl?raw';

const momentKernel = kernel({
  name: 'moment',
  wgsl: momentSource,
  buffers: { m: 'read', g: 'read', w: 'read', y: 'write' },
  uniforms: { n: 'u32', beta: 'f32', a: 'f32', decay: 'f32' },
  constants: ['POWER'],
  longGrid: 'fold',
});
const descendKernel = kernel({
  name: 'descend',
  wgsl: descendSource,
  buffers: { w: 'read', m: 'read', v: 'read', y: 'write' },
  uniforms: { n: 'u32', rate: 'f32', epsilon: 'f32', decay: 'f32' },
  constants: ['ADAPTIVE'],
  longGrid: 'fold',
});
export const kernels = [momentKernel, descendKernel];

export interface MomentAttrs {
  readonly beta: number;
  readonly a: number;
  readonly decay: number;
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

export interface DescendAttrs {
  readonly rate: Scalar;
}

/** `w − rate·m`. */
export const descend = defineOp({
  name: 'descend',
  inputs: ['w', 'm'],
  infer: ({ w, m }: { w: Spec; m: Spec }, _: DescendAttrs) => {
    expectShape('descend', 'm', m.shape, w.shape, "w's shape");
    return w;
  },
  lower: ({ inputs: { w, m }, output: y, attrs }) => [
    descending({ w, m, v: m, y }, { ...attrs, epsilon: 0, decay: 0 }, 0),
  ],
});

export interface AdaptiveAttrs extends DescendAttrs {
  readonly epsilon: Scalar;
  readonly decay: Scalar;
}

/** `(1 − decay)·w − rate·m / (√v + epsilon)`. */
export const descendAdaptively = defineOp({
  name: 'descend_adaptively',
  inputs: ['w', 'm', 'v'],
  infer: ({ w, m, v }: { w: Spec; m: Spec; v: Spec }, _: AdaptiveAttrs) => {
    expectShape('descend_adaptively', 'm', m.shape, w.shape, "w's shape");
    expectShape('descend_adaptively', 'v', v.shape, w.shape, "w's shape");
    return w;
  },
  lower: ({ inputs: { w, m, v }, output: y, attrs }) => [descending({ w, m, v, y }, attrs, 1)],
});

/** A launch of the descent. Only the adaptive one reads `v`. */
function descending(
  buffers: Readonly<Record<'w' | 'm' | 'v' | 'y', Value>>,
  { rate, epsilon, decay }: AdaptiveAttrs,
  ADAPTIVE: 0 | 1,
): Dispatch {
  const n = sizeOf(buffers.w.shape);
  return dispatch(descendKernel, {
    buffers,
    uniforms: { n, rate, epsilon, decay },
    constants: { ADAPTIVE },
    threads: [n],
  });
}
