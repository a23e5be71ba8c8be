// The seed of backpropagation from a channel: its activation map, its maximum, or all of it. Channel and mode are uniforms, so
// a live view switches units without recompiling.
import { type Spec, sizeBetween, sizeOf } from '../../core/shape.js';
import { kernel } from '../../gpu/kernel.js';
import { defineOp, dispatch, type Scalar } from '../../graph/tape.js';
import { expectShape } from '../dims.js';
import source from './channel_seed.wgsl?raw';

/** In the order of the shader's mode. */
export const SEED_MODES = ['activation', 'maximum', 'ones'] as const;
/**
 * `activation`: the channel's whole map, as the live toolbox seeds (methods of Yosinski et al. 2015); `maximum`: 1 at the
 * channel's maximum, as its offline scripts do; `ones`: 1 everywhere, the gradient of the channel's sum.
 */
export type SeedMode = (typeof SEED_MODES)[number];

export interface Attrs {
  readonly channel: Scalar;
  /** An index into SEED_MODES. */
  readonly mode: Scalar;
}

const forward = kernel({
  name: 'channel_seed',
  wgsl: source,
  buffers: { x: 'read', top: 'read', y: 'write' },
  uniforms: { n: 'u32', C: 'u32', inner: 'u32', channel: 'u32', mode: 'u32' },
  longGrid: 'fold',
});
export const kernels = [forward];

/** The seed for x `[N, C, ...]`, whose channels' maxima are top `[N, C]`. Has no gradient. */
export const op = defineOp({
  name: 'channel_seed',
  inputs: ['x', 'top'],
  infer: ({ x, top }: { x: Spec; top: Spec }, _: Attrs) => {
    expectShape('channel_seed', 'top', top.shape, x.shape.slice(0, 2), 'one maximum per image and channel');
    return x;
  },
  lower: ({ inputs: { x, top }, output: y, attrs: { channel, mode } }) => {
    const n = sizeOf(x.shape);
    const uniforms = { n, C: x.shape[1], inner: sizeBetween(x.shape, 2), channel, mode };
    return [dispatch(forward, { buffers: { x, top, y }, uniforms, threads: [n] })];
  },
});
