// Random numbers on the device: a hash of the image's seed, the step and the index. No gradient.
import { ShapeError } from '../../core/errors.js';
import { f32, formatShape, type Shape, type Spec, sizeOf } from '../../core/shape.js';
import { kernel } from '../../gpu/kernel.js';
import { defineOp, dispatch } from '../../graph/tape.js';
import source from './random.wgsl?raw';

const draw = kernel({
  name: 'random',
  wgsl: source,
  buffers: { seeds: 'read', step: 'read', y: 'write' },
  uniforms: { n: 'u32', size: 'u32', stream: 'u32' },
  constants: ['NORMAL'],
  longGrid: 'fold',
});
export const kernels = [draw];

/** From 0 to below 1, or normal with mean 0 and deviation 1. */
export type Distribution = 'uniform' | 'normal';

export interface Attrs {
  readonly distribution: Distribution;
  /** Shape of one image's numbers. */
  readonly shape: Shape;
  /** Draws of different streams are independent. */
  readonly stream: number;
}

/** `[N, ...shape]` random numbers for `seeds` u32 `[N]` at `step` u32 `[1]`. */
export const op = defineOp({
  name: 'random',
  inputs: ['seeds', 'step'],
  infer: ({ seeds, step }: { seeds: Spec; step: Spec }, { shape }: Attrs): Spec => {
    if (seeds.dtype !== 'u32' || seeds.shape.length !== 1 || step.dtype !== 'u32') {
      throw new ShapeError(
        'random',
        `seeds must be u32 [N] and step u32 [1], got ${seeds.dtype} ${formatShape(seeds.shape)}`,
      );
    }
    return f32(seeds.shape[0], ...shape);
  },
  lower: ({ inputs: { seeds, step }, output: y, attrs: { distribution, shape, stream } }) => {
    const n = sizeOf(y.shape);
    return [
      dispatch(draw, {
        buffers: { seeds, step, y },
        uniforms: { n, size: sizeOf(shape), stream },
        constants: { NORMAL: distribution === 'normal' ? 1 : 0 },
        threads: [n],
      }),
    ];
  },
});
