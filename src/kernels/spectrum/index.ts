// Spectra as variables: complex numbers from magnitude and phase, and a gradient that is weighed by frequency.
import { type Spec, sizeOf } from '../../core/shape.js';
import { kernel } from '../../gpu/kernel.js';
import { defineOp, dispatch } from '../../graph/tape.js';
import { binary } from '../binary/index.js';
import { expectShape } from '../dims.js';
import polarSource from './polar.wgsl?raw';
import dphaseSource from './polar_dphase.wgsl?raw';

const forward = kernel({
  name: 'polar',
  wgsl: polarSource,
  buffers: { phase: 'read', magnitude: 'read', z: 'write' },
  uniforms: { n: 'u32', size: 'u32' },
  longGrid: 'fold',
});
const backward = kernel({
  name: 'polar_dphase',
  wgsl: dphaseSource,
  buffers: { z: 'read', dz: 'read', dphase: 'write' },
  uniforms: { n: 'u32' },
  longGrid: 'fold',
});
export const kernels = [forward, backward];

const dphase = defineOp({
  name: 'polar_dphase',
  inputs: ['z', 'dz'],
  infer: ({ z }: { z: Spec; dz: Spec }, _: object): Spec => ({ shape: z.shape.slice(0, -1), dtype: 'f32' }),
  lower: ({ inputs: { z, dz }, output }) => {
    const n = sizeOf(output.shape);
    return [dispatch(backward, { buffers: { z, dz, dphase: output }, uniforms: { n }, threads: [n] })];
  },
});

/** `magnitude · e^(i·phase)`: phase `[N, …]` and magnitude `[…]` become `[N, …, 2]`. No gradient of the magnitude. */
export const polar = defineOp({
  name: 'polar',
  inputs: ['phase', 'magnitude'],
  infer: ({ phase, magnitude }: { phase: Spec; magnitude: Spec }, _: object): Spec => {
    expectShape('polar', 'magnitude', magnitude.shape, phase.shape.slice(1), 'that of one phase');
    return { shape: [...phase.shape, 2], dtype: 'f32' };
  },
  lower: ({ inputs: { phase, magnitude }, output: z }) => {
    const n = sizeOf(phase.shape);
    const uniforms = { n, size: sizeOf(magnitude.shape) };
    return [dispatch(forward, { buffers: { phase, magnitude, z }, uniforms, threads: [n] })];
  },
  vjp: (tape, { output: z, cotangent: dz }) => ({ phase: tape.apply(dphase, { z, dz }, {}) }),
});

/** x as it is, whose gradient is multiplied by w, which broadcasts to it: steps that are longer where w is large. No kernel: a view. */
export const preconditioned = defineOp({
  name: 'preconditioned',
  inputs: ['x', 'w'],
  view: 'x',
  infer: ({ x }: { x: Spec; w: Spec }, _: object) => x,
  lower: () => [],
  vjp: (tape, { inputs: { w }, cotangent }) => ({ x: binary(tape, 'mul', cotangent, w) }),
});
