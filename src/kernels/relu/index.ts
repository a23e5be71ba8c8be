// Rectifier with an optional slope for negative values, and the gate through which cotangents pass it.
import { type Spec, sameShape, sizeOf } from '../../core/shape.js';
import { kernel } from '../../gpu/kernel.js';
import { defineOp, dispatch, eraseOp, type Gate, type Op } from '../../graph/tape.js';
import { type Attrs as SliceAttrs, op as slice } from '../slice/index.js';
import forwardSource from './relu.wgsl?raw';
import backwardSource from './relu_dx.wgsl?raw';

export interface Attrs {
  /** Slope for negative values; 0 is the plain ReLU. */
  readonly slope: number;
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

/**
 * The cotangent dy through a gate that f opens, where f is above 0. The op that makes dy takes this work over where it can, so
 * that backward rules that are written with it cost no launch of their own.
 */
export const gate: Op<'f' | 'dy', Gate> = defineOp({
  name: 'gate',
  inputs: ['f', 'dy'],
  infer: ({ dy }: { f: Spec; dy: Spec }, _: Gate) => dy,
  lower: ({ inputs: { f, dy }, output, attrs: { mask, clamp, slope } }) => {
    const n = sizeOf(dy.shape);
    return [
      dispatch(backward, {
        buffers: { f, dy, dx: output },
        uniforms: { n, slope },
        constants: { MASK: mask ? 1 : 0, CLAMP: clamp ? 1 : 0 },
        threads: [n],
      }),
    ];
  },
  asEpilogue: (attrs, through) => (through === 'dy' ? { kind: 'gate', with: 'f', gate: attrs } : undefined),
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
    const gated = tape.apply(gate, { f: whole.output, dy: cut.inputs.x }, attrs);
    return tape.apply(slice, { x: gated }, range);
  },
  // Piecewise linear in dy; f only gates.
  vjp: (tape, { inputs: { f }, cotangent, attrs }) => ({ dy: tape.apply(gate, { f, dy: cotangent }, attrs) }),
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
    x: tape.apply(gate, { f: slope < 0 ? x : output, dy: cotangent }, { mask: true, clamp: false, slope }),
  }),
  asEpilogue: ({ slope }) => ({ kind: 'relu', slope }),
  rectifies: ({ slope }) => slope === 0,
  window: { of: ['x'] },
});
