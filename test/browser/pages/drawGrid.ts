// A grid of four channels, drawn on a canvas that grows after its first frame; in a page or a worker.
import { openContext } from '../../../src/index.js';
import { type Canvas, createGridView, type GridView, type Rect } from '../../../src/views/index.js';

/** Channel c holds c/3: 0, 85, 170 and 255 of 255. The last but one is framed. */
export async function gridOn(canvas: Canvas): Promise<GridView> {
  const ctx = await openContext();
  const shape = [1, 4, 2, 2];
  const x = Float32Array.from({ length: 16 }, (_, i) => Math.floor(i / 4) / 3);
  const buffer = ctx.createBuffer('layer', x.byteLength);
  ctx.device.queue.writeBuffer(buffer, 0, x);
  return createGridView(ctx, canvas, { layer: { buffer, shape }, selected: 2 });
}

/** Draws the grid and gives its tiles. */
export async function drawGrid(canvas: Canvas): Promise<(Rect | undefined)[]> {
  const view = await gridOn(canvas);
  view.draw();
  canvas.width = 120;
  canvas.height = 120;
  view.draw();
  return [0, 1, 2, 3].map((channel) => view.tileRect(channel));
}
