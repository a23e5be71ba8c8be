// Samples an image at a grid of positions: the sampler of spatial transformers (Jaderberg et al. 2015).
import { ShapeError } from '../../core/errors.js';
import { f32, formatShape, type Shape, type Spec, sizeOf } from '../../core/shape.js';
import { kernel } from '../../gpu/kernel.js';
import type { WgslLibrary } from '../../gpu/wgsl.js';
import { defineOp, dispatch, type Op } from '../../graph/tape.js';
import { dims4 } from '../dims.js';
import forwardSource from './grid_sample.wgsl?raw';
import gridSource from './grid_sample_dgrid.wgsl?raw';
import imageSource from './grid_sample_dx.wgsl?raw';
import tapsSource from './grid_sample_taps.wgsl?raw';

/** In the order of the shaders' MODE. */
export const MODES = ['bilinear', 'nearest', 'bicubic'] as const;
/** What is beyond the border, in the order of the shaders' PADDING. */
export const PADDINGS = ['zeros', 'border', 'reflection'] as const;

export interface Attrs {
  readonly mode: (typeof MODES)[number];
  readonly padding: (typeof PADDINGS)[number];
  /** If true, −1 and 1 are the centres of the outermost pixels; otherwise their outer edges. */
  readonly alignCorners: boolean;
}

const uniforms = { n: 'u32', C: 'u32', H: 'i32', W: 'i32', points: 'u32' } as const;
const flags = ['MODE', 'PADDING', 'CORNERS'] as const;
const taps: WgslLibrary = { name: 'grid_sample_taps', wgsl: tapsSource };
const forward = kernel({
  name: 'grid_sample',
  wgsl: forwardSource,
  uses: [taps],
  buffers: { x: 'read', grid: 'read', y: 'write' },
  uniforms,
  constants: flags,
  longGrid: 'fold',
});
const image = kernel({
  name: 'grid_sample_dx',
  wgsl: imageSource,
  uses: [taps],
  buffers: { grid: 'read', dy: 'read', dx: 'write' },
  uniforms,
  constants: flags,
  longGrid: 'fold',
});
const places = kernel({
  name: 'grid_sample_dgrid',
  wgsl: gridSource,
  uses: [taps],
  buffers: { x: 'read', grid: 'read', dy: 'read', dgrid: 'write' },
  uniforms,
  constants: flags,
  longGrid: 'fold',
});
export const kernels = [forward, image, places];

const constantsOf = ({ mode, padding, alignCorners }: Attrs) => ({
  MODE: MODES.indexOf(mode),
  PADDING: PADDINGS.indexOf(padding),
  CORNERS: alignCorners ? 1 : 0,
});
const sizes = ([, C, H, W]: Shape, [, P, Q]: Shape) => ({ C, H, W, points: P * Q });

const dx = defineOp({
  name: 'grid_sample_dx',
  inputs: ['grid', 'dy'],
  infer: (_, { shape }: Attrs & { readonly shape: Shape }): Spec => ({ shape, dtype: 'f32' }),
  lower: ({ inputs: { grid, dy }, output, attrs }) => {
    const [N, , H, W] = output.shape;
    const n = N * H * W;
    return [
      dispatch(image, {
        buffers: { grid, dy, dx: output },
        uniforms: { n, ...sizes(output.shape, grid.shape) },
        constants: constantsOf(attrs),
        threads: [n],
      }),
    ];
  },
});

const dgrid = defineOp({
  name: 'grid_sample_dgrid',
  inputs: ['x', 'grid', 'dy'],
  infer: ({ grid }: { x: Spec; grid: Spec; dy: Spec }, _: Attrs) => grid,
  lower: ({ inputs: { x, grid, dy }, output, attrs }) => {
    const n = sizeOf(grid.shape) / 2;
    return [
      dispatch(places, {
        buffers: { x, grid, dy, dgrid: output },
        uniforms: { n, ...sizes(x.shape, grid.shape) },
        constants: constantsOf(attrs),
        threads: [n],
      }),
    ];
  },
});

/** x `[N,C,H,W]` at the places grid `[N,P,Q,2]` (column and row, from −1 to 1), giving `[N,C,P,Q]`. */
export const op: Op<'x' | 'grid', Attrs> = defineOp({
  name: 'gridSample',
  inputs: ['x', 'grid'],
  infer: ({ x, grid }: { x: Spec; grid: Spec }, _: Attrs) => {
    const [N, C] = dims4('gridSample', 'x', x);
    const [M, P, Q, two] = grid.shape;
    if (grid.shape.length !== 4 || M !== N || two !== 2) {
      throw new ShapeError('gridSample', `grid must be [${N},P,Q,2], got ${formatShape(grid.shape)}`);
    }
    return f32(N, C, P, Q);
  },
  lower: ({ inputs: { x, grid }, output: y, attrs }) => {
    const n = sizeOf(y.shape);
    return [
      dispatch(forward, {
        buffers: { x, grid, y },
        uniforms: { n, ...sizes(x.shape, grid.shape) },
        constants: constantsOf(attrs),
        threads: [n],
      }),
    ];
  },
  vjp: (tape, { inputs: { x, grid }, cotangent: dy, attrs, needs }) => ({
    ...(needs.x && { x: tape.apply(dx, { grid, dy }, { ...attrs, shape: x.shape }) }),
    ...(needs.grid && { grid: tape.apply(dgrid, { x, grid, dy }, attrs) }),
  }),
});
