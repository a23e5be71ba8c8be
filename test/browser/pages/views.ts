// Draws the same grid twice, in the page and by a worker on a canvas that was handed over to it; an image; and a grid that grows.
import { openContext } from '../../../src/index.js';
import { createImageView } from '../../../src/views/index.js';
import { drawGrid, gridOn } from './drawGrid.js';

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
  return colourOf(canvasOf(id), x, y);
}

function colourOf(canvas: HTMLCanvasElement, x: number, y: number): number[] {
  const copy = new OffscreenCanvas(canvas.width, canvas.height);
  const context = copy.getContext('2d');
  context?.drawImage(canvas, 0, 0);
  return [...(context?.getImageData(x, y, 1, 1).data ?? [])].slice(0, 3);
}

/** One image of 2×2 in blue-green-red order: every channel one number. */
async function drawImage(): Promise<void> {
  const ctx = await openContext();
  const mean = new Float32Array(12).fill(10);
  const buffer = ctx.createBuffer('image', mean.byteLength);
  ctx.device.queue.writeBuffer(buffer, 0, Float32Array.of(190, 190, 190, 190, 90, 90, 90, 90, -10, -10, -10, -10));
  createImageView(ctx, canvasOf('image'), { shape: [1, 3, 2, 2], mean, order: 'bgr' }).draw(buffer);
}

/** The middle of the last tile, which is white: once the grid is shown, and in the very task in which its canvas has grown. */
async function grow(): Promise<{ shown: number[]; grown: number[] }> {
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width: 60, height: 60 });
  const view = await gridOn(canvas);
  view.draw();
  const colour = () => colourOf(canvas, canvas.width * 0.75, canvas.height * 0.75);
  while (colour()[0] === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  const shown = colour();
  Object.assign(canvas, { width: 120, height: 120 });
  view.draw();
  return { shown, grown: colour() };
}

/** What `page.evaluate` waits for, or calls. */
Object.assign(globalThis, {
  grow,
  drawn: Promise.all([drawGrid(canvasOf('page')), inWorker]),
  image: drawImage(),
  colourAt,
});
