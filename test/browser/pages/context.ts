// Opens a context in the page and one in a module worker, and hands the test what they found.
import { describeContext } from './describe.js';

const worker = new Worker(new URL('./context.worker.ts', import.meta.url), { type: 'module' });
const inWorker = new Promise<unknown>((resolve, reject) => {
  worker.addEventListener('message', (event: MessageEvent<unknown>) => resolve(event.data));
  worker.addEventListener('error', (event) => reject(new Error(`worker: ${event.message}`)));
});

/** What `page.evaluate` waits for. */
Object.assign(globalThis, { result: Promise.all([describeContext(), inWorker]) });
