// One subgroup per 16 rows, for 1×1 kernels: see conv2d_subgroup_point.wgsl.
import { dispatch } from '../../../graph/tape.js';
import source from '../conv2d_subgroup_point.wgsl?raw';
import { bySubgroups, threadsOf } from './subgroup.js';
import { fastKernel, hasSubgroups, type Variant } from './variant.js';

export const pointKernel = fastKernel('conv2d_subgroup_point', source, { ...bySubgroups, constants: ['WGX'] });

export const subgroupPoint: Variant = {
  name: 'subgroup',
  fits: ({ taps: [T, U] }, device) => T * U === 1 && hasSubgroups(device),
  launch(call) {
    const { device, buffers, uniforms, constants } = call;
    const wide = { WGX: device.subgroupSize, ...constants };
    return [dispatch(pointKernel, { buffers, uniforms, constants: wide, threads: threadsOf(call) })];
  },
};
