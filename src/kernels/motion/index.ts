// Random motions of the image: maps for `affineSample`, made on the device of random numbers. No gradient.
import { f32, type Spec } from '../../core/shape.js';
import { kernel } from '../../gpu/kernel.js';
import { defineOp, dispatch, type Scalar, type Tape, type Value } from '../../graph/tape.js';
import { expectShape } from '../dims.js';
import wgsl from './motion.wgsl?raw';

const motion = kernel({
  name: 'motion',
  wgsl,
  buffers: { theta: 'read', draws: 'read', y: 'write' },
  uniforms: { N: 'u32', shiftY: 'f32', shiftX: 'f32', low: 'f32', high: 'f32', angle: 'f32', flip: 'f32' },
  constants: ['WHOLE', 'LOG'],
  longGrid: 'fold',
});
export const kernels = [motion];

/** Numbers that one motion takes, `[N, DRAWS]`: for row, column, zoom, angle and flip. */
export const DRAWS = 5;

/** What may happen; by default nothing does. Applied in this order: flip, zoom, turn, shift. */
export interface Attrs {
  /** Most that the image is shifted by, in each direction, in pixels. */
  readonly shiftY?: Scalar;
  readonly shiftX?: Scalar;
  /** Shifts by whole pixels, which leave every pixel as it is. */
  readonly whole?: boolean;
  /** Least and greatest zoom; above 1 things get larger. */
  readonly low?: Scalar;
  readonly high?: Scalar;
  /** Draws the zoom's logarithm evenly, so that doubling is as likely as halving. */
  readonly log?: boolean;
  /** Most that it is turned by, in each direction, in degrees. */
  readonly angle?: Scalar;
  /** Probability that left and right are swapped. */
  readonly flip?: Scalar;
}

/** The maps `[N, 6]` that leave images as they are. */
export const still = (tape: Tape, N: number): Value =>
  tape.constant('still', [N, 6], () =>
    Float32Array.from({ length: 6 * N }, (_, i) => (i % 6 === 0 || i % 6 === 4 ? 1 : 0)),
  );

/** theta `[N, 6]`, followed by a motion drawn from `draws` `[N, 5]` in [0, 1). About the centre, whatever the size. */
export const op = defineOp({
  name: 'motion',
  inputs: ['theta', 'draws'],
  infer: ({ theta, draws }: { theta: Spec; draws: Spec }, _: Attrs): Spec => {
    const [N] = theta.shape;
    expectShape('motion', 'theta', theta.shape, [N, 6], 'a 2×3 map for each image');
    expectShape('motion', 'draws', draws.shape, [N, DRAWS], 'five for each image');
    return f32(N, 6);
  },
  lower: ({ inputs: { theta, draws }, output: y, attrs }) => {
    const { shiftY = 0, shiftX = 0, low = 1, high = 1, angle = 0, flip = 0, whole = false, log = false } = attrs;
    const [N] = theta.shape;
    return [
      dispatch(motion, {
        buffers: { theta, draws, y },
        uniforms: { N, shiftY, shiftX, low, high, angle, flip },
        constants: { WHOLE: whole ? 1 : 0, LOG: log ? 1 : 0 },
        threads: [N],
      }),
    ];
  },
});
