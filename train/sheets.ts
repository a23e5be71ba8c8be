// Contact sheets of a generator's images.
import type { Context } from '../src/gpu/context.js';
import type { Model } from '../src/graph/model.js';
import { type Picture, toPicture } from '../src/scene/input.js';
import type { ImageSet } from './data.js';
import { featuresOf, generated } from './features.js';

/** Columns of the two sheets, and pairs of rows. */
const COLUMNS = 12;
const SAMPLE_COLUMNS = 10;
const PAIRS = 6;
const GAP = 2;

/** Rows in pairs: held-out images above, and below them the images that the generator makes from their codes. */
export async function reconstructionSheet(
  ctx: Context,
  generator: Model,
  encoder: Model,
  set: ImageSet,
  layer: string,
): Promise<Picture> {
  const count = COLUMNS * PAIRS;
  const shown: ImageSet = { ...set, length: count };
  const made = await picturesOf(ctx, generator, await featuresOf(ctx, encoder, shown, layer));
  const real = Array.from({ length: count }, (_, i) => pictureOf(set, i));
  const rows = Array.from({ length: PAIRS }, (_, r) => [
    real.slice(r * COLUMNS, (r + 1) * COLUMNS),
    made.slice(r * COLUMNS, (r + 1) * COLUMNS),
  ]).flat();
  return sheetOf(rows, 2);
}

/** The images that the generator makes from codes of no image. */
export async function sampleSheet(ctx: Context, generator: Model, codes: Float32Array): Promise<Picture> {
  const made = await picturesOf(ctx, generator, codes);
  const rows = Array.from({ length: Math.ceil(made.length / SAMPLE_COLUMNS) }, (_, r) =>
    made.slice(r * SAMPLE_COLUMNS, (r + 1) * SAMPLE_COLUMNS),
  );
  return sheetOf(rows, 2);
}

/** Pictures that the generator makes from codes `[N, size]`. */
async function picturesOf(ctx: Context, generator: Model, codes: Float32Array): Promise<Picture[]> {
  const images = await generated(ctx, generator, codes);
  const { preprocessing } = generator;
  const scale = typeof preprocessing.scale === 'number' ? preprocessing.scale : 1;
  const pixels = images.map((v) => v / scale);
  const N = codes.length / generator.input.shape[1];
  const plane = images.length / N / 3;
  const side = Math.sqrt(plane);
  const asImages: Model = { ...generator, input: { name: 'image', shape: [1, 3, side, side] } };
  return Array.from({ length: N }, (_, n) =>
    toPicture(pixels.subarray(n * 3 * plane, (n + 1) * 3 * plane), asImages, 'pixels'),
  );
}

function pictureOf({ pixels, size }: ImageSet, index: number): Picture {
  const data = new Uint8ClampedArray(size * size * 4).fill(255);
  const from = index * size * size * 3;
  for (let i = 0; i < size * size; i++) for (let c = 0; c < 3; c++) data[i * 4 + c] = pixels[from + i * 3 + c];
  return { width: size, height: size, data };
}

/** Arranges rows of pictures of equal size on white, with each pixel enlarged `zoom` times. */
function sheetOf(rows: readonly (readonly Picture[])[], zoom: number): Picture {
  const [[{ width: w, height: h }]] = rows;
  const columns = Math.max(...rows.map((row) => row.length));
  const width = columns * (w * zoom + GAP) + GAP;
  const height = rows.length * (h * zoom + GAP) + GAP;
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  rows.forEach((row, r) => {
    row.forEach((picture, c) => {
      const left = c * (w * zoom + GAP) + GAP;
      const top = r * (h * zoom + GAP) + GAP;
      for (let y = 0; y < h * zoom; y++) {
        for (let x = 0; x < w * zoom; x++) {
          const from = (Math.floor(y / zoom) * w + Math.floor(x / zoom)) * 4;
          data.set(picture.data.subarray(from, from + 4), ((top + y) * width + left + x) * 4);
        }
      }
    });
  });
  return { width, height, data };
}
