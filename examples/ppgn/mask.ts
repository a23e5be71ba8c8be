// The hole in a picture, as pixels that are open or not.
import type { Picture } from 'convscope';

/** Rows and columns: the size of what the generator draws. */
export const SIDE = 64;

export class Mask {
  /** `open` has 1 for each pixel that is to be painted, row after row. */
  constructor(readonly open: Uint8Array = new Uint8Array(SIDE * SIDE)) {}

  /** A square in the middle. */
  static middle(): Mask {
    const [from, to] = [SIDE / 4, (3 * SIDE) / 4];
    const within = (v: number) => v >= from && v < to;
    return new Mask(
      Uint8Array.from({ length: SIDE * SIDE }, (_, i) => Number(within(Math.floor(i / SIDE)) && within(i % SIDE))),
    );
  }

  /** What `text` made of a mask; undefined for another text. */
  static fromText(text: unknown): Mask | undefined {
    if (typeof text !== 'string' || !/^[\w-]+$/.test(text)) return undefined;
    try {
      const bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
      if (bytes.length !== (SIDE * SIDE) / 8) return undefined;
      return new Mask(Uint8Array.from({ length: SIDE * SIDE }, (_, i) => (bytes[i >> 3] >> (7 - (i & 7))) & 1));
    } catch {
      return undefined;
    }
  }

  /** As base64 for addresses, a bit a pixel. */
  get text(): string {
    const bytes = new Uint8Array((SIDE * SIDE) / 8);
    for (const [i, bit] of this.open.entries()) bytes[i >> 3] |= bit << (7 - (i & 7));
    return btoa(String.fromCharCode(...bytes))
      .replaceAll('+', '-')
      .replaceAll('/', '_')
      .replaceAll('=', '');
  }

  get isEmpty(): boolean {
    return !this.open.includes(1);
  }

  /** With a disk opened, or closed. */
  with([x, y]: readonly [x: number, y: number], radius: number, value: 0 | 1): Mask {
    const open = Uint8Array.from(this.open, (bit, i) => {
      const away = Math.hypot((i % SIDE) + 0.5 - x, Math.floor(i / SIDE) + 0.5 - y);
      return away <= radius ? value : bit;
    });
    return new Mask(open);
  }

  /** White where it is open, as the library takes it. */
  get picture(): Picture {
    const data = Uint8ClampedArray.from({ length: 4 * SIDE * SIDE }, (_, i) =>
      i % 4 === 3 ? 255 : 255 * this.open[i >> 2],
    );
    return { width: SIDE, height: SIDE, data };
  }

  /** `painted` in the hole, and `around` elsewhere. */
  compose(painted: Picture, around: Picture): Picture {
    const data = Uint8ClampedArray.from({ length: 4 * SIDE * SIDE }, (_, i) =>
      this.open[i >> 2] ? painted.data[i] : around.data[i],
    );
    return { width: SIDE, height: SIDE, data };
  }
}
