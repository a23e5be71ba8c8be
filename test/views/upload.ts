// Numbers on the device, as a plan would have them.
import { createRng } from '../../src/core/rng.js';
import type { Context } from '../../src/gpu/context.js';

/** A storage buffer with `x` in it. */
export function upload(ctx: Context, x: Float32Array<ArrayBuffer>): GPUBuffer {
  const buffer = ctx.createBuffer('test', x.byteLength);
  ctx.device.queue.writeBuffer(buffer, 0, x);
  return buffer;
}

/** Standard normal numbers. */
export function normals(size: number, seed: number): Float32Array<ArrayBuffer> {
  const rng = createRng(seed);
  return Float32Array.from({ length: size }, () => rng.normal());
}
