// The statistics of a set of pictures, in two passes over it: first colours and coarse views, then, in the colours that the first one
// decorrelates, the mean magnitude of each frequency. Every sum is exact, so that neither batches nor shards change a bit.
import { symmetricEigen } from '../core/eigen.js';
import { NotFiniteError, OptionError } from '../core/errors.js';
import type { Context } from '../gpu/context.js';
import { type Model, PLAIN } from '../graph/model.js';
import { halfOf, rfft2 } from '../kernels/fft/index.js';
import type { SetImage } from '../scene/images.js';
import { colourFactor, type ImageStatistics, type Matrix3 } from '../scene/statistics.js';
import type { Collector, ScannedImage } from './collector.js';
import { type ScanOptions, scan } from './scan.js';
import type { OnUnreadable } from './source.js';
import { meansOf, type Sums, sums } from './sums.js';

type Size = readonly [rows: number, columns: number];

/** What `imageStatistics` may be told. */
export interface ImageStatisticsOptions {
  /** Rows and columns that the pictures are brought to. */
  readonly size: readonly [rows: number, columns: number];
  /** Rows and columns of the coarse pictures; by default 8 × 8. */
  readonly coarse?: readonly [rows: number, columns: number];
  /** Share of the coarse pictures' variance that is kept; by default 0.999. */
  readonly share?: number;
  /** Most directions of the coarse pictures that are kept; by default as many as the share takes. */
  readonly components?: number;
  /** Where the pictures come from, in words. */
  readonly source: string;
  /** How pictures of another shape are fitted: by default the largest centred square is cropped. */
  readonly fit?: 'crop' | 'stretch';
  /** Behind transparent pictures: red, green and blue from 0 to 255. By default white. */
  readonly background?: readonly [red: number, green: number, blue: number];
  /** Images at once on the device; changes no number. */
  readonly batch?: number;
  readonly signal?: AbortSignal;
  /** Called after each batch. `total` counts every picture twice: each is looked at in two passes. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
  /** Told of a picture that cannot be read, which is left out. By default such a picture ends it. */
  readonly onUnreadable?: OnUnreadable;
}

/** A picture's colours: 3 means and 6 products. */
const COLOURS = 9;
const PRODUCTS: readonly Size[] = [
  [0, 0],
  [0, 1],
  [0, 2],
  [1, 1],
  [1, 2],
  [2, 2],
];
/** A decomposition takes the cube of its numbers in time. */
const MOST_COARSE = 16;

/**
 * Statistics of a set of pictures. An image that is given as numbers is `[3, H, W]`: red, green and blue from 0 to 1.
 *
 * @throws OptionError for a size, for fewer than two pictures and for pictures that are all gray; ImageError; NotFiniteError; an
 * AbortError where `signal` ends it
 */
export async function imageStatistics(
  ctx: Context,
  images: readonly SetImage[],
  options: ImageStatisticsOptions,
): Promise<ImageStatistics> {
  const { size, coarse = [Math.min(8, size[0]), Math.min(8, size[1])], share = 0.999, source, signal } = options;
  for (const [name, [h, w], most] of [
    ['size', size, [65536, 65536]],
    ['coarse', coarse, size.map((side) => Math.min(side, MOST_COARSE))],
  ] as const) {
    const fits = Number.isInteger(h) && Number.isInteger(w) && h >= 1 && w >= 1 && h <= most[0] && w <= most[1];
    if (!fits) throw new OptionError(name, `must be rows and columns from 1x1 to ${most.join('x')}, got ${h}x${w}`);
  }
  const { components = Number.POSITIVE_INFINITY } = options;
  if (!(share > 0 && share <= 1)) throw new OptionError('share', `must be above 0 and at most 1, got ${share}`);
  if (!(components >= 1)) throw new OptionError('components', `must be from 1, got ${components}`);
  const model = pictureModel(options);
  const how: Pick<ScanOptions, 'batch' | 'signal'> = {
    ...(options.batch !== undefined && { batch: options.batch }),
    ...(signal && { signal }),
  };
  const told = (done: number) => options.onProgress?.({ done, total: 2 * images.length });
  const { onUnreadable } = options;

  const views = pictureViews(size, coarse);
  const first = await scan(ctx, model, images, [views], {
    ...how,
    onProgress: ({ done }) => told(done),
    ...(onUnreadable && { onUnreadable }),
  });
  signal?.throwIfAborted();
  const [seen] = first.states;
  if (seen.images < 2) throw new OptionError('images', `must be at least two pictures, got ${seen.images}`);
  const colours = coloursOf(seen);

  const magnitudes = pictureMagnitudes(size, colours.mean, colourFactor(colours));
  const second = await scan(ctx, model, images, [magnitudes], {
    ...how,
    onProgress: ({ done }) => told(images.length + done),
    // Told in the first pass.
    ...(onUnreadable && { onUnreadable: () => undefined }),
  });
  signal?.throwIfAborted();
  const [spectra] = second.states;
  if (spectra.images !== seen.images) {
    throw new OptionError(
      'images',
      `changed while they were read: ${seen.images} pictures, then ${spectra.images}; run it again`,
    );
  }
  return {
    source,
    count: seen.images,
    size,
    ...colours,
    magnitude: Float32Array.from(meansOf(spectra)),
    coarse: coarseOf(seen, coarse, share, components),
  };
}

/** A net that passes pictures on: `[1, 3, H, W]`, red, green and blue from 0 to 1. */
function pictureModel({
  size,
  fit = 'crop',
  background,
}: Pick<ImageStatisticsOptions, 'size' | 'fit' | 'background'>): Model {
  return {
    name: 'pictures',
    input: { name: 'picture', shape: [1, 3, ...size] },
    layers: [],
    weights: new Map(),
    preprocessing: { ...PLAIN, scale: 1 / 255, fit, ...(background && { background }), stated: true },
  };
}

/**
 * Sums, for each picture, of its mean colour, of the mean products of its colours, of its coarse view, and of the products of the coarse
 * view's numbers, in float64.
 */
export function pictureViews(size: Size, coarse: Size): Collector<Sums> {
  const [H, W] = size;
  const n = 3 * coarse[0] * coarse[1];
  const [rows, columns] = [blocks(H, coarse[0]), blocks(W, coarse[1])];
  return sums({
    name: 'pictureViews',
    options: { size, coarse },
    length: COLOURS + n + (n * (n + 1)) / 2,
    size: 3 * H * W,
    op: ({ image }) => image,
    terms(picture, image, add) {
      const P = H * W;
      for (let c = 0; c < 3; c++) {
        let sum = 0;
        for (let i = c * P; i < (c + 1) * P; i++) sum += picture[i];
        if (!Number.isFinite(sum)) throw notFinite(image);
        add(c, sum / P);
      }
      for (const [k, [a, b]] of PRODUCTS.entries()) {
        let sum = 0;
        for (let i = 0; i < P; i++) sum += picture[a * P + i] * picture[b * P + i];
        add(3 + k, sum / P);
      }
      const view = averaged(picture, size, rows, columns);
      let at = COLOURS + n;
      for (let i = 0; i < n; i++) {
        add(COLOURS + i, view[i]);
        for (let j = 0; j <= i; j++) add(at++, view[i] * view[j]);
      }
    },
  });
}

/** Sums of |rfft2(z)| for each picture x, where z = L⁻¹(x − μ). The device transforms x; the rest is linear, and made in float64. */
export function pictureMagnitudes(size: Size, mean: ArrayLike<number>, L: Matrix3): Collector<Sums> {
  const [H, W] = size;
  const plane = H * halfOf(W);
  const [a, , , b, e, , d, f, g] = L;
  return sums({
    name: 'pictureMagnitudes',
    options: { size, mean: Array.from(mean), factor: L },
    length: 3 * plane,
    size: 3 * plane * 2,
    op: ({ tape, image }) => tape.apply(rfft2, { x: image }, {}),
    terms(spectrum, image, add) {
      const z = new Float64Array(3 * plane * 2);
      for (let i = 0; i < 2 * plane; i++) {
        // A constant is in the real part of the first frequency alone.
        const constant = i === 0 ? Math.sqrt(H * W) : 0;
        // L z = x, row by row.
        const z0 = (spectrum[i] - mean[0] * constant) / a;
        const z1 = (spectrum[2 * plane + i] - mean[1] * constant - b * z0) / e;
        z[i] = z0;
        z[2 * plane + i] = z1;
        z[4 * plane + i] = (spectrum[4 * plane + i] - mean[2] * constant - d * z0 - f * z1) / g;
      }
      for (let i = 0; i < 3 * plane; i++) {
        const size = Math.sqrt(z[2 * i] ** 2 + z[2 * i + 1] ** 2);
        if (!Number.isFinite(size)) throw notFinite(image);
        add(i, size);
      }
    },
  });
}

const notFinite = ({ id }: ScannedImage) =>
  new NotFiniteError(`Image '${id}' has numbers that are not finite. Look at the image.`);

/** For each block of a line: its pixels and how much of each it covers, in parts of the block. */
function blocks(size: number, count: number): readonly (readonly (readonly [pixel: number, part: number])[])[] {
  const step = size / count;
  return Array.from({ length: count }, (_, k) => {
    const [from, to] = [k * step, (k + 1) * step];
    const first = Math.floor(from);
    return Array.from({ length: Math.min(size, Math.ceil(to)) - first }, (__, i) => {
      const pixel = first + i;
      return [pixel, (Math.min(to, pixel + 1) - Math.max(from, pixel)) / step] as const;
    });
  });
}

/** The averages of blocks, `[3, h, w]`. */
function averaged(
  picture: Float32Array,
  [H, W]: Size,
  rows: ReturnType<typeof blocks>,
  columns: ReturnType<typeof blocks>,
): Float64Array {
  const out = new Float64Array(3 * rows.length * columns.length);
  let at = 0;
  for (let c = 0; c < 3; c++) {
    for (const row of rows) {
      for (const column of columns) {
        for (const [y, ty] of row) for (const [x, tx] of column) out[at] += ty * tx * picture[(c * H + y) * W + x];
        at++;
      }
    }
  }
  return out;
}

/** Mean colour and covariance of the pictures that were seen. */
function coloursOf(seen: Sums): Pick<ImageStatistics, 'mean' | 'covariance'> {
  const means = meansOf(seen);
  const covariance = new Float32Array(9);
  for (const [k, [a, b]] of PRODUCTS.entries()) {
    covariance[3 * a + b] = means[3 + k] - means[a] * means[b];
    covariance[3 * b + a] = covariance[3 * a + b];
  }
  return { mean: Float32Array.from(means.subarray(0, 3)), covariance };
}

/** The leading directions of the coarse views, that hold `share` of their variance: eigenvectors times √eigenvalues. */
function coarseOf(seen: Sums, size: Size, share: number, most: number): ImageStatistics['coarse'] {
  const n = 3 * size[0] * size[1];
  const means = meansOf(seen);
  const mean = means.subarray(COLOURS, COLOURS + n);
  const covariance = new Float64Array(n * n);
  let at = COLOURS + n;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const value = means[at++] - mean[i] * mean[j];
      covariance[i * n + j] = value;
      covariance[j * n + i] = value;
    }
  }
  const { values, vectors } = symmetricEigen(covariance, n);
  const all = values.reduce((sum, value) => sum + Math.max(0, value), 0);
  let rank = 0;
  for (let held = 0; rank < Math.min(n, most) && held < share * all && values[rank] > 0; rank++) held += values[rank];
  const factor = new Float32Array(n * rank);
  for (let k = 0; k < rank; k++) {
    for (let i = 0; i < n; i++) factor[i * rank + k] = Math.sqrt(values[k]) * vectors[k * n + i];
  }
  return { size, mean: Float32Array.from(mean), factor };
}
