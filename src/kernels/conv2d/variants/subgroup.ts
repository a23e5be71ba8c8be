// One subgroup per 16 rows, for any stride and dilation: see conv2d_subgroup.wgsl.
import { dispatch } from '../../../graph/tape.js';
import source from '../conv2d_subgroup.wgsl?raw';
import { tapsAtOnce } from '../pack.js';
import { type Call, fastKernel, hasSubgroups, PIXELS, type Variant } from './variant.js';

/** Each workgroup is one subgroup, so its width is the device's. */
export const bySubgroups = { workgroup: [8], features: ['subgroups'] } as const;
export const subgroupKernel = fastKernel('conv2d_subgroup', source, { ...bySubgroups, constants: ['WGX', 'TAPS'] });

export const subgroup: Variant = {
  name: 'subgroup',
  fits: (_, device) => hasSubgroups(device),
  launch(call) {
    const { layer, device, buffers, uniforms, constants } = call;
    const wide = { TAPS: tapsAtOnce(layer.taps[1]), WGX: device.subgroupSize, ...constants };
    return [dispatch(subgroupKernel, { buffers, uniforms, constants: wide, threads: threadsOf(call) })];
  },
};

/** A subgroup per 16 rows and four pixels a lane. */
export function threadsOf({ device: { subgroupSize }, uniforms: { pixels, blocks, groups } }: Call) {
  return [Math.ceil(pixels / (PIXELS * subgroupSize)) * subgroupSize, blocks, groups] as const;
}
