// An activation grid as one picture: what the net was shown, and beside it an image for each place, its area the strength of the activation there; or a
// row of groups, each with its image and where in the picture it is.
import type { Model } from '../../graph/model.js';
import type { ActivationGrid } from '../../methods/activationGrid.js';
import { cropOf, cropRegion } from '../../scene/crop.js';
import { imageShape, type Picture, toPicture } from '../../scene/input.js';
import { receptiveField } from '../../scene/receptiveField.js';
import { resizePicture } from '../images.js';

/** What of a cell's side the weakest activation's image still has, so that it can be seen. Of stronger ones the area is the strength. */
const LEAST = 0.35;
const GAP = 8;
const WHITE = 255;
/** Of the picture where a group is not. */
const FAINT = 0.2;

export interface GridPictureOptions {
  /** Side of a cell, in pixels. */
  readonly cell: number;
  readonly grouped: boolean;
}

/** Draws a grid of a picture, `[C, H, W]` in the net's input layout. */
export async function gridPicture(
  model: Model,
  input: Float32Array,
  grid: ActivationGrid,
  { cell, grouped }: GridPictureOptions,
): Promise<Picture> {
  const [, H, W] = imageShape(model);
  const [rows, columns] = grid.size;
  const shown = cropOf(model, input, { top: 0, left: 0, bottom: H, right: W });
  const region = cropRegion(model, receptiveField(model, grid.layer, Math.floor(rows / 2), Math.floor(columns / 2)));
  const icons = grid.cells.map(({ image }) => image && cropOf(model, toPicture(image, model, 'pixels'), region));
  const most = grid.cells.reduce((a, { strength }) => Math.max(a, strength), 0);
  if (grouped) {
    const side = 2 * cell;
    const out = blank(grid.cells.length * (side + GAP) - GAP, 2 * side + GAP);
    for (const [k, { weights }] of grid.cells.entries()) {
      const icon = icons[k];
      if (icon) paste(out, await resizePicture(icon, [side, side]), k * (side + GAP), 0);
      const masked = await resizePicture(shown, [side, side]);
      const mask = weightsAt(weights, grid.size, side);
      paste(out, faded(masked, mask), k * (side + GAP), side + GAP);
    }
    return out;
  }
  const [width, height] = [columns * cell, rows * cell];
  const out = blank(2 * width + GAP, height);
  paste(out, await resizePicture(shown, [width, height]), 0, 0);
  for (const [p, { strength }] of grid.cells.entries()) {
    const icon = icons[p];
    if (!icon) continue;
    const side = Math.max(1, Math.round(cell * Math.max(LEAST, Math.sqrt(strength / most))));
    const [row, column] = [Math.floor(p / columns), p % columns];
    const inset = Math.floor((cell - side) / 2);
    paste(out, await resizePicture(icon, [side, side]), width + GAP + column * cell + inset, row * cell + inset);
  }
  return out;
}

const blank = (width: number, height: number): Picture & { data: Uint8ClampedArray } => ({
  width,
  height,
  data: new Uint8ClampedArray(width * height * 4).fill(WHITE),
});

function paste(
  to: Picture & { data: Uint8ClampedArray },
  { width, height, data }: Picture,
  left: number,
  top: number,
): void {
  for (let y = 0; y < height; y++) {
    to.data.set(data.subarray(y * width * 4, (y + 1) * width * 4), ((top + y) * to.width + left) * 4);
  }
}

/** A group's share at each pixel of a square, from 0 to 1: linear between the middles of places. */
function weightsAt(weights: readonly number[], [rows, columns]: readonly [number, number], side: number): Float32Array {
  const most = weights.reduce((a, b) => Math.max(a, b), 0);
  const along = (i: number, count: number) => {
    const at = Math.min(count - 1, Math.max(0, ((i + 0.5) * count) / side - 0.5));
    const low = Math.floor(at);
    return { low, high: Math.min(count - 1, low + 1), share: at - low };
  };
  return Float32Array.from({ length: side * side }, (_, i) => {
    const [y, x] = [along(Math.floor(i / side), rows), along(i % side, columns)];
    const row = (r: number) => weights[r * columns + x.low] * (1 - x.share) + weights[r * columns + x.high] * x.share;
    return most > 0 ? (row(y.low) * (1 - y.share) + row(y.high) * y.share) / most : 0;
  });
}

/** Towards white where the mask is 0. */
function faded(picture: Picture, mask: Float32Array): Picture {
  const data = Uint8ClampedArray.from(picture.data, (value, i) => {
    if (i % 4 === 3) return value;
    const share = FAINT + (1 - FAINT) * Math.sqrt(mask[Math.floor(i / 4)]);
    return WHITE + share * (value - WHITE);
  });
  return { ...picture, data };
}
