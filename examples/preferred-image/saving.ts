// Pictures as files: PNG in any whole size with its recipe inside, and the way to it as a moving GIF.
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

/** A canvas as a PNG with a recipe in its text. */
export async function pngOf(canvas: OffscreenCanvas, recipe: object): Promise<Blob> {
  const png = new Uint8Array(await (await canvas.convertToBlob({ type: 'image/png' })).arrayBuffer());
  return new Blob([withRecipe(png, recipe)], { type: 'image/png' });
}

/** Frames kept at most: then every second one is dropped, and from there on only every second one is taken. */
const MOST_FRAMES = 96;
/** Milliseconds of a frame, and of the last one. */
const [DELAY, LAST] = [60, 1500];
/** Colours of a GIF, whose table has one more for what is transparent. */
const COLOURS = 255;

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

  /** A GIF of all frames, the last of which is the picture as it is now and stands longer. */
  async gif(last: HTMLCanvasElement, size: Enlarged): Promise<Blob> {
    const { encode } = await import('modern-gif');
    const end = copyOf(last, [0, 0, last.width, last.height]);
    const frames = [...this.#frames, end].map((frame, i, { length }) => {
      const enlarged = copyOf(frame, [0, 0, frame.width, frame.height], size);
      const { data } = contextOf(enlarged).getImageData(0, 0, enlarged.width, enlarged.height);
      return { data, delay: i === length - 1 ? LAST : DELAY };
    });
    const width = end.width * size.times;
    const height = end.height * size.times;
    const dither = 'floyd-steinberg' as const;
    return encode({ width, height, frames, maxColors: COLOURS, looped: true, dither, format: 'blob' });
  }
}
