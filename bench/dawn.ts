// The benchmark in Node with Dawn. Peers expect a browser's globals, so they get Dawn's.
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { globals } from 'webgpu';
import type { Context } from '../src/gpu/context.js';
import { openNodeContext } from '../src/node/context.js';
import type { Peers } from './session.js';

/** Opens a context on `adapter`, and makes its GPU object `navigator.gpu`. */
export async function openDawn(adapter: string | undefined): Promise<Context> {
  // Mesa stores compiled shaders on disk. From the second run on, the time to a first result would not include compiling.
  process.env.MESA_SHADER_CACHE_DISABLE ??= 'true';
  // Uses the same waiting as the peers, so that the comparison does not include this library's better waiting in Node.
  const ctx = await openNodeContext({ ...(adapter && { adapter }), waitForCpu: (promise) => promise });
  Object.assign(globalThis, globals, { require: createRequire(import.meta.url) });
  const navigator = { gpu: ctx.gpu, userAgent: 'node', hardwareConcurrency: 2 };
  Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true, writable: true });
  acceptSharedMemory();
  return ctx;
}

/** Dawn for Node rejects data in a SharedArrayBuffer, where ONNX Runtime stores its data: copy it. */
function acceptSharedMemory(): void {
  const queue = GPUQueue.prototype;
  const { writeBuffer } = queue;
  queue.writeBuffer = function (buffer, offset, data, ...rest) {
    const shared = ArrayBuffer.isView(data) && data.buffer instanceof SharedArrayBuffer;
    const plain = shared ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice() : data;
    return writeBuffer.call(this, buffer, offset, plain as BufferSource, ...rest);
  };
}

export const dawnPeers = (ctx: Context): Peers => ({
  tfjs: async () => (await import('./contenders/tfjs.js')).tfjs(ctx.device, ctx.adapterInfo),
  jax: async () => (await import('./contenders/jax.js')).jax(),
  ort: async () => {
    const file = (ending: string) =>
      pathToFileURL(
        resolve(import.meta.dirname, 'node_modules/onnxruntime-web/dist', `ort-wasm-simd-threaded.asyncify.${ending}`),
      ).href;
    const { onnxruntime } = await import('./contenders/onnxruntime.js');
    return onnxruntime({ mjs: file('mjs'), wasm: file('wasm') }, ctx.traits.maxBindingBytes);
  },
  torch: async () => (await import('./contenders/pytorch.js')).pytorch(),
  'torch-compiled': async () => (await import('./contenders/pytorch.js')).pytorch({ compiled: true }),
  'torch-tf32': async () => (await import('./contenders/pytorch.js')).pytorch({ tf32: true }),
});
