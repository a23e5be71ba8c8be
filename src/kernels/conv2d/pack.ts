// Weights in the order in which the fast convolutions read them.
import { type Spec, sizeOf } from '../../core/shape.js';
import { kernel } from '../../gpu/kernel.js';
import { defineOp, dispatch } from '../../graph/tape.js';
import type { Pair } from '../dims.js';
import source from './conv2d_pack.wgsl?raw';

/** Rows that are packed together, and that a subgroup makes. */
export const ROWS = 16;
/** Channels of a 1×1 kernel that one iteration takes: packed weights are a multiple of them. */
const CHANNELS = 4;
/** Taps of a row that one iteration may take; packed rows are a multiple of one of them. */
const TAPS = [4, 3, 2] as const;
/** What an iteration is taken to cost beside its taps, in taps; not measured by itself. */
const ITERATION = 1;
export const roundUp = (n: number, step: number): number => Math.ceil(n / step) * step;

/** A row of `taps` as packed, with zeros up to the multiple that costs least. */
function packedTaps(taps: number): number {
  const cost = (each: number) => Math.ceil(taps / each) * (each + ITERATION);
  const best = TAPS.reduce((a, b) => (cost(b) < cost(a) ? b : a));
  return roundUp(taps, best);
}
/** How many of a packed row's taps one iteration takes. */
export const tapsAtOnce = (packed: number): number => TAPS.find((each) => packed % each === 0) ?? 1;

export const packKernel = kernel({
  name: 'conv2d_pack',
  wgsl: source,
  buffers: { w: 'read', p: 'write' },
  uniforms: {
    n: 'u32',
    blocks: 'u32',
    Mg: 'u32',
    Ig: 'u32',
    T: 'u32',
    U: 'u32',
    Ip: 'u32',
    Up: 'u32',
    R: 'u32',
    S: 'u32',
    sy: 'u32',
    sx: 'u32',
    Cg: 'u32',
    rows: 'u32',
    backward: 'u32',
  },
  constants: ['HALF'],
  longGrid: 'fold',
});

interface PackAttrs {
  readonly group: number;
  readonly backward: boolean;
  /** Rows and channels of a group, and taps, as packed. */
  readonly Mg: number;
  readonly Ig: number;
  readonly taps: Pair;
  readonly stride: Pair;
  /** Two weights in a word, in half precision. */
  readonly half: boolean;
}

export const pack = defineOp({
  name: 'conv2d_pack',
  inputs: ['w'],
  infer: (_, { group, Mg, Ig, taps: [T, U], half }: PackAttrs): Spec => {
    const point = T === 1 && U === 1;
    const Ip = point ? roundUp(Ig, CHANNELS) : Ig;
    const Up = point ? 1 : packedTaps(U);
    return { shape: [group, Math.ceil(Mg / ROWS), Ip, T, Up, half ? ROWS / 2 : ROWS], dtype: 'u32' };
  },
  lower: ({ inputs: { w }, output: p, attrs: { backward, Mg, Ig, taps, stride, half } }) => {
    const [, Cg, R, S] = w.shape;
    const [, blocks, Ip, , Up, row] = p.shape;
    const n = sizeOf(p.shape) / row;
    const [T, U] = taps;
    return [
      dispatch(packKernel, {
        buffers: { w, p },
        uniforms: {
          n,
          blocks,
          Mg,
          Ig,
          T,
          U,
          Ip,
          Up,
          R,
          S,
          sy: stride[0],
          sx: stride[1],
          Cg,
          rows: ROWS,
          backward: backward ? 1 : 0,
        },
        constants: { HALF: half ? 1 : 0 },
        threads: [n],
      }),
    ];
  },
});
