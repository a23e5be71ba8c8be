// The files of a finished dissection: a table for each layer, all numbers as JSON, the top pictures of each unit, and the page.
import { join } from 'node:path';
import type { Model } from '../../graph/model.js';
import type { DissectionPlan } from '../../methods/dissect.js';
import type { TopMask } from '../../methods/topMasks.js';
import type { ImageId } from '../../scene/images.js';
import { imageShape, type Picture } from '../../scene/input.js';
import type { LabelledSet } from '../../scene/labels.js';
import { pixelAttrs } from '../../scene/picture.js';
import { encodePicture, montage } from '../images.js';
import { makeFolder, writeWhole } from '../outputs.js';
import { resultCsv } from './csv.js';
import { type DissectionFile, dissectionPage } from './page.js';

const PICTURES = 'units';
/** About the longer side of a picture on the page; small ones are enlarged by a whole factor. */
const SHOWN = 128;
const QUALITY = 82;
const GAP = 3;
/** Files that are written at once. */
const AT_ONCE = 8;
/** What is left of the light where a unit is not active: the authors' alpha. */
const ALPHA = 0.2;

/** Writes the report into `out` and returns the path of its page. `mark` marks pictures of nets that were never trained. */
export async function writeReport(
  out: string,
  plan: DissectionPlan,
  file: DissectionFile,
  masks: ReadonlyMap<ImageId, readonly TopMask[]>,
  { images }: LabelledSet,
  mark: (picture: Picture) => Picture,
): Promise<string> {
  await makeFolder('--out', join(out, PICTURES));
  const names = fileNames(file.layers.map(({ layer }) => layer));
  const tables = names.map((name) => `${name}-result.csv`);
  for (const [l, layer] of file.layers.entries()) await writeWhole(join(out, tables[l]), resultCsv(file, layer));
  await writeWhole(join(out, 'dissection.json'), `${JSON.stringify(file)}\n`);

  const size = shownSize(plan.model);
  const tiles = new Map<string, Picture[]>();
  for (const { id, load } of images) {
    const own = masks.get(id);
    if (!own) continue;
    const shown = await shownPicture(plan.model, (await load()).picture, size);
    for (const { layer, unit, rank, bits } of own) {
      const key = `${layer} ${unit}`;
      const strip = tiles.get(key) ?? [];
      strip[rank] = dimmed(shown, bits, plan.size);
      tiles.set(key, strip);
    }
  }
  const stripOf = (l: number, unit: number) => `${PICTURES}/${names[l]}-${String(unit).padStart(4, '0')}.jpg`;
  const columns = Math.max(1, ...[...tiles.values()].map((strip) => strip.length));
  const write = async ([key, strip]: readonly [string, readonly Picture[]]) => {
    const [l, unit] = key.split(' ').map(Number);
    const own = strip.filter((tile) => tile);
    await writeWhole(
      join(out, stripOf(l, unit)),
      await encodePicture('.jpg', mark(montage(own, GAP, columns)), QUALITY),
    );
  };
  const all = [...tiles];
  for (let from = 0; from < all.length; from += AT_ONCE) await Promise.all(all.slice(from, from + AT_ONCE).map(write));
  const index = join(out, 'index.html');
  const strips = {
    width: columns * (size[0] + GAP) - GAP,
    height: size[1],
    of: (l: number, unit: number) => (tiles.has(`${l} ${unit}`) ? stripOf(l, unit) : undefined),
  };
  await writeWhole(index, dissectionPage(file, strips, tables));
  return index;
}

/** Names of layers as names of files, each another one. */
function fileNames(layers: readonly string[]): readonly string[] {
  const names: string[] = [];
  for (const layer of layers) {
    const plain = layer.replace(/[^\w.-]+/g, '_');
    let name = plain;
    for (let n = 2; names.includes(name); n++) name = `${plain}-${n}`;
    names.push(name);
  }
  return names;
}

function shownSize(model: Model): readonly [width: number, height: number] {
  const [, H, W] = imageShape(model);
  const longer = Math.max(H, W);
  const factor = longer > SHOWN ? SHOWN / longer : Math.max(1, Math.floor(SHOWN / longer));
  return [Math.max(1, Math.round(W * factor)), Math.max(1, Math.round(H * factor))];
}

/** The part of a picture that the net is shown. */
async function shownPicture(
  model: Model,
  { width, height, data }: Picture,
  [w, h]: readonly [number, number],
): Promise<Picture> {
  const { default: sharp } = await import('sharp');
  const { crop } = pixelAttrs(model, height, width);
  const part = {
    left: Math.floor(crop.left),
    top: Math.floor(crop.top),
    width: Math.max(1, Math.floor(crop.width)),
    height: Math.max(1, Math.floor(crop.height)),
  };
  const raw = sharp(data, { raw: { width, height, channels: 4 } })
    .extract(part)
    .flatten({ background: 'white' });
  const shown = await raw.resize(w, h, { fit: 'fill' }).ensureAlpha().raw().toBuffer();
  return { width: w, height: h, data: new Uint8ClampedArray(shown) };
}

/** A picture that keeps its light only at the places of a mask. */
function dimmed(
  { width, height, data }: Picture,
  bits: Uint8Array,
  [rows, columns]: readonly [number, number],
): Picture {
  const out = new Uint8ClampedArray(data);
  for (let y = 0; y < height; y++) {
    const row = Math.floor(((y + 0.5) * rows) / height) * columns;
    for (let x = 0; x < width; x++) {
      const place = row + Math.floor(((x + 0.5) * columns) / width);
      if (bits[place >> 3] & (1 << (place & 7))) continue;
      const at = (y * width + x) * 4;
      for (let c = at; c < at + 3; c++) out[c] = data[c] * ALPHA;
    }
  }
  return { width, height, data: out };
}
