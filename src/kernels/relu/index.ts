// Rectifier with an optional slope for negative values, and the backward rules that visualization methods give it.
import { type Spec, sameShape, sizeOf } from '../../core/shape.js';
import { kernel } from '../../gpu/kernel.js';
import { defineOp, dispatch, eraseOp, type Op } from '../../graph/tape.js';
import { type Attrs as SliceAttrs, op as slice } from '../slice/index.js';
import forwardSource from './relu.wgsl?raw';
import backwardSource from './relu_dx.wgsl?raw';

export interface Attrs {
  /** Slope for negative values; 0 is the plain ReLU. */
  readonly slope: number;
}

/** How a cotangent passes a ReLU: the true derivative, deconvnet's rule, or guided backpropagation's. */
export type ReluRule = 'gradient' | 'deconv' | 'guided';

export interface GradAttrs extends Attrs {
  readonly rule: ReluRule;
}

const forward = kernel({
  name: 'relu',
  wgsl: forwardSource,
  buffers: { x: 'read', y: 'write' },
  uniforms: { n: 'u32', slope: 'f32' },
  longGrid: 'fold',
});
const backward = kernel({
  name: 'relu_dx',
  wgsl: backwardSource,
  buffers: { f: 'read', dy: 'read', dx: 'write' },
  uniforms: { n: 'u32', slope: 'f32' },
  constants: ['MASK', 'CLAMP'],
  longGrid: 'fold',
});
export const kernels = [forward, backward];

/** `∂loss/∂x` by one of the three rules; f is the ReLU's output. */
export const dx: Op<'f' | 'dy', GradAttrs> = defineOp({
  name: 'relu_dx',
  inputs: ['f', 'dy'],
  infer: ({ dy }: { f: Spec; dy: Spec }, _: GradAttrs) => dy,
  lower: ({ inputs: { f, dy }, output, attrs: { slope, rule } }) => {
    const n = sizeOf(dy.shape);
    return [
      dispatch(backward, {
        buffers: { f, dy, dx: output },
        uniforms: { n, slope },
        constants: { MASK: rule === 'deconv' ? 0 : 1, CLAMP: rule === 'gradient' ? 0 : 1 },
        threads: [n],
      }),
    ];
  },
  asEpilogue: ({ slope, rule }, through) => (through === 'dy' ? { kind: 'gate', with: 'f', slope, rule } : undefined),
  // Branches of a concatenation: gate the whole once, in what makes its cotangent, and cut the branches from it.
  specialize: (tape, { inputs: { f, dy }, attrs, producer, users }) => {
    const cut = producer(dy);
    if (cut?.op !== eraseOp(slice)) return undefined;
    const range = cut.attrs as SliceAttrs;
    const whole = users(f).find(({ op: joint, attrs: joined, inputs, output }) => {
      if (!joint.joinsChannels?.(joined) || range.axis !== 1) return false;
      if (!sameShape(output.shape, cut.inputs.x.shape)) return false;
      let start = 0;
      for (const branch of Object.values(inputs)) {
        if (branch.id === f.id && start === range.start) return true;
        start += branch.shape[1];
      }
      return false;
    });
    if (whole?.output.shape.length !== 4) return undefined;
    const gated = tape.apply(dx, { f: whole.output, dy: cut.inputs.x }, attrs);
    return tape.apply(slice, { x: gated }, range);
  },
  // Piecewise linear in dy; f only gates.
  vjp: (tape, { inputs: { f }, cotangent, attrs }) => ({ dy: tape.apply(dx, { f, dy: cotangent }, attrs) }),
});

/** `max(x, 0) + slope · min(x, 0)`. */
export const op = defineOp({
  name: 'relu',
  inputs: ['x'],
  infer: ({ x }: { x: Spec }, _: Attrs) => x,
  lower: ({ inputs: { x }, output: y, attrs: { slope } }) => {
    const n = sizeOf(x.shape);
    return [dispatch(forward, { buffers: { x, y }, uniforms: { n, slope }, threads: [n] })];
  },
  // Reads the output, so that the input's memory is free for reuse; a negative slope would lose the sign.
  vjp: (tape, { inputs: { x }, output, cotangent, attrs: { slope } }) => ({
    x: tape.apply(dx, { f: slope < 0 ? x : output, dy: cotangent }, { slope, rule: 'gradient' }),
  }),
  asEpilogue: ({ slope }) => ({ kind: 'relu', slope }),
  rectifies: ({ slope }) => slope === 0,
  window: { of: ['x'] },
});
