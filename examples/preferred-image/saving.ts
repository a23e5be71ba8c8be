// Pictures as files: PNG in any whole size with its recipe inside, and the way to it as a moving one.
import { type Picture, withRecipe } from 'convscope';
import { movingPng } from './apng.js';

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

function contextOf(canvas: OffscreenCanvas): OffscreenCanvasRenderingContext2D {
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

const bytesOf = async (canvas: OffscreenCanvas): Promise<Uint8Array> =>
  new Uint8Array(await (await canvas.convertToBlob({ type: 'image/png' })).arrayBuffer());

/** A canvas as a PNG with a recipe in its text. */
export async function pngOf(canvas: OffscreenCanvas, recipe: object): Promise<Blob> {
  return new Blob([withRecipe(await bytesOf(canvas), recipe)], { type: 'image/png' });
}

/** Frames kept at most: then every second one is dropped, and from there on only every second one is taken. */
const MOST_FRAMES = 96;
/** Milliseconds of a frame, and of the last one. */
const [DELAY, LAST] = [60, 1500];

/** The way of one run, as pictures a few steps apart. */
export class Film {
  #frames: OffscreenCanvas[] = [];
  #every = 1;
  #seen = 0;

  get length(): number {
    return this.#frames.length;
  }

  /** Takes what is on the canvas now, or leaves it out where there are enough. */
  take(canvas: HTMLCanvasElement): void {
    if (this.#seen++ % this.#every !== 0) return;
    this.#frames.push(copyOf(canvas, [0, 0, canvas.width, canvas.height]));
    if (this.#frames.length < MOST_FRAMES) return;
    this.#frames = this.#frames.filter((_, i) => i % 2 === 0);
    this.#every *= 2;
  }

  /** All frames as a moving PNG with a recipe; the last one is the picture as it is now, and stands longer. */
  async moving(last: HTMLCanvasElement, size: Enlarged, recipe: Promise<object>): Promise<Blob> {
    const { width, height } = last;
    const enlarged = [...this.#frames, last].map((frame) => {
      // Phases may have had smaller images.
      const whole = frame.width === width ? frame : stretched(frame, width, height);
      return copyOf(whole, [0, 0, width, height], size);
    });
    const pngs = await Promise.all(enlarged.map(bytesOf));
    const frames = pngs.map((png, i) => ({ png, delay: i === pngs.length - 1 ? LAST : DELAY }));
    return new Blob([withRecipe(movingPng(frames), await recipe)], { type: 'image/png' });
  }
}

function stretched(canvas: OffscreenCanvas | HTMLCanvasElement, width: number, height: number): OffscreenCanvas {
  const copy = new OffscreenCanvas(width, height);
  contextOf(copy).drawImage(canvas, 0, 0, width, height);
  return copy;
}
