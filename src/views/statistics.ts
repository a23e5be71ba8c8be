// Minimum and maximum of a layer and of each of its channels, computed on the device just before drawing.
import type { Context } from '../gpu/context.js';
import { sharing, subgroupRows, workgroupRows } from '../gpu/rows.js';
import { link } from '../gpu/wgsl.js';
import { createBindings, createUniforms } from './pane.js';
import wgsl from './statistics.wgsl?raw';

/** Bytes of a range: minimum, maximum, and the number of values that are not finite. */
const RANGE_BYTES = 12;
/** Initial room for this many channels. */
const CHANNELS = 512;

/** The uniforms of statistics.wgsl. */
export const STATISTICS_UNIFORMS = { first: 'u32', C: 'u32', size: 'u32' } as const;

export interface Statistics {
  /**
   * After `encode`: the range of all numbers [0], and of channel c [1 + c]. The buffer is replaced if there are more channels.
   */
  readonly buffer: GPUBuffer;
  /** Examines `channels` times `size` numbers of `x` from element `first` on. */
  encode(encoder: GPUCommandEncoder, x: GPUBuffer, first: number, channels: number, size: number): void;
  dispose(): void;
}

export function createStatistics(ctx: Context): Statistics {
  const { device } = ctx;
  const label = 'view statistics';
  const uniforms = createUniforms(ctx, label, STATISTICS_UNIFORMS);
  const bindings = createBindings(ctx, label, ['uniform', 'read', 'write'], 'compute');
  // Both passes use the same constants. The pass over the layer has a single row, so one thread per row would be slow.
  const { software, subgroupSize } = ctx.traits;
  const way = software && subgroupSize > 0 ? 'subgroup' : 'workgroup';
  const { constants, subgroups } = sharing(way, 0, ctx.traits);
  const code = link(wgsl, [subgroups ? subgroupRows : workgroupRows]);
  const module = device.createShaderModule({ label, code });
  const layout = device.createPipelineLayout({ bindGroupLayouts: [bindings.layout] });
  const pipelineOf = (entryPoint: string) =>
    device.createComputePipeline({ label, layout, compute: { module, entryPoint, constants } });
  const perChannel = pipelineOf('channels');
  const perLayer = pipelineOf('layer');
  let capacity = 1 + CHANNELS;
  let ranges = ctx.createBuffer(label, capacity * RANGE_BYTES);
  return {
    get buffer() {
      return ranges;
    },
    encode(encoder, x, first, channels, size) {
      if (channels >= capacity) {
        ranges.destroy();
        capacity = 2 * channels;
        ranges = ctx.createBuffer(label, capacity * RANGE_BYTES);
      }
      const columns = Math.min(channels, ctx.traits.maxWorkgroups);
      uniforms.set({ first, C: channels, size });
      uniforms.upload();
      const pass = encoder.beginComputePass({ label });
      pass.setBindGroup(0, bindings.group(uniforms.buffer, x, ranges));
      pass.setPipeline(perChannel);
      pass.dispatchWorkgroups(columns, Math.ceil(channels / columns));
      pass.setPipeline(perLayer);
      pass.dispatchWorkgroups(1);
      pass.end();
    },
    dispose() {
      uniforms.buffer.destroy();
      ranges.destroy();
    },
  };
}
