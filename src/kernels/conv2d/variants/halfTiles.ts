// Tiles in workgroup memory, in half precision: see conv2d_tiles.wgsl.
import { f32, sizeOf } from '../../../core/shape.js';
import { kernel } from '../../../gpu/kernel.js';
import type { WgslLibrary } from '../../../gpu/wgsl.js';
import { dispatch } from '../../../graph/tape.js';
import rangeSource from '../conv2d_range.wgsl?raw';
import source from '../conv2d_tiles.wgsl?raw';
import numbersSource from '../conv2d_tiles_f16.wgsl?raw';
import { byTiles, launchTiles, tiles } from './tiles.js';
import { fastKernel, type Variant } from './variant.js';

/** Workgroups that find the largest magnitude of an image, and their threads. */
const PARTS = 64;
const THREADS = 256;

const numbers: WgslLibrary = { name: 'conv2d_tiles_f16', wgsl: numbersSource, enables: ['f16'] };
export const halfTilesKernel = fastKernel('conv2d_half_tiles', source, {
  ...byTiles,
  uses: [numbers],
  features: ['shader-f16'],
});
export const rangeKernel = kernel({
  name: 'conv2d_range',
  wgsl: rangeSource,
  buffers: { x: 'read', b: 'read', r: 'write' },
  uniforms: { n: 'u32' },
  workgroup: [THREADS],
});

export const halfTiles: Variant = {
  name: 'half tiles',
  // Weights that change may be a cotangent, which half precision would round to nothing.
  fits: (layer, device) => device.halfArithmetic && layer.frozen && tiles.fits(layer, device),
  launch(call) {
    const { x, b } = call.buffers;
    const r = call.scratch(f32((call.biased ? b.shape[0] : 0) + PARTS));
    const range = dispatch(rangeKernel, {
      buffers: { x, b, r },
      uniforms: { n: sizeOf(x.shape) },
      threads: [PARTS * THREADS],
    });
    return [range, ...launchTiles(call, halfTilesKernel, r)];
  },
};
