// The benchmark in a browser: waits for `runBench`, which the driver calls.
import { openContext } from '../../src/gpu/context.js';
import { type Peers, runSession, type Session, type SessionOptions } from '../session.js';

declare global {
  interface Window {
    runBench(options: SessionOptions): Promise<Session>;
    /** Provided by the driver. */
    benchLog?(line: string): void;
    benchCheckpoint?(session: Session): void;
  }
}

window.runBench = async (options) => {
  const ctx = await openContext();
  const log = (line: string) => {
    document.querySelector('#log')?.append(`${line}\n`);
    window.benchLog?.(line);
  };
  const peers: Peers = {
    tfjs: async () => (await import('../contenders/tfjs.js')).tfjs(ctx.device, ctx.adapterInfo),
    jax: async () => (await import('../contenders/jax.js')).jax(),
    ort: async () => {
      const { onnxruntime } = await import('../contenders/onnxruntime.js');
      return onnxruntime('/node_modules/onnxruntime-web/dist/', ctx.traits.maxBindingBytes);
    },
  };
  return runSession(ctx, peers, options, log, (session) => window.benchCheckpoint?.(session));
};
