// How people look at an attribution: its map in colours over the picture.
import { resizedMap } from '../attribute/resize.js';
import { rowOf } from '../attribute/variants.js';
import { COLORMAP_SIZE, colormapTable } from '../core/colormaps.js';
import { OptionError } from '../core/errors.js';
import { AGAINST, FOR, UNCLIPPED } from '../core/heat.js';
import { formatShape } from '../core/shape.js';
import type { Model } from '../graph/model.js';
import type { Attribution } from '../parts/kinds.js';
import { cropOf, type OwnPicture } from '../scene/crop.js';
import { type HostTensor, imageShape } from '../scene/input.js';

/**
 * The map of picture `n` over the picture, which is given in the net's input layout: `size` maps from the least number to the greatest in
 * inferno, `signed` maps in red for the target and blue against it, without colour at zero.
 *
 * @throws OptionError for a map of one place, ImageError for a net that takes no pictures
 */
export function attributionPicture(model: Model, image: Float32Array, attribution: Attribution, n = 0): OwnPicture {
  const [, H, W] = imageShape(model);
  const { drawn } = attribution;
  const shares = sharesOf(attribution, n, [H, W]);
  const picture = cropOf(model, image, { top: 0, left: 0, bottom: H, right: W });
  const table = colormapTable('inferno');
  const { data } = picture;
  for (const [i, v] of shares.entries()) {
    const share = Math.abs(v);
    const gray = (data[i * 4] + data[i * 4 + 1] + data[i * 4 + 2]) / 3;
    // Dark below a heat map, light below signs: neither hides the colours.
    const below = drawn === 'size' ? gray / 2 : (gray + 255) / 2;
    const heat = Math.round(share * (COLORMAP_SIZE - 1)) * 4;
    const signed = v > 0 ? FOR : AGAINST;
    for (let c = 0; c < 3; c++) {
      data[i * 4 + c] = below + share * ((drawn === 'size' ? table[heat + c] : signed[c]) - below);
    }
  }
  return picture;
}

/** The map of picture `n` as it is coloured, `[1, 1, h, w]`: from 0 to 1 of `size` maps, from −1 to 1 of `signed` ones. @throws OptionError */
export function normalizedMap(
  attribution: Attribution,
  n = 0,
): HostTensor & { readonly data: Float32Array<ArrayBuffer> } {
  const [h, w] = attribution.map.shape.slice(-2);
  return { shape: [1, 1, h, w], data: Float32Array.from(sharesOf(attribution, n, [h, w])) };
}

/** Each pixel relative to the greatest ones. */
function sharesOf(attribution: Attribution, n: number, size: readonly [number, number]): Float64Array {
  const map = flatMap(attribution, n, size);
  const sorted = map.map(Math.abs).sort();
  const reach = sorted[Math.floor(UNCLIPPED * (sorted.length - 1))] || sorted[sorted.length - 1] || 1;
  const least = attribution.drawn === 'size' ? sorted[0] : 0;
  const range = reach - least || 1;
  return map.map((v) => Math.sign(v) * Math.min(1, (Math.abs(v) - least) / range));
}

/** One number for each pixel of picture `n`: over the channels the sum of a signed map, else the greatest absolute value. */
function flatMap(
  { map: { shape, data }, drawn }: Attribution,
  n: number,
  size: readonly [number, number],
): Float64Array {
  const [h, w] = shape.slice(-2);
  if (h * w === 1)
    throw new OptionError(
      'attribution',
      `its map ${formatShape(shape)} has one place, which is no picture; read its numbers`,
    );
  const own = rowOf(data, n, shape[0]);
  const flat = new Float64Array(h * w);
  for (const [i, v] of own.entries()) {
    const at = i % (h * w);
    flat[at] = drawn === 'signed' ? flat[at] + v : Math.max(flat[at], Math.abs(v));
  }
  return h === size[0] && w === size[1] ? flat : resizedMap(flat, [h, w], size);
}
