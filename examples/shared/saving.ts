// Pictures as files: PNG in any whole size with its recipe inside.
import { type Picture, withRecipe } from 'convscope';

/** How a picture is enlarged. */
export interface Enlarged {
  readonly times: number;
  /** Squares for pixels, or between them. */
  readonly smooth: boolean;
}

/** A canvas as it is now, or its part at `x`, `y`. */
export function copyOf(
  canvas: CanvasImageSource,
  [x, y, width, height]: readonly [x: number, y: number, width: number, height: number],
  { times, smooth }: Enlarged = { times: 1, smooth: false },
): OffscreenCanvas {
  const copy = new OffscreenCanvas(width * times, height * times);
  const context = contextOf(copy);
  context.imageSmoothingEnabled = smooth;
  context.imageSmoothingQuality = 'high';
  context.drawImage(canvas, x, y, width, height, 0, 0, copy.width, copy.height);
  return copy;
}

/** @throws Error where the browser has none */
export function contextOf(canvas: OffscreenCanvas): OffscreenCanvasRenderingContext2D {
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('the browser has no 2D canvas');
  return context;
}

/** A canvas of a picture. */
export function canvasWith({ width, height, data }: Picture): OffscreenCanvas {
  const canvas = new OffscreenCanvas(width, height);
  contextOf(canvas).putImageData(new ImageData(new Uint8ClampedArray(data), width, height), 0, 0);
  return canvas;
}

/** A canvas as the bytes of a PNG. */
export const bytesOf = async (canvas: OffscreenCanvas): Promise<Uint8Array> =>
  new Uint8Array(await (await canvas.convertToBlob({ type: 'image/png' })).arrayBuffer());

/** A canvas as a PNG with a recipe in its text. */
export async function pngOf(canvas: OffscreenCanvas, recipe: object): Promise<Blob> {
  return new Blob([withRecipe(await bytesOf(canvas), recipe)], { type: 'image/png' });
}
