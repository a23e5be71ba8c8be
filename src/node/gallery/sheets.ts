// A finished gallery for people and programs: sheets of tiles, index.json that says where each tile is, and index.html.
import { join } from 'node:path';
import { OptionError } from '../../core/errors.js';
import type { Picture } from '../../scene/input.js';
import { type Encoding, encodePicture } from '../images.js';
import { makeFolder, writeWhole } from '../outputs.js';
import { findPiece, type GalleryPlan, picturesOf, readPlan } from './files.js';
import type { GalleryIndex, Sheet, SheetTile } from './galleryIndex.js';
import { galleryPage } from './page.js';

/** Sides of a sheet in pixels, at most: any browser decodes it. */
const MOST_PIXELS = 4096;
/** Pixels between tiles: each tile goes on in them by one, so that nothing else shows at its edges where it is enlarged. */
const GAP = 2;
const SHEETS = 'sheets';

/**
 * Joins the pieces in folders into sheets, index.json and index.html in `out`. The order of the folders changes nothing.
 *
 * @throws OptionError where the folders have parts of different galleries, or pieces are missing
 */
export async function mergeGallery(
  folders: readonly string[],
  out: string,
  encoding: Encoding,
  withPage = true,
): Promise<GalleryIndex> {
  const plans = await Promise.all(folders.map(readPlan));
  const [plan] = plans;
  const texts = plans.map((own) => JSON.stringify(own));
  const other = texts.findIndex((text) => text !== texts[0]);
  if (other > 0) {
    throw new OptionError(
      'gallery',
      `${folders[other]} has parts of another gallery than ${folders[0]}: other options, another net or version`,
    );
  }
  const found = await Promise.all(
    plan.pieces.map(async (piece) => {
      const all = await Promise.all(folders.map((folder) => findPiece(folder, piece)));
      return all.find((made) => made !== undefined);
    }),
  );
  const missing = plan.pieces.filter((_, i) => !found[i]);
  if (missing.length > 0) {
    const [{ layer, preset }] = missing;
    throw new OptionError(
      'gallery',
      `${missing.length} of ${plan.pieces.length} pieces are in none of the folders, the first of '${layer}' by ${preset}; make them, and give all folders`,
    );
  }
  await makeFolder('--out', join(out, SHEETS));
  const adapters = new Set<string>();
  const sheets: Sheet[] = [];
  const tiles: SheetTile[] = [];
  const names = new Set<string>();
  for (const group of groupsOf(plan)) {
    const [W, H] = plan.size;
    const kept: { readonly picture: Picture; readonly tile: number }[] = [];
    for (const index of group) {
      const piece = found[index];
      if (!piece) continue;
      adapters.add(piece.adapter);
      const pictures = await picturesOf(piece);
      for (const [n, { unit, seed, objective, steps, dead, remark }] of piece.tiles.entries()) {
        const { label } = plan.pieces[index].tiles[n];
        if (!dead) kept.push({ picture: pictures[n], tile: tiles.length });
        tiles.push({
          unit,
          preset: plan.pieces[index].preset,
          seed,
          ...(label !== undefined && { label }),
          objective,
          steps,
          ...(dead && { dead }),
          ...(remark !== undefined && { remark }),
        });
      }
    }
    const { layer, preset } = plan.pieces[group[0]];
    const most =
      Math.max(1, Math.floor((MOST_PIXELS + GAP) / (W + GAP))) *
      Math.max(1, Math.floor((MOST_PIXELS + GAP) / (H + GAP)));
    const count = Math.ceil(kept.length / most);
    for (let part = 0; part < count; part++) {
      const own = kept.slice(part * most, (part + 1) * most);
      const name = freeName(names, `${layer}.${preset}${count > 1 ? `.${part + 1}` : ''}`);
      const sheet = arranged(
        own.map(({ picture }) => picture),
        [W, H],
      );
      const file = `${SHEETS}/${name}${encoding.extension}`;
      await writeWhole(join(out, file), await encodePicture(encoding.extension, sheet, encoding.quality));
      for (const [i, { tile }] of own.entries()) {
        const [x, y] = placeOf(i, own.length, [W, H]);
        tiles[tile] = { ...tiles[tile], sheet: sheets.length, x, y };
      }
      sheets.push({ file, layer, preset, width: sheet.width, height: sheet.height });
    }
  }
  const { pieces: _, ...about } = plan;
  const index: GalleryIndex = { ...about, adapters: [...adapters].sort(), sheets, tiles };
  await writeWhole(join(out, 'index.json'), `${JSON.stringify(index)}\n`);
  if (withPage) await writeWhole(join(out, 'index.html'), galleryPage(index));
  return index;
}

/** Places of pieces in the plan, by layer and preset. */
function groupsOf({ pieces }: GalleryPlan): number[][] {
  const groups = new Map<string, number[]>();
  for (const [i, { layer, preset }] of pieces.entries()) {
    const key = JSON.stringify([layer, preset]);
    groups.set(key, [...(groups.get(key) ?? []), i]);
  }
  return [...groups.values()];
}

/** A file's name that no other sheet has, whatever characters a layer's name has. */
function freeName(taken: Set<string>, wanted: string): string {
  const plain = wanted.replace(/[^\w.-]+/g, '_');
  let name = plain;
  for (let i = 2; taken.has(name.toLowerCase()); i++) name = `${plain}-${i}`;
  taken.add(name.toLowerCase());
  return name;
}

const columnsOf = (count: number, [W, H]: readonly [number, number]): number =>
  Math.min(
    Math.max(1, Math.floor((MOST_PIXELS + GAP) / (W + GAP))),
    Math.ceil(Math.sqrt((count * (H + GAP)) / (W + GAP))),
  );

/** Pixels from the left and from the top. */
function placeOf(index: number, count: number, size: readonly [number, number]): readonly [x: number, y: number] {
  const columns = columnsOf(count, size);
  return [(index % columns) * (size[0] + GAP), Math.floor(index / columns) * (size[1] + GAP)];
}

/** Pictures of one size in a grid, on black. Little-endian, as every machine that has WebGPU. */
function arranged(pictures: readonly Picture[], size: readonly [number, number]): Picture {
  const columns = columnsOf(pictures.length, size);
  const [W, H] = size;
  const width = columns * (W + GAP) - GAP;
  const height = Math.ceil(pictures.length / columns) * (H + GAP) - GAP;
  const data = new Uint8ClampedArray(width * height * 4);
  const to = new Uint32Array(data.buffer).fill(0xff000000);
  for (const [i, picture] of pictures.entries()) {
    const [left, top] = placeOf(i, pictures.length, size);
    const from = new Uint32Array(Uint8Array.from(picture.data).buffer);
    for (let y = Math.max(0, top - 1); y <= Math.min(top + H, height - 1); y++) {
      const row = Math.min(Math.max(y - top, 0), H - 1) * W;
      for (let x = Math.max(0, left - 1); x <= Math.min(left + W, width - 1); x++) {
        to[y * width + x] = from[row + Math.min(Math.max(x - left, 0), W - 1)];
      }
    }
  }
  return { width, height, data };
}
