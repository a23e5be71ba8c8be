// A thread per four neighbours of the gradient to x and four images: see fc_dx_quads.wgsl.
import { dispatch } from '../../../graph/tape.js';
import source from '../fc_dx_quads.wgsl?raw';
import { byParts, type DxVariant, partsKernel } from './dxParts.js';

export const dxQuadsKernel = partsKernel('fc_dx_quads', source, { constants: ['HALF'], workgroup: [64, 1, 1] });

/** Threads that fill a large GPU and hide its memory's latency; a sum with fewer has its rows shared out. */
const MANY_THREADS = 1 << 16;

export const dxQuads: DxVariant = {
  name: 'quads',
  fits: ({ K }) => K % 4 === 0,
  launch(lowering, sizes) {
    const quads = sizes.K / 4;
    const images = Math.ceil(sizes.N / 4);
    const wanted = Math.ceil(MANY_THREADS / (quads * images));
    return byParts(lowering, sizes, wanted, ({ buffers, ranges, uniforms, slots, HALF }) =>
      dispatch(dxQuadsKernel, { buffers, ranges, uniforms, constants: { HALF }, threads: [quads, images, slots] }),
    );
  },
};
