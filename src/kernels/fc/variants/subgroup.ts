// A subgroup per four outputs: see fc_subgroup.wgsl.
import { kernel } from '../../../gpu/kernel.js';
import { dispatch } from '../../../graph/tape.js';
import { weights } from '../../libraries.js';
import source from '../fc_subgroup.wgsl?raw';
import { rowParts } from '../matrix.js';
import type { ForwardVariant } from './variant.js';

export const subgroupKernel = kernel({
  name: 'fc_subgroup',
  wgsl: source,
  uses: [weights],
  buffers: { x: 'read', w: 'read', b: 'read', y: 'write' },
  uniforms: { N: 'u32', M: 'u32', rows: 'u32', m0: 'u32', quads: 'u32', slope: 'f32' },
  constants: ['WGX', 'RELU', 'SINGLE', 'THREES', 'HALF'],
  workgroup: [8],
  longGrid: 'fold',
  features: ['subgroups'],
});

/** Images whose sums a lane holds at once, in threes: as few passes as nine at a time take, each of them as small as it can be. */
const threesOf = (N: number): number => Math.ceil(N / Math.ceil(N / 9) / 3);

export const subgroup: ForwardVariant = {
  name: 'subgroup',
  fits: ({ K }, { subgroupSize }) => K % 4 === 0 && subgroupSize > 0,
  launch({ inputs: { x, w, b }, output: y, attrs: { relu }, device }, { N, M, K }) {
    const words = w.shape[1];
    const constants = {
      WGX: device.subgroupSize,
      RELU: relu === undefined ? 0 : 1,
      SINGLE: N === 1 ? 1 : 0,
      THREES: threesOf(N),
      HALF: words < K ? 1 : 0,
    };
    return rowParts(M, K, device).map(({ m0, rows }) =>
      dispatch(subgroupKernel, {
        buffers: { x, w, b, y },
        ranges: { w: [m0 * words, rows * words] },
        uniforms: { N, M, rows, m0, quads: K / 4, slope: relu ?? 0 },
        constants,
        threads: [Math.ceil(rows / 4) * device.subgroupSize],
      }),
    );
  },
};
