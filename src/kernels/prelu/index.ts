// Parametric ReLU (He et al. 2015): a learned slope for negative values, per channel or shared.
import { ShapeError } from '../../core/errors.js';
import { formatShape, type Spec, sizeBetween, sizeOf } from '../../core/shape.js';
import { kernel } from '../../gpu/kernel.js';
import { defineOp, dispatch, type Value } from '../../graph/tape.js';
import { op as biasGrad } from '../biasGrad/index.js';
import { op as reshape } from '../reshape/index.js';
import forwardSource from './prelu.wgsl?raw';
import backwardSource from './prelu_dx.wgsl?raw';

const uniforms = { n: 'u32', C: 'u32', inner: 'u32', shared_: 'u32' } as const;
const forward = kernel({
  name: 'prelu',
  wgsl: forwardSource,
  buffers: { x: 'read', slope: 'read', y: 'write' },
  uniforms,
  longGrid: 'fold',
});
const backward = kernel({
  name: 'prelu_dx',
  wgsl: backwardSource,
  buffers: { x: 'read', slope: 'read', dy: 'read', dx: 'write' },
  uniforms,
  constants: ['OF_SLOPE'],
  longGrid: 'fold',
});
export const kernels = [forward, backward];

const sizes = (x: Value, slope: Value) => ({
  n: sizeOf(x.shape),
  C: x.shape[1],
  inner: sizeBetween(x.shape, 2),
  shared_: slope.shape[0] === 1 ? 1 : 0,
});

/** `∂loss/∂x`, or the per-element terms of `∂loss/∂slope`. */
const dx = defineOp({
  name: 'prelu_dx',
  inputs: ['x', 'slope', 'dy'],
  infer: ({ x }: { x: Spec; slope: Spec; dy: Spec }, _: { readonly ofSlope: boolean }) => x,
  lower: ({ inputs: { x, slope, dy }, output, attrs }) => [
    dispatch(backward, {
      buffers: { x, slope, dy, dx: output },
      uniforms: sizes(x, slope),
      constants: { OF_SLOPE: attrs.ofSlope ? 1 : 0 },
      threads: [sizeOf(x.shape)],
    }),
  ],
});

/** `max(x, 0) + slope[c] · min(x, 0)` for x `[N, C, ...]` and slope `[C]` or `[1]`. */
export const op = defineOp({
  name: 'prelu',
  inputs: ['x', 'slope'],
  infer: ({ x, slope }: { x: Spec; slope: Spec }, _: object) => {
    const C = x.shape[1];
    if (slope.shape.length !== 1 || (slope.shape[0] !== 1 && slope.shape[0] !== C)) {
      throw new ShapeError('prelu', `slope must be [${C}] (one per channel) or [1], got ${formatShape(slope.shape)}`);
    }
    return x;
  },
  lower: ({ inputs: { x, slope }, output: y }) => [
    dispatch(forward, { buffers: { x, slope, y }, uniforms: sizes(x, slope), threads: [sizeOf(x.shape)] }),
  ],
  window: { of: ['x'] },
  vjp: (tape, { inputs: { x, slope }, cotangent: dy, needs }) => {
    const dslope = () => {
      const terms = tape.apply(dx, { x, slope, dy }, { ofSlope: true });
      // A shared slope is treated as a single channel.
      const shared = slope.shape[0] === 1;
      return tape.apply(
        biasGrad,
        { dy: shared ? tape.apply(reshape, { x: terms }, { shape: [1, 1, -1] }) : terms },
        {},
      );
    };
    return {
      ...(needs.x && { x: tape.apply(dx, { x, slope, dy }, { ofSlope: false }) }),
      ...(needs.slope && { slope: dslope() }),
    };
  },
});
