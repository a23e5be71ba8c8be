// The worker: messages in, the engine, messages out.
import { Engine } from './engine.js';
import type { FromWorker, ToWorker } from './protocol.js';

const engine = new Engine((message: FromWorker, transfer: Transferable[] = []) =>
  self.postMessage(message, { transfer }),
);
// For tests and debugging.
Object.assign(self, { engine });
self.addEventListener('message', ({ data }: MessageEvent<ToWorker>) => void engine.take(data));
