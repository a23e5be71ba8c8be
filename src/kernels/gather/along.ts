// Selects elements along one axis by computed indices: the kernels of Gather, GatherElements, GatherND and TopK.
import { ShapeError } from '../../core/errors.js';
import { formatShape, type Shape, type Spec, sizeBetween, sizeOf } from '../../core/shape.js';
import { kernel } from '../../gpu/kernel.js';
import { defineOp, dispatch, type Op } from '../../graph/tape.js';
import source from './gather.wgsl?raw';
import backwardSource from './gather_dx.wgsl?raw';

export interface AlongAttrs {
  readonly axis: number;
  /** Whether the indices are the same for all other axes, or separate for each element. */
  readonly shared: 'all' | 'none';
}

const uniforms = { n: 'u32', L: 'u32', J: 'u32', inner: 'u32' } as const;
const forward = kernel({
  name: 'gather',
  wgsl: source,
  buffers: { x: 'read', at: 'read', y: 'write' },
  uniforms,
  constants: ['EACH'],
  longGrid: 'fold',
});
const backward = kernel({
  name: 'gather_dx',
  wgsl: backwardSource,
  buffers: { at: 'read', dy: 'read', dx: 'write' },
  uniforms,
  constants: ['EACH'],
  longGrid: 'fold',
});
export const gatherKernels = [forward, backward];

/** The sum of `dy` over the indices that name an element: the gradient of `along`, and a scatter that adds. */
export const alongDx: Op<'at' | 'dy', AlongAttrs & { readonly shape: Shape }> = defineOp({
  name: 'gather_dx',
  inputs: ['at', 'dy'],
  infer: (_, { shape }): Spec => ({ shape, dtype: 'f32' }),
  lower: ({ inputs: { at, dy }, output: dx, attrs: { axis, shared } }) => {
    const n = sizeOf(dx.shape);
    return [
      dispatch(backward, {
        buffers: { at, dy, dx },
        uniforms: { n, L: dx.shape[axis], J: dy.shape[axis], inner: sizeBetween(dx.shape, axis + 1) },
        constants: { EACH: shared === 'none' ? 1 : 0 },
        threads: [n],
      }),
    ];
  },
  vjp: (tape, { inputs: { at }, cotangent, attrs: { axis, shared } }) => ({
    dy: tape.apply(along, { x: cotangent, at }, { axis, shared }),
  }),
});

/**
 * x `[outer, L, inner]` to `[outer, J, inner]` by indices `at`: `[J]` if they are shared, otherwise `[outer, J, inner]`. `at`
 * has no gradient.
 */
export const along: Op<'x' | 'at', AlongAttrs> = defineOp({
  name: 'gather_along',
  inputs: ['x', 'at'],
  infer: ({ x, at }: { x: Spec; at: Spec }, { axis, shared }: AlongAttrs): Spec => {
    const rows = shared === 'all' ? 1 : sizeOf(x.shape) / x.shape[axis];
    const J = sizeOf(at.shape) / rows;
    if (!Number.isInteger(J)) {
      throw new ShapeError(
        'gather',
        `indices ${formatShape(at.shape)} do not fit x ${formatShape(x.shape)} along axis ${axis}`,
      );
    }
    return { shape: x.shape.map((d, i) => (i === axis ? J : d)), dtype: 'f32' };
  },
  lower: ({ inputs: { x, at }, output: y, attrs: { axis, shared } }) => {
    const n = sizeOf(y.shape);
    return [
      dispatch(forward, {
        buffers: { x, at, y },
        uniforms: { n, L: x.shape[axis], J: y.shape[axis], inner: sizeBetween(x.shape, axis + 1) },
        constants: { EACH: shared === 'none' ? 1 : 0 },
        threads: [n],
      }),
    ];
  },
  vjp: (tape, { inputs: { x, at }, cotangent: dy, attrs }) => ({
    x: tape.apply(alongDx, { at, dy }, { ...attrs, shape: x.shape }),
  }),
});
