// One thread per four pixels of one row: see conv2d_direct.wgsl.
import { dispatch } from '../../../graph/tape.js';
import source from '../conv2d_direct.wgsl?raw';
import { ROWS } from '../pack.js';
import { fastKernel, PIXELS, type Variant } from './variant.js';

export const directKernel = fastKernel('conv2d_direct', source, {
  constants: ['SQUARE'],
  workgroup: [8, 8, 1],
  longGrid: 'turns',
});

/** Lines that a thread makes of a depthwise 3×3. */
const SQUARE_LINES = 4;

export const direct: Variant = {
  name: 'direct',
  fits: ({ Mg }) => Mg <= ROWS / 4,
  launch({ layer: { Mg, Cx, taps, dense, shuffle }, buffers, uniforms, constants, output }) {
    const square = dense && !shuffle && Cx === 1 && taps[0] === 3 && taps[1] === 3;
    const { P, Q, groups } = uniforms;
    const threads = [
      Math.ceil(Q / PIXELS),
      Math.ceil(P / (square ? SQUARE_LINES : 1)),
      output.shape[0] * groups * Mg,
    ] as const;
    return [
      dispatch(directKernel, { buffers, uniforms, constants: { SQUARE: square ? 1 : 0, ...constants }, threads }),
    ];
  },
};
