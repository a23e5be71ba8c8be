// Tiles in workgroup memory, in single precision: see conv2d_tiles.wgsl.
import { f32, sizeOf } from '../../../core/shape.js';
import { kernel } from '../../../gpu/kernel.js';
import type { WgslLibrary } from '../../../gpu/wgsl.js';
import { type Dispatch, dispatch, type Value } from '../../../graph/tape.js';
import sumSource from '../conv2d_sum.wgsl?raw';
import source from '../conv2d_tiles.wgsl?raw';
import numbersSource from '../conv2d_tiles_f32.wgsl?raw';
import { ROWS, roundUp } from '../pack.js';
import { type Call, fastKernel, finish, fitsPhases, type Variant } from './variant.js';

/** Rows and pixels of a tile. */
export const TILE = 64;
/** Threads of a tile's workgroup. */
const THREADS = 256;
/** How deep a tile is. */
const DEEP = 16;
/** Workgroups that keep a large GPU busy. With fewer tiles than these, each sum is shared out to several workgroups. */
const MANY_GROUPS = 512;

export const byTiles = { constants: ['SPLIT'], workgroup: [THREADS] } as const;
const numbers: WgslLibrary = { name: 'conv2d_tiles_f32', wgsl: numbersSource };
export const tilesKernel = fastKernel('conv2d_tiles', source, { ...byTiles, uses: [numbers] });

/** Adds up the parts of shared sums. */
export const sumKernel = kernel({
  name: 'conv2d_sum',
  wgsl: sumSource,
  uses: [finish],
  buffers: { part: 'read', b: 'read', addend: 'read', gate: 'read', y: 'write' },
  uniforms: { n: 'u32', slots: 'u32', C: 'u32', plane: 'u32', M: 'u32', m0: 'u32', flags: 'u32', slope: 'f32' },
  longGrid: 'fold',
});

export const tiles: Variant = {
  name: 'tiles',
  fits: ({ Mg, shuffle }) => !shuffle?.late || fitsPhases(TILE, Mg, shuffle.phases),
  launch: (call) => launchTiles(call, tilesKernel, call.buffers.b),
};

/** Tiles by `kernel`, which reads the bias from `b`, and where sums are shared out, what adds them up. */
export function launchTiles(call: Call, kernel: typeof tilesKernel, b: Value): readonly Dispatch[] {
  const { device, buffers, uniforms, constants, output, scratch } = call;
  const { pixels, blocks, groups, share: depth, total, flags, slope, M, m0 } = uniforms;
  const [, C, H, W] = output.shape;
  const columns = Math.ceil(pixels / TILE);
  const lines = Math.ceil(blocks / (TILE / ROWS));
  // More workgroups than cores gain nothing on a CPU.
  const wanted = device.software ? 1 : Math.floor(MANY_GROUPS / (columns * lines * groups));
  const share = roundUp(Math.ceil(depth / Math.max(1, wanted)), 4 * DEEP);
  const slots = Math.ceil(depth / share);
  const threads = [columns * THREADS, lines, groups * slots] as const;
  if (slots === 1) {
    return [dispatch(kernel, { buffers: { ...buffers, b }, uniforms, constants: { SPLIT: 0, ...constants }, threads })];
  }
  const part = scratch(f32(slots, ...output.shape));
  return [
    dispatch(kernel, {
      buffers: { ...buffers, b, y: part },
      uniforms: { ...uniforms, M: C, m0: 0, slots, share, flags: 0 },
      constants: { SPLIT: 1, ...constants },
      threads,
    }),
    dispatch(sumKernel, {
      buffers: { part, b: buffers.b, addend: buffers.addend, gate: buffers.gate, y: buffers.y },
      uniforms: { n: total, slots, C, plane: H * W, M, m0, flags, slope },
      threads: [sizeOf(output.shape)],
    }),
  ];
}
