// What a layer has kept of a picture: other images with the same activations (Mahendran & Vedaldi 2015, Understanding deep image
// representations by inverting them). Each start of noise gives another one, and what differs between them is what the layer lost.
import { NotFiniteError, OptionError, UnknownNameError } from '../core/errors.js';
import { formatShape, sizeOf } from '../core/shape.js';
import type { Context } from '../gpu/context.js';
import type { Model } from '../graph/model.js';
import { compile } from '../graph/plan.js';
import { match } from '../objectives/match.js';
import type { Made } from '../parts/part.js';
import { type CodeNumbers, codeNumbersOf } from '../scene/codeNumbers.js';
import type { ForwardOptions } from '../scene/forward.js';
import { batchOf, channelScale, imageShape, meanImage, withBatch } from '../scene/input.js';
import { openNet } from '../scene/openNet.js';
import type { StatisticsByName } from '../scene/space.js';
import { createStudy, type Study } from '../synthesize/study.js';
import { synthesize } from '../synthesize/synthesize.js';
import * as all from './inversions/index.js';
import { CODES, type InversionPreset } from './inversions/inversion.js';
import { REFERENCES } from './presets/vital.js';

/** All presets of inversion, by name. */
export const INVERSIONS: ReadonlyMap<string, InversionPreset> = new Map(
  Object.values(all).map((preset) => [preset.name, preset]),
);

/** The preset that is taken where none is named. docs/methods/inversion.md compares them. */
export const INVERSION = 'inversionFourier';

/** What of a layer is inverted, and how. */
export interface InversionOptions {
  /** Layer or blob. */
  readonly layer: string;
  /** Channels that count; by default all. */
  readonly channels?: readonly number[];
  /** Rows and columns of the map that count: top, left, and the first ones below and to the right that do not. By default all. */
  readonly places?: readonly number[];
  /** Name of a preset of `INVERSIONS`, or one of one's own. */
  readonly preset?: string | InversionPreset;
  /** An image for each, of each picture. */
  readonly seeds?: readonly number[];
  /** Steps in place of the preset's own: those of its phases keep their shares. */
  readonly steps?: number;
  /** Name of the statistics of pictures that the image should resemble; by default those that belong to the net. */
  readonly statistics?: string;
}

/** What `invert` may be told. */
export interface InvertOptions
  extends InversionOptions,
    Pick<ForwardOptions, 'signal'>,
    Pick<ForwardOptions, 'inputs'> {
  /** Statistics of pictures, by name, for presets that need some. */
  readonly known?: StatisticsByName;
  /** A net that draws images of codes, and what its codes are like, for presets that look for a code. */
  readonly generator?: { readonly net: Model; readonly codes: CodeNumbers };
  /** Images that are made at once. */
  readonly atOnce?: number;
  /** Told every few steps: the share of the work that is done, from 0 to 1. */
  readonly onProgress?: (share: number) => void;
}

/** An image that the layer can hardly tell from a picture. */
export interface Inverted {
  /** Place of the picture among those that were given. */
  readonly picture: number;
  readonly seed: number;
  /** `[C, H, W]`, mean-subtracted, held to what a picture can be. */
  readonly image: Float32Array;
  /** ‖Φ(x) − Φ₀‖² / ‖Φ₀‖² of this image, over the units that count. */
  readonly codeError: number;
  /** Root mean square of its difference from the picture, for pixels from 0 to 1. */
  readonly imageError: number;
  /** The study that makes it, with `references` the picture. */
  readonly study: Study;
}

const AT_ONCE = 8;
const WHITE = 255;

/** The preset of a name. @throws UnknownNameError */
export function inversionNamed(name: string): InversionPreset {
  const found = INVERSIONS.get(name);
  if (found) return found;
  throw new UnknownNameError('preset of inversion', name, [...INVERSIONS.keys()]);
}

/**
 * The study of an inversion, one image for each seed. Its runs are given the pictures as `references`: one, or one for each seed.
 *
 * @throws OptionError, UnknownNameError
 */
export function inversionStudy(model: Model, options: InversionOptions): Study {
  const { layer, channels, places, preset = INVERSION, seeds = [0], steps } = options;
  const { statistics = model.statistics ?? 'natural' } = options;
  const objective = match.make({
    layer,
    picture: REFERENCES,
    ...(channels && { channels }),
    ...(places && { places }),
  });
  const { study } = typeof preset === 'string' ? inversionNamed(preset) : preset;
  return lasting(createStudy({ ...study({ model, layer, objective, statistics }), seeds }), steps);
}

/** Refuses what cannot be inverted, before anything is computed. @throws OptionError, UnknownNameError, ShapeError */
export function checkInversion(model: Model, options: InversionOptions): void {
  const { objective } = inversionStudy(model, options);
  const picture = new Float32Array(sizeOf(withBatch(model.input.shape, 1)));
  (objective as Made<'objective'>).build(openNet(model, { open: true, references: { [REFERENCES]: picture } }));
}

/** The study in so many steps, which its phases share as before. @throws OptionError */
function lasting(study: Study, steps: number | undefined): Study {
  if (steps === undefined) return study;
  const phases = study.phases ?? [];
  if (!(Number.isInteger(steps) && steps > phases.length)) {
    throw new OptionError('steps', `must be a whole number from ${phases.length + 1}, got ${steps}`);
  }
  const before = stepsOf(study);
  const ends = [study, ...phases].map((_, i, every) => every.slice(0, i + 1).reduce((sum, own) => sum + own.steps, 0));
  // A phase has one step at least.
  const marks = ends.map((end, i) =>
    Math.min(Math.max(Math.round((steps * end) / before), i + 1), steps - (ends.length - 1 - i)),
  );
  const own = marks.map((mark, i) => mark - (marks[i - 1] ?? 0));
  return {
    ...study,
    steps: own[0],
    ...(study.phases && { phases: phases.map((phase, i) => ({ ...phase, steps: own[i + 1] })) }),
  };
}

const stepsOf = ({ steps, phases = [] }: Study): number => phases.reduce((sum, phase) => sum + phase.steps, steps);

/**
 * Inverts a layer for each of `images`, a flat batch in the net's input layout: for each picture one image of each seed. An image is the
 * same in any batch up to rounding. An aborted call throws nothing: it returns the images of the batches that were finished.
 *
 * @throws OptionError for a picture that the layer, or the part of it that counts, does not respond to; UnknownNameError, ShapeError,
 *   LimitError, NotFiniteError
 */
export async function invert(
  ctx: Context,
  model: Model,
  images: Float32Array,
  options: InvertOptions,
): Promise<readonly Inverted[]> {
  const { seeds = [0], atOnce = AT_ONCE, known, generator, inputs, signal, onProgress } = options;
  const pictures = picturesIn(model, images);
  if (!(Number.isInteger(atOnce) && atOnce >= 1))
    throw new OptionError('atOnce', `must be a whole number from 1, got ${atOnce}`);
  const study = inversionStudy(model, { ...options, seeds });
  const { layer } = options;
  // Made by `inversionStudy`.
  const objective = study.objective as Made<'objective'>;
  const jobs = pictures.flatMap((data, picture) => seeds.map((seed) => ({ picture, seed, data })));
  const made: Inverted[] = [];
  const errors: number[] = [];
  for (let from = 0; from < pictures.length; from += atOnce) {
    const some = pictures.slice(from, from + atOnce);
    errors.push(...(await codeErrors(ctx, model, objective, some, some, inputs)));
  }
  const silent = errors.findIndex((error) => !Number.isFinite(error));
  if (silent >= 0) {
    throw new OptionError(
      'layer',
      `'${layer}' holds nothing but zeros of picture ${silent + 1}, or no numbers; name another layer, or other units`,
    );
  }
  for (let from = 0; from < jobs.length; from += atOnce) {
    const batch = jobs.slice(from, from + atOnce);
    const own = { ...study, seeds: batch.map(({ seed }) => seed) };
    const run = synthesize(ctx, model, own, {
      references: { [REFERENCES]: batch.map(({ data }) => data) },
      ...(known && { statistics: known }),
      ...(generator && { nets: { generator: generator.net }, numbers: { [CODES]: codeNumbersOf(generator.codes) } }),
      ...(inputs && { inputs }),
      ...(signal && { signal }),
    });
    let next = await run.next();
    while (!next.done) {
      onProgress?.((from + (batch.length * next.value.step) / next.value.steps) / jobs.length);
      next = await run.next();
    }
    if (signal?.aborted) break;
    const { images: last } = next.value;
    const size = last.length / batch.length;
    const shown = batch.map((_, n) => held(model, last.subarray(n * size, (n + 1) * size)));
    const off = await codeErrors(
      ctx,
      model,
      objective,
      batch.map(({ data }) => data),
      shown.map((x) => asInput(model, x)),
      inputs,
    );
    for (const [n, { picture, seed, data }] of batch.entries()) {
      if (!Number.isFinite(off[n]))
        throw new NotFiniteError(`'${layer}' of the image of picture ${picture + 1}, seed ${seed}, holds no numbers.`);
      made.push({
        picture,
        seed,
        image: shown[n],
        codeError: off[n],
        imageError: apart(shown[n], asPixels(model, data)),
        study: { ...study, seeds: [seed] },
      });
    }
  }
  return made;
}

/** Each image of a batch. @throws OptionError */
function picturesIn(model: Model, images: Float32Array): readonly Float32Array[] {
  const { shape } = model.input;
  const batch = batchOf(images, shape);
  const size = sizeOf(withBatch(shape, 1));
  if (!Number.isInteger(batch) || batch < 1) {
    throw new OptionError(
      'images',
      `needs a multiple of ${size} numbers for ${formatShape(shape)}, got ${images.length}`,
    );
  }
  return Array.from({ length: batch }, (_, n) => images.slice(n * size, (n + 1) * size));
}

/** −objective of each image beside its picture, both in the net's input layout: NaN where the picture's units are all zero. */
async function codeErrors(
  ctx: Context,
  model: Model,
  objective: Made<'objective'>,
  pictures: readonly Float32Array[],
  images: readonly Float32Array[],
  inputs: InvertOptions['inputs'],
): Promise<readonly number[]> {
  const scene = openNet(model, {
    batch: images.length,
    references: { [REFERENCES]: joined(pictures) },
    ...(inputs && { inputs }),
  });
  const value = objective.build(scene);
  using plan = await compile(ctx, scene.tape, { keep: [value] });
  plan.write(scene.image, joined(images));
  plan.run();
  return Array.from(await plan.read(value), (v) => -v);
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const data = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    data.set(part, at);
    at += part.length;
  }
  return data;
}

/** The image, its mean added, between black and white. */
function held(model: Model, image: Float32Array): Float32Array {
  const mean = meanImage(model.preprocessing, imageShape(model));
  return image.map((v, i) => Math.min(WHITE, Math.max(0, v + mean[i])) - mean[i]);
}

/** From mean-subtracted pixels to the net's input, and back. */
function asInput(model: Model, image: Float32Array): Float32Array {
  const [C, H, W] = imageShape(model);
  const scale = channelScale(model.preprocessing, C);
  return image.map((v, i) => v * scale[Math.floor(i / (H * W))]);
}

function asPixels(model: Model, input: Float32Array): Float32Array {
  const [C, H, W] = imageShape(model);
  const scale = channelScale(model.preprocessing, C);
  return input.map((v, i) => v / scale[Math.floor(i / (H * W))]);
}

/** Root mean square of the difference, for pixels from 0 to 1. */
function apart(a: Float32Array, b: Float32Array): number {
  const squares = a.reduce((sum, v, i) => sum + ((v - b[i]) / WHITE) ** 2, 0);
  return Math.sqrt(squares / a.length);
}
