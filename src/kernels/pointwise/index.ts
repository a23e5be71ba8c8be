// Elementwise functions of one number: activations other than ReLU, and arithmetic.
import { type Spec, sizeOf } from '../../core/shape.js';
import { kernel } from '../../gpu/kernel.js';
import type { WgslLibrary } from '../../gpu/wgsl.js';
import { defineOp, dispatch, type Op, type Tape, type Value } from '../../graph/tape.js';
import { type FunctionName, functionNumber, type Parameters } from './functions.js';
import functionsSource from './functions.wgsl?raw';
import forwardSource from './pointwise.wgsl?raw';
import backwardSource from './pointwise_dx.wgsl?raw';

export interface Attrs extends Parameters {
  readonly f: FunctionName;
}

const uniforms = { n: 'u32', a: 'f32', b: 'f32', c: 'f32' } as const;
const functions: WgslLibrary = { name: 'functions', wgsl: functionsSource };
const forward = kernel({
  name: 'pointwise',
  wgsl: forwardSource,
  uses: [functions],
  buffers: { x: 'read', y: 'write' },
  uniforms,
  constants: ['FUNCTION'],
  longGrid: 'fold',
});
const backward = kernel({
  name: 'pointwise_dx',
  wgsl: backwardSource,
  uses: [functions],
  buffers: { x: 'read', dy: 'read', dx: 'write' },
  uniforms,
  constants: ['FUNCTION'],
  longGrid: 'fold',
});
export const kernels = [forward, backward];

const dx = defineOp({
  name: 'pointwise_dx',
  inputs: ['x', 'dy'],
  infer: ({ x }: { x: Spec; dy: Spec }, _: Attrs) => x,
  lower: ({ inputs: { x, dy }, output, attrs: { f, a, b, c } }) => {
    const n = sizeOf(x.shape);
    const constants = { FUNCTION: functionNumber(f) };
    return [dispatch(backward, { buffers: { x, dy, dx: output }, uniforms: { n, a, b, c }, constants, threads: [n] })];
  },
});

/** Functions that are constant over a range: ReLU6 is a `clip`. */
const FLAT: ReadonlySet<FunctionName> = new Set(['clip', 'hardSigmoid', 'hardSwish']);

/** `f(x)` for every element. */
export const op: Op<'x', Attrs> = defineOp({
  name: 'pointwise',
  inputs: ['x'],
  infer: ({ x }: { x: Spec }, _: Attrs) => x,
  lower: ({ inputs: { x }, output: y, attrs: { f, a, b, c } }) => {
    const n = sizeOf(x.shape);
    const constants = { FUNCTION: functionNumber(f) };
    return [dispatch(forward, { buffers: { x, y }, uniforms: { n, a, b, c }, constants, threads: [n] })];
  },
  window: { of: ['x'] },
  rectifies: ({ f }) => FLAT.has(f),
  vjp: (tape, { inputs: { x }, cotangent: dy, attrs }) => ({ x: tape.apply(dx, { x, dy }, attrs) }),
});

/** `f` of a value, for macros. */
export const pointwise = (tape: Tape, x: Value, f: FunctionName, parameters: Partial<Parameters> = {}): Value =>
  tape.apply(op, { x }, { f, a: 1, b: 0, c: 1, ...parameters });
