// Measures the device time of compute passes with timestamp queries: for profiles, and to choose between kernels.
import { GpuError } from '../core/errors.js';
import type { Context } from './context.js';
import { COPY_SRC, QUERY_RESOLVE } from './flags.js';
import { createReadback } from './readback.js';

/** Maximum number of timestamps in a query set. */
const QUERIES = 4096;

/** True if `timePasses` works on this device. */
const hasTimestamps = (ctx: Context): boolean => ctx.device.features.has('timestamp-query');

/**
 * Encodes each of `passes` as a compute pass and returns their milliseconds, in order. One submit for up to 2,048 passes.
 *
 * @throws GpuError if the device has no timestamps
 */
export async function timePasses(
  ctx: Context,
  passes: readonly ((pass: GPUComputePassEncoder) => void)[],
): Promise<number[]> {
  if (!hasTimestamps(ctx)) throw new GpuError('timing', "the device lacks the feature 'timestamp-query'");
  const ms: number[] = [];
  for (let start = 0; start < passes.length; start += QUERIES / 2) {
    const some = passes.slice(start, start + QUERIES / 2);
    const count = some.length * 2;
    const querySet = ctx.device.createQuerySet({ type: 'timestamp', count });
    const resolved = ctx.device.createBuffer({ label: 'timestamps', size: count * 8, usage: QUERY_RESOLVE | COPY_SRC });
    const readback = createReadback(ctx, 'timestamps', count * 8);
    try {
      const encoder = ctx.device.createCommandEncoder({ label: 'timed' });
      some.forEach((encode, i) => {
        const timestampWrites = { querySet, beginningOfPassWriteIndex: 2 * i, endOfPassWriteIndex: 2 * i + 1 };
        const pass = encoder.beginComputePass({ timestampWrites });
        encode(pass);
        pass.end();
      });
      encoder.resolveQuerySet(querySet, 0, count, resolved, 0);
      ctx.device.queue.submit([encoder.finish()]);
      const ticks = new BigUint64Array(await readback.read(resolved));
      for (let i = 0; i < some.length; i++) ms.push(Number(ticks[2 * i + 1] - ticks[2 * i]) / 1e6);
    } finally {
      readback.dispose();
      resolved.destroy();
      querySet.destroy();
    }
  }
  return ms;
}
