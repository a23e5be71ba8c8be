// A workgroup walks along rows of w, for adapters on the CPU: see fc_dx_rows.wgsl.
import { dispatch } from '../../../graph/tape.js';
import source from '../fc_dx_rows.wgsl?raw';
import { byParts, type DxVariant, partsKernel } from './dxParts.js';

export const dxRowsKernel = partsKernel('fc_dx_rows', source, {
  constants: ['WGX', 'SINGLE', 'HALF'],
  workgroup: [8, 1, 1],
});

/** Shares of the rows: some for each core of a CPU. */
const SHARES = 16;

export const dxRows: DxVariant = {
  name: 'rows',
  fits: ({ K }, { software }) => K % 4 === 0 && software,
  launch: (lowering, sizes) =>
    byParts(lowering, sizes, SHARES, ({ buffers, ranges, uniforms, device, slots, HALF }) => {
      const WGX = device.subgroupSize || 8;
      const constants = { WGX, SINGLE: sizes.N === 1 ? 1 : 0, HALF };
      return dispatch(dxRowsKernel, { buffers, ranges, uniforms, constants, threads: [WGX, 1, slots] });
    }),
};
