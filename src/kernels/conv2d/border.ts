// The border of an image as a pass of its own, so that the fast convolution's loop needs no tests.
import type { Spec } from '../../core/shape.js';
import { kernel } from '../../gpu/kernel.js';
import { defineOp, dispatch, type Producer, type Tape, type Value } from '../../graph/tape.js';
import type { Pair } from '../dims.js';
import { channelsOf } from '../slice/index.js';
import padSource from './conv2d_pad.wgsl?raw';

/** Threads of a workgroup, and quads of a row that it takes at most. */
const GROUP = 64;
const PAD_WIDTH = 16;

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
  },
  constants: ['WGX', 'WGY', 'WGZ'],
  workgroup: [16, 4, 1],
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
    const uniforms = { n, C, I, i0: channels[0], H, W, P, Q, top, left };
    const quads = Math.ceil(Q / 4);
    const constants = padWorkgroup(quads, P);
    return [dispatch(padKernel, { buffers: { x, y }, uniforms, constants, threads: [quads, P, n] })];
  },
});

/** A workgroup of the shape of small maps: of 16 threads across a map of ten pixels three would have work. */
function padWorkgroup(
  quads: number,
  rows: number,
): { readonly WGX: number; readonly WGY: number; readonly WGZ: number } {
  const fitting = (size: number, most: number) => Math.min(2 ** Math.ceil(Math.log2(size)), most);
  const WGX = fitting(quads, PAD_WIDTH);
  const WGY = fitting(rows, GROUP / WGX);
  return { WGX, WGY, WGZ: GROUP / (WGX * WGY) };
}

interface PadAttrs {
  /** Channels of x that are taken: from, and the first one not taken any more. */
  readonly channels: Pair;
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** x with its border, and the channel where it begins: channels of a larger value are read where they are. */
export function withBorder(
  tape: Tape,
  x: Value,
  border: Omit<PadAttrs, 'channels'>,
  producer: Producer,
): { readonly value: Value; readonly from: number } {
  const { value, from } = channelsOf(x, producer);
  const { top, left, height, width } = border;
  if (top === 0 && left === 0 && height === x.shape[2] && width === x.shape[3]) return { value, from };
  const channels: Pair = [from, from + x.shape[1]];
  return { value: tape.apply(pad, { x: value }, { channels, ...border }), from: 0 };
}
