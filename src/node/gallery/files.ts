// The folder of a gallery: gallery.json says what its pieces are, and pieces/ has a picture and a description of each finished one.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { ConvscopeError, OptionError } from '../../core/errors.js';
import { withRecipe } from '../../core/pngRecipe.js';
import { VERSION } from '../../core/version.js';
import type { Model } from '../../graph/model.js';
import type { MadeTile, Piece } from '../../methods/gallery.js';
import type { Preset } from '../../methods/presets/preset.js';
import { classLayers } from '../../objectives/classes.js';
import { checked } from '../../parts/schema.js';
import { type Contrast, imageShape, type Picture, toPicture } from '../../scene/input.js';
import { modelHash } from '../../scene/modelHash.js';
import { parseUnit } from '../../scene/unit.js';
import type { About } from '../../synthesize/about.js';
import { parseJson } from '../../synthesize/readStudy.js';
import { encodePicture, readPicture } from '../images.js';
import { writeWhole } from '../outputs.js';

const FORMAT = 1;
const PLAN = 'gallery.json';
/** Folder of finished pieces. */
export const PIECES = 'pieces';

const string = v.string('must be a string');
const whole = v.pipe(v.number('must be a number'), v.integer('must be a whole number'));
const number = v.number('must be a number');

const PLANNED = v.object({
  id: v.pipe(string, v.regex(/^[0-9a-f]{32}$/, 'must be 32 hexadecimal digits')),
  layer: string,
  preset: string,
  batch: whole,
  tiles: v.array(v.object({ unit: string, seed: whole, label: v.optional(string) })),
});
const GALLERY = v.object({
  gallery: v.literal(FORMAT, `must be ${FORMAT}, the only version that this reads`),
  convscope: string,
  /** `preprocessing`: order, mean (of a mean image its shape), scale and fit. */
  model: v.object({ name: string, hash: v.optional(string), preprocessing: v.unknown() }),
  weights: v.optional(string),
  /** Columns and rows of an image. */
  size: v.tuple([whole, whole]),
  contrast: v.picklist(['auto', 'pixels']),
  statistics: v.optional(string),
  presets: v.array(v.object({ name: string, text: string, source: string, changes: string })),
  pieces: v.array(PLANNED),
});
const MADE = v.object({
  id: string,
  adapter: string,
  sha256: string,
  tiles: v.array(
    v.object({
      unit: string,
      seed: whole,
      objective: number,
      steps: whole,
      dead: v.optional(v.boolean()),
      remark: v.optional(string),
    }),
  ),
});

/** What a gallery consists of. The same for all parts of it. */
export type GalleryPlan = v.InferOutput<typeof GALLERY>;
/** The description of a finished piece. */
export type MadePiece = v.InferOutput<typeof MADE>;

/** The plan of pieces. */
export async function planOf(
  model: Model,
  pieces: readonly Piece[],
  {
    contrast,
    presets,
    statistics,
    mark,
  }: {
    readonly contrast: Contrast;
    /** Those that the pieces are made by. */
    readonly presets: readonly Preset[];
    /** Where the statistics come from. */
    readonly statistics: string | undefined;
    /** Says that the weights are random. */
    readonly mark: { readonly weights?: string };
  },
): Promise<GalleryPlan> {
  const { labels } = model;
  const { order, mean, scale, fit } = model.preprocessing;
  const named = labels && !model.partial ? classLayers(model) : new Set<string>();
  const labelOf = (unit: string): { readonly label?: string } => {
    const { layer, channel } = parseUnit(unit);
    const label = named.has(layer) ? labels?.[channel] : undefined;
    return label === undefined ? {} : { label };
  };
  const hash = await modelHash(model);
  const [, H, W] = imageShape(model);
  return {
    gallery: FORMAT,
    convscope: VERSION,
    model: {
      name: model.name,
      ...(hash !== undefined && { hash }),
      preprocessing: { order, mean: 'shape' in mean ? mean.shape : mean, scale, fit },
    },
    ...mark,
    size: [W, H],
    contrast,
    ...(statistics !== undefined && presets.some((preset) => preset.statistics) && { statistics }),
    presets: presets.map(({ name, text, source, changes }) => ({ name, text, source, changes })),
    pieces: pieces.map(({ id, layer, preset, tiles, study }) => ({
      id,
      layer,
      preset,
      batch: study.seeds.length,
      tiles: tiles.map(({ unit, seed }) => ({ unit, seed, ...labelOf(unit) })),
    })),
  };
}

/** Writes the plan, or finds the same one there. @throws OptionError where the folder has another gallery */
export async function writePlan(folder: string, plan: GalleryPlan): Promise<void> {
  const path = join(folder, PLAN);
  const text = `${JSON.stringify(plan, undefined, 1)}\n`;
  const there = await readFile(path, 'utf8').catch(() => undefined);
  if (there === text) return;
  if (there !== undefined) {
    throw new OptionError('--out', `${folder} has another gallery (${PLAN}); name another folder, or remove that one`);
  }
  await writeWhole(path, text);
}

/** Reads the plan of a folder. @throws OptionError */
export async function readPlan(folder: string): Promise<GalleryPlan> {
  let text: string;
  try {
    text = await readFile(join(folder, PLAN), 'utf8');
  } catch {
    throw new OptionError('gallery', `there is no ${PLAN} in ${folder}; give folders that convscope gallery wrote`);
  }
  return checked(GALLERY, parseJson(text, join(folder, PLAN)), join(folder, PLAN));
}

/** How a piece becomes files. */
export interface PieceFilesOptions {
  readonly contrast: Contrast;
  readonly about: About;
  readonly mark: (picture: Picture) => Picture;
}

/** The files of a finished piece: its images in a column, with their study, and its description. */
export async function pieceFiles(
  model: Model,
  { id, study }: Piece,
  made: readonly MadeTile[],
  { contrast, about, mark }: PieceFilesOptions,
): Promise<{ readonly '.png': Uint8Array; readonly '.json': string }> {
  const [, H, W] = imageShape(model);
  const data = new Uint8ClampedArray(W * H * made.length * 4);
  for (const [n, { image }] of made.entries()) {
    if (image) data.set(mark(toPicture(image, model, contrast)).data, n * W * H * 4);
  }
  const recipe = { ...study, about: { ...about, picture: { snapshot: 'last', contrast } } };
  const picture = await encodePicture('.png', { width: W, height: H * made.length, data });
  const png = withRecipe(picture, recipe);
  const description: MadePiece = {
    id,
    adapter: about.adapter,
    sha256: createHash('sha256').update(png).digest('hex'),
    tiles: made.map(({ unit, seed, image, objective, steps, remark }) => ({
      unit,
      seed,
      objective: Number(objective.toPrecision(6)),
      steps,
      ...(!image && { dead: true }),
      ...(remark !== undefined && { remark }),
    })),
  };
  return { '.png': png, '.json': `${JSON.stringify(description)}\n` };
}

/** Writes a finished piece, and last its description, without which it counts as not made. */
export async function writePiece(
  folder: string,
  id: string,
  files: { readonly '.png': Uint8Array; readonly '.json': Uint8Array | string },
): Promise<void> {
  await writeWhole(join(folder, PIECES, `${id}.png`), files['.png']);
  await writeWhole(join(folder, PIECES, `${id}.json`), files['.json']);
}

/** A finished piece; undefined where it is not finished, or its picture is not the one that was written. */
export async function findPiece(
  folder: string,
  { id, tiles }: Pick<Piece, 'id'> & { readonly tiles: readonly unknown[] },
): Promise<(MadePiece & { readonly picture: string }) | undefined> {
  const picture = join(folder, PIECES, `${id}.png`);
  try {
    const [text, png] = await Promise.all([readFile(join(folder, PIECES, `${id}.json`), 'utf8'), readFile(picture)]);
    const made = checked(MADE, parseJson(text, id), id);
    const whole = made.id === id && made.tiles.length === tiles.length;
    return whole && createHash('sha256').update(png).digest('hex') === made.sha256 ? { ...made, picture } : undefined;
  } catch (error) {
    // Not there, or cut off: it is made again.
    if (error instanceof ConvscopeError || (error instanceof Error && 'code' in error)) return undefined;
    throw error;
  }
}

/** The images of a finished piece, as pictures. */
export async function picturesOf(piece: {
  readonly picture: string;
  readonly tiles: readonly unknown[];
}): Promise<readonly Picture[]> {
  const { width, height, data } = await readPicture(piece.picture);
  const rows = height / piece.tiles.length;
  const size = width * rows * 4;
  return piece.tiles.map((_, n) => ({ width, height: rows, data: data.subarray(n * size, (n + 1) * size) }));
}
