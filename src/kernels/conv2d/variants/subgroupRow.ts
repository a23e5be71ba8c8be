// One subgroup per 16 rows, for stride and dilation 1: see conv2d_subgroup_row.wgsl.
import { dispatch } from '../../../graph/tape.js';
import source from '../conv2d_subgroup_row.wgsl?raw';
import { tapsAtOnce } from '../pack.js';
import { bySubgroups } from './subgroup.js';
import { fastKernel, hasSubgroups, type Variant } from './variant.js';

export const rowKernel = fastKernel('conv2d_subgroup_row', source, { ...bySubgroups, constants: ['WGX', 'TAPS'] });

export const subgroupRow: Variant = {
  name: 'subgroup',
  fits: ({ dense }, device) => dense && hasSubgroups(device),
  launch({ layer, device, buffers, uniforms, constants }) {
    const { quads, blocks, groups } = uniforms;
    const wide = { TAPS: tapsAtOnce(layer.taps[1]), WGX: device.subgroupSize, ...constants };
    return [dispatch(rowKernel, { buffers, uniforms, constants: wide, threads: [quads, blocks, groups] })];
  },
};
