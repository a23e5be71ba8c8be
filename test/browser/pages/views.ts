// Draws the same grid twice: in the page, and by a worker on a canvas that was handed over to it.
import { drawGrid } from './drawGrid.js';

const canvasOf = (id: string): HTMLCanvasElement => {
  const canvas = document.getElementById(id);
  if (!(canvas instanceof HTMLCanvasElement)) throw new Error(`no canvas '${id}'`);
  return canvas;
};

const worker = new Worker(new URL('./views.worker.ts', import.meta.url), { type: 'module' });
const inWorker = new Promise<unknown>((resolve, reject) => {
  worker.addEventListener('message', (event: MessageEvent<unknown>) => resolve(event.data));
  worker.addEventListener('error', (event) => reject(new Error(`worker: ${event.message}`)));
});
const offscreen = canvasOf('worker').transferControlToOffscreen();
worker.postMessage(offscreen, [offscreen]);

/** RGB of what the page shows on a canvas. */
function colourAt(id: string, x: number, y: number): number[] {
  const canvas = canvasOf(id);
  const copy = new OffscreenCanvas(canvas.width, canvas.height);
  const context = copy.getContext('2d');
  context?.drawImage(canvas, 0, 0);
  return [...(context?.getImageData(x, y, 1, 1).data ?? [])].slice(0, 3);
}

/** What `page.evaluate` waits for. */
Object.assign(globalThis, { drawn: Promise.all([drawGrid(canvasOf('page')), inWorker]), colourAt });
