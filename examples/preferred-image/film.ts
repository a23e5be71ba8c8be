// The way to a picture, as a moving PNG.
import { withRecipe } from 'convscope';
import { bytesOf, contextOf, copyOf, type Enlarged } from '../shared/saving.js';
import { movingPng } from './apng.js';

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
