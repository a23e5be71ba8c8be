// Contact sheets: many pictures of the world in one, optionally with their masks. Pure data, like the world.

import { COLOURS } from './colours.js';
import type { WorldImage } from './index.js';

/** RGBA bytes, as the library's Picture. */
export interface Sheet {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray<ArrayBuffer>;
}

export interface SheetOptions {
  /** Pictures in a row; as square as possible if left out. */
  readonly columns?: number;
  /** Show the masks object, part, colour and texture to the right of each picture. */
  readonly masks?: boolean;
  /** Each pixel becomes `zoom` by `zoom`. */
  readonly zoom?: number;
  /** White between pictures, in pixels of the sheet. */
  readonly gap?: number;
}

/** Compose `images`, all of one size, into a sheet. */
export function contactSheet(images: readonly WorldImage[], options: SheetOptions = {}): Sheet {
  const { masks = false, zoom = 1, gap = 4 } = options;
  const columns = options.columns ?? Math.ceil(Math.sqrt(images.length));
  const rows = Math.ceil(images.length / columns);
  const size = images.length > 0 ? images[0].size * zoom : 0;
  const panels = masks ? 5 : 1;
  const width = gap + columns * (panels * size + gap);
  const height = gap + rows * (size + gap);
  const data = new Uint8ClampedArray(4 * width * height).fill(255);
  images.forEach((image, k) => {
    const left = gap + (k % columns) * (panels * size + gap);
    const top = gap + Math.floor(k / columns) * (size + gap);
    const { object, part, colour, texture } = image.masks;
    const layers = [image.data, labels(object, 0), labels(part, 7), colourLabels(colour), labels(texture, 3)];
    layers.slice(0, panels).forEach((rgba, panel) => {
      blit(data, width, left + panel * size, top, rgba, image.size, zoom);
    });
  });
  return { width, height, data };
}

function blit(
  to: Uint8ClampedArray,
  width: number,
  left: number,
  top: number,
  from: Uint8ClampedArray,
  size: number,
  zoom: number,
): void {
  for (let y = 0; y < size * zoom; y++) {
    for (let x = 0; x < size * zoom; x++) {
      const source = 4 * (Math.floor(y / zoom) * size + Math.floor(x / zoom));
      const target = 4 * ((top + y) * width + left + x);
      for (let c = 0; c < 4; c++) to[target + c] = from[source + c];
    }
  }
}

/** A colour for every label, different from those of its neighbours; never black. */
function labels(mask: Uint8Array, turn: number): Uint8ClampedArray {
  const out = new Uint8ClampedArray(4 * mask.length);
  mask.forEach((label, i) => {
    out[4 * i + 3] = 255;
    if (label === 0) return;
    // Hues a golden angle apart, in three lightnesses.
    const hue = ((label + turn) * 0.618034) % 1;
    const light = 0.55 + 0.2 * (label % 3);
    for (let c = 0; c < 3; c++) {
      const wave = Math.abs(((hue + c / 3) % 1) * 6 - 3) - 1;
      out[4 * i + c] = 255 * light * (0.3 + 0.7 * Math.min(1, Math.max(0, wave)));
    }
  });
  return out;
}

/** A colour's name, shown as just that colour. */
const SWATCHES: Readonly<Record<(typeof COLOURS)[number], readonly [number, number, number]>> = {
  red: [220, 40, 40],
  orange: [245, 140, 30],
  yellow: [250, 215, 60],
  green: [80, 165, 60],
  blue: [50, 110, 210],
  purple: [135, 75, 175],
  pink: [245, 150, 180],
  brown: [125, 80, 45],
  gray: [140, 140, 145],
  white: [245, 245, 245],
  black: [25, 25, 28],
};

function colourLabels(mask: Uint8Array): Uint8ClampedArray {
  const out = new Uint8ClampedArray(4 * mask.length);
  mask.forEach((label, i) => {
    const rgb = label === 0 ? [0, 0, 0] : SWATCHES[COLOURS[label - 1]];
    out.set([rgb[0], rgb[1], rgb[2], 255], 4 * i);
  });
  return out;
}
