// Random boxes, cut out and resized, and random windows: maps for `affineSample`, made on the device of random numbers. No gradient.
import { ShapeError } from '../../core/errors.js';
import { f32, type Spec } from '../../core/shape.js';
import { kernel } from '../../gpu/kernel.js';
import { defineOp, dispatch, type Scalar } from '../../graph/tape.js';
import { expectShape, type Pair } from '../dims.js';
import wgsl from './crop_motion.wgsl?raw';
import windowSource from './window_motion.wgsl?raw';

const crop = kernel({
  name: 'crop_motion',
  wgsl,
  buffers: { theta: 'read', side: 'read', centre: 'read', step: 'read', y: 'write' },
  uniforms: {
    N: 'u32',
    H: 'f32',
    W: 'f32',
    P: 'f32',
    Q: 'f32',
    from_: 'f32',
    to: 'f32',
    over: 'f32',
    spread: 'f32',
    least: 'f32',
    most: 'f32',
    wander: 'f32',
  },
  constants: ['UNIFORM'],
  longGrid: 'fold',
});
const cut = kernel({
  name: 'window_motion',
  wgsl: windowSource,
  buffers: { theta: 'read', place: 'read', y: 'write' },
  uniforms: { N: 'u32', H: 'f32', W: 'f32', P: 'f32', Q: 'f32', spread: 'f32' },
  longGrid: 'fold',
});
export const kernels = [crop, cut];

export interface Attrs {
  /** Size of what is cut, and of what is made of it. */
  readonly from: Pair;
  readonly size: Pair;
  /** `side` is uniform in [0, 1), else normal. */
  readonly uniform: boolean;
  /** Mean of the box's side, as a share of the image's: at first, and from step `over` on. */
  readonly side: Scalar;
  readonly lastSide: Scalar;
  readonly over: Scalar;
  /** Standard deviation of the side, or half the width of its range if it is uniform. */
  readonly spread: Scalar;
  /** Bounds of the side. */
  readonly least: Scalar;
  readonly most: Scalar;
  /** Standard deviation of the box's centre, as a share of the image's side. */
  readonly wander: Scalar;
}

/**
 * theta `[N, 6]`, followed by cutting a box out and resizing it: `side` `[N]` says how large it is, and `centre` `[N, 2]`, normal, where.
 * A box may reach beyond the border. `step` is u32 `[1]`.
 */
export const op = defineOp({
  name: 'crop_motion',
  inputs: ['theta', 'side', 'centre', 'step'],
  infer: ({ theta, side, centre }: Readonly<Record<'theta' | 'side' | 'centre' | 'step', Spec>>, _: Attrs): Spec => {
    const [N] = theta.shape;
    expectShape('crop_motion', 'theta', theta.shape, [N, 6], 'a 2×3 map for each image');
    expectShape('crop_motion', 'side', side.shape, [N], 'one for each image');
    expectShape('crop_motion', 'centre', centre.shape, [N, 2], 'two for each image');
    return f32(N, 6);
  },
  lower: ({ inputs: { theta, side, centre, step }, output: y, attrs }) => {
    const { from, size, uniform, side: from_, lastSide: to, over, spread, least, most, wander } = attrs;
    const [N] = theta.shape;
    const [[H, W], [P, Q]] = [from, size];
    return [
      dispatch(crop, {
        buffers: { theta, side, centre, step, y },
        uniforms: { N, H, W, P, Q, from_, to, over, spread, least, most, wander },
        constants: { UNIFORM: uniform ? 1 : 0 },
        threads: [N],
      }),
    ];
  },
});

export interface WindowAttrs {
  /** Size of what the window is cut from, and of the window. */
  readonly from: Pair;
  readonly size: Pair;
  /** Standard deviation of the window's place, as a share of the pixels that it has to move. */
  readonly spread: Scalar;
}

/** theta `[N, 6]`, followed by cutting out a window within the image, by whole pixels: where, `place` `[N, 2]` says, normal. */
export const windowMotion = defineOp({
  name: 'window_motion',
  inputs: ['theta', 'place'],
  infer: ({ theta, place }: { theta: Spec; place: Spec }, { from, size }: WindowAttrs): Spec => {
    const [N] = theta.shape;
    expectShape('window_motion', 'theta', theta.shape, [N, 6], 'a 2×3 map for each image');
    expectShape('window_motion', 'place', place.shape, [N, 2], 'two for each image');
    if (size[0] > from[0] || size[1] > from[1]) {
      throw new ShapeError('window_motion', `a window of ${size.join('×')} does not fit into ${from.join('×')} pixels`);
    }
    return f32(N, 6);
  },
  lower: ({ inputs: { theta, place }, output: y, attrs: { from, size, spread } }) => {
    const [N] = theta.shape;
    const [[H, W], [P, Q]] = [from, size];
    return [dispatch(cut, { buffers: { theta, place, y }, uniforms: { N, H, W, P, Q, spread }, threads: [N] })];
  },
});
