// The border of an image as a pass of its own, so that the fast convolution's loop needs no tests.
import type { Spec } from '../../core/shape.js';
import { kernel } from '../../gpu/kernel.js';
import { defineOp, dispatch, type Producer, type Tape, type Value } from '../../graph/tape.js';
import type { Pair } from '../dims.js';
import { channelsOf } from '../slice/index.js';
import padSource from './conv2d_pad.wgsl?raw';

/** Threads of a workgroup, and quads of a row that it takes at most, as powers of two. */
const GROUP = 6;
const MOST_ACROSS = 4;

export const padKernel = kernel({
  name: 'conv2d_pad',
  wgsl: padSource,
  buffers: { x: 'read', y: 'write' },
  uniforms: {
    n: 'u32',
    C: 'u32',
    I: 'u32',
    i0: 'u32',
    H: 'i32',
    W: 'i32',
    P: 'u32',
    Q: 'u32',
    top: 'i32',
    left: 'i32',
    across: 'u32',
    down: 'u32',
  },
  workgroup: [1 << GROUP, 1, 1],
  longGrid: 'turns',
});

const pad = defineOp({
  name: 'conv2d_pad',
  inputs: ['x'],
  infer: ({ x }: { x: Spec }, { channels: [from, to], height, width }: PadAttrs): Spec => ({
    shape: [x.shape[0], to - from, height, width],
    dtype: 'f32',
  }),
  lower: ({ inputs: { x }, output: y, attrs: { channels, top, left } }) => {
    const [, I, H, W] = x.shape;
    const [N, C, P, Q] = y.shape;
    const n = N * C;
    const quads = Math.ceil(Q / 4);
    // A workgroup of the shape of small maps: of 16 threads across a map of ten pixels three would have work.
    const across = fitting(quads, MOST_ACROSS);
    const down = fitting(P, GROUP - across);
    const uniforms = { n, C, I, i0: channels[0], H, W, P, Q, top, left, across, down };
    const threads = [
      Math.ceil(quads / 2 ** across) << GROUP,
      Math.ceil(P / 2 ** down),
      Math.ceil(n / 2 ** (GROUP - across - down)),
    ] as const;
    return [dispatch(padKernel, { buffers: { x, y }, uniforms, threads })];
  },
});

/** Of the power of two that holds `size`, the exponent; at most `most`. */
const fitting = (size: number, most: number): number => Math.min(Math.ceil(Math.log2(size)), most);

interface PadAttrs {
  /** Channels of x that are taken: from, and the first one not taken any more. */
  readonly channels: Pair;
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/**
 * x with its border, and the element where what is asked for begins in its first image: channels of a larger value, and a part of
 * an image, are read where they are.
 */
export function withBorder(
  tape: Tape,
  x: Value,
  border: Omit<PadAttrs, 'channels'>,
  producer: Producer,
): { readonly value: Value; readonly origin: number } {
  const { value, from } = channelsOf(x, producer);
  const [, C, H, W] = x.shape;
  const { top, left, height, width } = border;
  const crops = top <= 0 && left <= 0 && height - top <= H && width - left <= W;
  if (crops) return { value, origin: (from * H - top) * W - left };
  return { value: tape.apply(pad, { x: value }, { channels: [from, from + C], ...border }), origin: 0 };
}
