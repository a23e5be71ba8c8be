// The picture of docs/methods/directions.md: directions as units. A row for each: its preferred image, then its best pictures with what it
// sees of them.
import { writeFile } from 'node:fs/promises';
import type { Context } from '../../src/gpu/context.js';
import type { Model } from '../../src/graph/model.js';
import { galleryPieces, makePieces } from '../../src/methods/gallery.js';
import type { TopLayer } from '../../src/methods/topImages.js';
import { encodePicture } from '../../src/node/images.js';
import { loadStatistics } from '../../src/node/statistics.js';
import { cropOf } from '../../src/scene/crop.js';
import { type Picture, toPicture } from '../../src/scene/input.js';
import { receptiveFields } from '../../src/scene/receptiveField.js';

/** Pixels of a side of one picture, and between two. */
const SIDE = 64;
const GAP = 4;
const BEST = 6;

/** Columns of layers, each with rows of its channels. */
export async function drawDirections(
  ctx: Context,
  model: Model,
  layers: readonly TopLayer[],
  channels: readonly number[],
  pictureOf: (image: number) => Picture,
  out: string,
): Promise<void> {
  const statistics = await loadStatistics('world');
  const column = (1 + BEST) * (SIDE + GAP) + 3 * GAP;
  const [width, height] = [layers.length * column + GAP, channels.length * (SIDE + GAP) + GAP];
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  const put = (picture: Picture, left: number, top: number) => {
    for (let y = 0; y < SIDE; y++) {
      for (let x = 0; x < SIDE; x++) {
        const from = Math.floor((y * picture.height) / SIDE) * picture.width + Math.floor((x * picture.width) / SIDE);
        const to = (top + y) * width + left + x;
        for (let c = 0; c < 3; c++) data[to * 4 + c] = picture.data[from * 4 + c];
      }
    }
  };
  for (const [l, { layer, images, positions, values, shape }] of layers.entries()) {
    const fieldOf = receptiveFields(model, layer);
    const n = values.length / shape[0];
    const units = channels.map((channel) => ({ layer, channel }));
    const pieces = await galleryPieces(ctx.traits, model, { units, presets: ['spectrum'], statistics });
    for await (const { tiles = [] } of makePieces(ctx, model, pieces, { statistics })) {
      for (const { unit, image } of tiles) {
        const row = channels.indexOf(Number(unit.split(':')[1]));
        if (image) put(toPicture(image, model, 'pixels'), GAP + l * column, GAP + row * (SIDE + GAP));
      }
    }
    for (const [row, channel] of channels.entries()) {
      for (let i = 0; i < BEST; i++) {
        const at = channel * n + i;
        const { seen } = fieldOf(positions[2 * at], positions[2 * at + 1]);
        const crop = cropOf(model, pictureOf(Number(images[at])), seen);
        put(crop, 2 * GAP + l * column + (1 + i) * (SIDE + GAP), GAP + row * (SIDE + GAP));
      }
    }
  }
  await writeFile(out, await encodePicture('.webp', { width, height, data }, 82));
}
