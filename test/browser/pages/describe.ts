// Opens a context with the library's defaults and computes with it, in a page or a worker.
import { openContext } from '../../../src/gpu/context.js';
import { COPY_DST, COPY_SRC, STORAGE } from '../../../src/gpu/flags.js';
import { createReadback } from '../../../src/gpu/readback.js';

export interface ContextReport {
  readonly adapter: string;
  readonly software: boolean;
  /** What came back of [1, 2, 3]. */
  readonly echo: readonly number[];
}

export async function describeContext(): Promise<ContextReport> {
  using ctx = await openContext();
  const data = new Float32Array([1, 2, 3]);
  const buffer = ctx.createBuffer('echo', data.byteLength, STORAGE | COPY_SRC | COPY_DST);
  ctx.device.queue.writeBuffer(buffer, 0, data);
  const readback = createReadback(ctx, 'echo', data.byteLength);
  const echo = [...new Float32Array(await readback.read(buffer))];
  return { adapter: ctx.adapterName, software: ctx.traits.software, echo };
}
