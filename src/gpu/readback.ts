// The only mapAsync of the library: copies device memory to the host through reusable staging memory.
import type { Context } from './context.js';
import { COPY_DST, MAP_MODE_READ, MAP_READ } from './flags.js';

export interface Readback {
  /** Copies the bytes of `source` from `offset` on, which must be a multiple of 4. Calls are served one after another. */
  read(source: GPUBuffer, offset?: number): Promise<ArrayBuffer>;
  dispose(): void;
}

/** Staging memory of `bytes`. */
export function createReadback(ctx: Context, label: string, bytes: number): Readback {
  const size = Math.max(4, bytes);
  const staging = ctx.device.createBuffer({ label: `read ${label}`, size, usage: MAP_READ | COPY_DST });
  let queue: Promise<unknown> = Promise.resolve();

  const readOnce = async (source: GPUBuffer, offset: number): Promise<ArrayBuffer> => {
    ctx.assertAlive();
    const encoder = ctx.device.createCommandEncoder({ label: `read ${label}` });
    encoder.copyBufferToBuffer(source, offset, staging, 0, size);
    ctx.device.queue.submit([encoder.finish()]);
    await ctx.alive(staging.mapAsync(MAP_MODE_READ));
    try {
      return staging.getMappedRange().slice(0, bytes);
    } finally {
      staging.unmap();
    }
  };

  return {
    read(source, offset = 0) {
      const result = queue.then(() => readOnce(source, offset));
      queue = result.catch(() => undefined);
      return result;
    },
    dispose: () => staging.destroy(),
  };
}
