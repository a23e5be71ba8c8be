// The folder of an atlas: codes.json and map.json, from which its squares follow; pieces/ with the icons; and what is made of all of these: sheets,
// atlas.json and index.html.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { VERSION } from '../../core/version.js';
import type { MapPoint } from '../../facets/layout.js';
import type { Context } from '../../gpu/context.js';
import type { Model } from '../../graph/model.js';
import type { Atlas, AtlasCell } from '../../methods/atlas.js';
import type { Piece } from '../../methods/gallery.js';
import { checked } from '../../parts/schema.js';
import { cropOf, cropRegion } from '../../scene/crop.js';
import { createPreprocessor, imageShape, type Picture } from '../../scene/input.js';
import { modelHash } from '../../scene/modelHash.js';
import { receptiveFields } from '../../scene/receptiveField.js';
import { searchedLayers } from '../../scene/unitLayers.js';
import { parseJson } from '../../synthesize/readStudy.js';
import { findPiece, picturesOf } from '../gallery/files.js';
import { type Encoding, encodePicture, montage, resizePicture } from '../images.js';
import { writeWhole } from '../outputs.js';
import { type AtlasPage, atlasPage, type PageCell } from './page.js';

/** The state of the scan. */
export const CODES = 'codes.json';
const MAP = 'map.json';
const SHOWN_CLASSES = 3;

const number = v.number('must be a number');
const MAPPED = v.object({
  key: v.string('must be a string'),
  points: v.array(v.tuple([number, number], 'must be two numbers'), 'must be a list of points'),
});

/** The map in a folder, where it was made of the same codes in the same way. */
export async function readMap(folder: string, key: string): Promise<readonly MapPoint[] | undefined> {
  const path = join(folder, MAP);
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const kept = checked(MAPPED, parseJson(text, path), path);
  return kept.key === key ? kept.points : undefined;
}

export const writeMap = (folder: string, key: string, points: readonly MapPoint[]): Promise<void> =>
  writeWhole(join(folder, MAP), `${JSON.stringify({ key, points })}\n`);

/** Name of a square's icon: grid, column and row. */
export const iconName = (side: number, { column, row }: Pick<AtlasCell, 'column' | 'row'>): string =>
  `${side}:${column},${row}`;

/** What a finished atlas is told. */
export interface WriteOptions {
  readonly out: string;
  readonly atlas: Atlas;
  readonly pieces: readonly Piece[];
  /** Pixels of the longer side of an icon, and of an example. */
  readonly icon: number;
  readonly example: number;
  /** Examples of each square. */
  readonly examples: number;
  readonly encoding: Encoding;
  readonly weights: { readonly weights?: string };
  readonly open: (id: string) => Promise<Picture>;
}

/** Icons, and squares without one. */
export interface Written {
  readonly icons: number;
  readonly dead: number;
  readonly index: string;
}

/** Writes sheets, atlas.json and index.html, of pieces that are all there. */
export async function writeAtlas(ctx: Context, model: Model, options: WriteOptions): Promise<Written> {
  const { out, atlas, pieces, encoding, weights } = options;
  const fieldOf = receptiveFields(model, atlas.layer);
  const [, H, W] = imageShape(model);
  const [
    {
      shape: [, rows, columns],
    },
  ] = searchedLayers(model, { layers: [atlas.layer] }).layers;
  // What the centre of the map sees: around it nothing was drawn.
  const region = cropRegion(model, fieldOf(Math.floor(rows / 2), Math.floor(columns / 2)));
  const size = within(options.icon, region.right - region.left, region.bottom - region.top);
  const icons = new Map<string, Picture>();
  const adapters = new Set<string>();
  for (const piece of pieces) {
    const made = await findPiece(out, piece);
    if (!made) continue;
    adapters.add(made.adapter);
    for (const [n, picture] of (await picturesOf(made)).entries()) {
      if (made.tiles[n].dead) continue;
      const isWhole = region.right - region.left === W && region.bottom - region.top === H;
      const shown = isWhole ? picture : cropOf(model, picture, region);
      icons.set(made.tiles[n].unit, await resizePicture(shown, size));
    }
  }
  const places = new Map<number, number>();
  for (const { cells } of atlas.levels) {
    for (const { members } of cells) {
      for (const i of members.slice(0, options.examples)) if (!places.has(i)) places.set(i, places.size);
    }
  }
  const exampleSize = within(options.example, region.right - region.left, region.bottom - region.top);
  const examples = await exampleSheet(ctx, model, options, [...places.keys()], exampleSize);
  await writeWhole(join(out, examples.file), examples.bytes);
  let [count, dead] = [0, 0];
  const levels: AtlasPage['levels'][number][] = [];
  for (const { side, cells } of atlas.levels) {
    const pictures: Picture[] = [];
    const shown = cells.map((cell): PageCell => {
      const picture = icons.get(iconName(side, cell));
      if (picture) pictures.push(picture);
      else dead++;
      return {
        column: cell.column,
        row: cell.row,
        count: cell.members.length,
        classes: cell.classes.map(({ class: index, contribution }) => [index, rounded(contribution)]),
        taken: takenFor(cell.members.map((i) => atlas.points[i].predicted)),
        ...(picture && { icon: pictures.length - 1 }),
        examples: cell.members
          .slice(0, options.examples)
          .map((i) => [places.get(i) ?? 0, String(atlas.points[i].id)] as const),
      };
    });
    const sheet = `level-${side}${encoding.extension}`;
    const perRow = Math.max(1, Math.ceil(Math.sqrt(pictures.length)));
    const whole = montage(pictures.length > 0 ? pictures : [blank(size)], 0, perRow);
    await writeWhole(join(out, sheet), await encodePicture(encoding.extension, whole, encoding.quality));
    levels.push({ side, sheet, columns: perRow, cells: shown });
    count += pictures.length;
  }
  const hash = await modelHash(model);
  const about = { convscope: VERSION, layer: atlas.layer, adapters: [...adapters].sort(), ...weights };
  const page: AtlasPage = {
    ...about,
    model: model.name,
    count: atlas.points.length,
    contributionsTo: atlas.contributionsTo,
    labels: model.labels ?? [],
    icon: size,
    example: exampleSize,
    exampleColumns: examples.columns,
    examples: examples.file,
    levels,
  };
  const file = {
    ...about,
    model: { name: model.name, ...(hash !== undefined && { hash }) },
    contributionsTo: atlas.contributionsTo,
    points: atlas.points.map(({ id, place, at, predicted }) => ({ id, place, at: at.map(rounded), predicted })),
    levels: atlas.levels.map(({ side, cells }, l) => ({
      side,
      sheet: levels[l].sheet,
      cells: cells.map(({ column, row, members, classes }, i) => {
        const { icon } = levels[l].cells[i];
        return { column, row, members, classes, ...(icon !== undefined && { icon }) };
      }),
    })),
  };
  await writeWhole(join(out, 'atlas.json'), `${JSON.stringify(file)}\n`);
  const index = join(out, 'index.html');
  await writeWhole(index, atlasPage(page));
  return { icons: count, dead, index };
}

/** The most frequent classes, and how often each is there. */
function takenFor(classes: readonly number[]): PageCell['taken'] {
  const counts = new Map<number, number>();
  for (const index of classes) counts.set(index, (counts.get(index) ?? 0) + 1);
  return [...counts].sort(([i, a], [j, b]) => b - a || i - j).slice(0, SHOWN_CLASSES);
}

/** What the places of some points see in their pictures, in one sheet. */
async function exampleSheet(
  ctx: Context,
  model: Model,
  { atlas, encoding, open }: WriteOptions,
  points: readonly number[],
  size: readonly [number, number],
) {
  const fieldOf = receptiveFields(model, atlas.layer);
  using preprocessor = createPreprocessor(ctx, model);
  const pictures: Picture[] = [];
  for (const i of points) {
    const { id, place } = atlas.points[i];
    const input = await preprocessor.read(await open(String(id)));
    pictures.push(await resizePicture(cropOf(model, input, cropRegion(model, fieldOf(...place))), size));
  }
  const columns = Math.max(1, Math.ceil(Math.sqrt(pictures.length)));
  const whole = montage(pictures, 0, columns);
  return {
    columns,
    file: `examples${encoding.extension}`,
    bytes: await encodePicture(encoding.extension, whole, encoding.quality),
  };
}

/** A width and a height whose longer side is no more than `most`. */
function within(most: number, width: number, height: number): readonly [number, number] {
  const factor = Math.min(1, most / Math.max(width, height));
  return [Math.max(1, Math.round(width * factor)), Math.max(1, Math.round(height * factor))];
}

const blank = ([width, height]: readonly [number, number]): Picture => ({
  width,
  height,
  data: new Uint8ClampedArray(width * height * 4),
});

const rounded = (value: number): number => Number(value.toPrecision(4));
