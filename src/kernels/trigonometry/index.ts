// Trigonometric and hyperbolic functions and their inverses, element by element.
import { type Spec, sizeOf } from '../../core/shape.js';
import { kernel } from '../../gpu/kernel.js';
import type { WgslLibrary } from '../../gpu/wgsl.js';
import { defineOp, dispatch, type Op } from '../../graph/tape.js';
import { type FunctionName, functionNumber } from './functions.js';
import forwardSource from './trigonometry.wgsl?raw';
import backwardSource from './trigonometry_dx.wgsl?raw';
import functionsSource from './trigonometry_functions.wgsl?raw';

export interface Attrs {
  readonly f: FunctionName;
}

const functions: WgslLibrary = { name: 'trigonometry_functions', wgsl: functionsSource };
const forward = kernel({
  name: 'trigonometry',
  wgsl: forwardSource,
  uses: [functions],
  buffers: { x: 'read', y: 'write' },
  uniforms: { n: 'u32' },
  constants: ['FUNCTION'],
  longGrid: 'fold',
});
const backward = kernel({
  name: 'trigonometry_dx',
  wgsl: backwardSource,
  uses: [functions],
  buffers: { x: 'read', dy: 'read', dx: 'write' },
  uniforms: { n: 'u32' },
  constants: ['FUNCTION'],
  longGrid: 'fold',
});
export const kernels = [forward, backward];

const dx = defineOp({
  name: 'trigonometry_dx',
  inputs: ['x', 'dy'],
  infer: ({ x }: { x: Spec; dy: Spec }, _: Attrs) => x,
  lower: ({ inputs: { x, dy }, output, attrs: { f } }) => {
    const n = sizeOf(x.shape);
    const constants = { FUNCTION: functionNumber(f) };
    return [dispatch(backward, { buffers: { x, dy, dx: output }, uniforms: { n }, constants, threads: [n] })];
  },
});

/** `f(x)` for every element, angles in radians. */
export const op: Op<'x', Attrs> = defineOp({
  name: 'trigonometry',
  inputs: ['x'],
  infer: ({ x }: { x: Spec }, _: Attrs) => x,
  lower: ({ inputs: { x }, output: y, attrs: { f } }) => {
    const n = sizeOf(x.shape);
    const constants = { FUNCTION: functionNumber(f) };
    return [dispatch(forward, { buffers: { x, y }, uniforms: { n }, constants, threads: [n] })];
  },
  window: { of: ['x'] },
  vjp: (tape, { inputs: { x }, cotangent: dy, attrs }) => ({ x: tape.apply(dx, { x, dy }, attrs) }),
});
