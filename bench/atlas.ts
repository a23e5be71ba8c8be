// Makes the atlas of examples/atlas and its picture in docs/methods/atlas.md, and prints the numbers of that page: how well classes form
// regions, whether neighbours look alike, and whether icons are what they were made for. `npm run docs:atlas`, after `npm run build`.
import { execFile } from 'node:child_process';
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { createRng } from '../src/core/rng.js';
import { atlasCollectors } from '../src/methods/atlas.js';
import type { AtlasPage } from '../src/node/atlas/page.js';
import { openNodeContext } from '../src/node/context.js';
import { encodePicture, type montage } from '../src/node/images.js';
import { loadModel } from '../src/node/models.js';
import { writeWhole } from '../src/node/outputs.js';
import type { Codes } from '../src/scan/codes.js';
import { scan } from '../src/scan/scan.js';
import { readScan } from '../src/scan/state.js';

const NET = 'mini-caffenet-robust';
const LAYER = 'pool5';
const FOLDER = '.cache/atlas';
const PAGE = 'examples/atlas';
const NAV = '<nav><a href="../">convscope</a> <a href="../../docs/methods/atlas.html">About this page</a></nav>\n<h1>';
const COMMAND = [
  '--images',
  'world:0-3999',
  '--grids',
  '8,18',
  '--quality',
  '75',
  '--examples',
  '3',
  '--example',
  '32',
];

type Picture = Parameters<typeof montage>[0][number];
interface AtlasFile {
  readonly points: readonly { readonly id: string; readonly predicted: number }[];
  readonly levels: readonly { readonly cells: readonly { readonly members: readonly number[] }[] }[];
}

export async function main(): Promise<void> {
  await promisify(execFile)(process.execPath, [
    ...['dist/node/cli.js', 'atlas', NET, '--layer', LAYER, ...COMMAND, '--out', FOLDER],
  ]);
  const html = await readFile(join(FOLDER, 'index.html'), 'utf8');
  const page: AtlasPage = JSON.parse(/id="atlas">(.*?)<\/script>/s.exec(html)?.[1] ?? '');
  await mkdir(PAGE, { recursive: true });
  for (const name of await readdir(PAGE)) if (name.endsWith('.webp')) await rm(join(PAGE, name));
  for (const name of [...page.levels.map(({ sheet }) => sheet), page.examples])
    await copyFile(join(FOLDER, name), join(PAGE, name));
  await writeFile(join(PAGE, 'index.html'), html.replace('<h1>', NAV));
  const icons = await Promise.all(page.levels.map(iconsOf(page)));
  await writeWhole(
    'docs/images/atlas-mini-caffenet.webp',
    await encodePicture('.webp', await laidOut(page, 1, icons[1]), 80),
  );
  await measure(page, icons);
}

const iconsOf =
  ({ icon: [w, h] }: AtlasPage) =>
  async ({ sheet, columns, cells }: AtlasPage['levels'][number]): Promise<(Picture | undefined)[]> =>
    Promise.all(
      cells.map(async ({ icon }) => {
        if (icon === undefined) return undefined;
        const [left, top] = [(icon % columns) * w, Math.floor(icon / columns) * h];
        const data = await sharp(join(FOLDER, sheet))
          .extract({ left, top, width: w, height: h })
          .ensureAlpha()
          .raw()
          .toBuffer();
        return { width: w, height: h, data };
      }),
    );

/** All icons of a level where they are on the map, on white. */
async function laidOut(page: AtlasPage, level: number, icons: readonly (Picture | undefined)[]): Promise<Picture> {
  const { side, cells } = page.levels[level];
  const px = 48;
  const parts = cells.flatMap(({ column, row }, i) => {
    const icon = icons[i];
    return icon ? [{ icon, left: column * px, top: row * px }] : [];
  });
  const composed = await Promise.all(
    parts.map(async ({ icon: { width, height, data }, left, top }) => ({
      input: await sharp(data, { raw: { width, height, channels: 4 } })
        .resize(px, px)
        .png()
        .toBuffer(),
      left,
      top,
    })),
  );
  const canvas = sharp({ create: { width: side * px, height: side * px, channels: 4, background: 'white' } });
  return { width: side * px, height: side * px, data: await canvas.composite(composed).raw().toBuffer() };
}

async function measure(page: AtlasPage, icons: readonly (readonly (Picture | undefined)[])[]): Promise<void> {
  const file: AtlasFile = JSON.parse(await readFile(join(FOLDER, 'atlas.json'), 'utf8'));
  using ctx = await openNodeContext();
  const model = await loadModel(NET);
  const { collectors } = atlasCollectors(model, { layer: LAYER });
  const kept = readScan(collectors, JSON.parse(await readFile(join(FOLDER, 'codes.json'), 'utf8')));
  const codes = [...(kept.states[0] as Codes).values()].map(({ row }) => row).filter((row) => row.some((v) => v !== 0));
  const mean = Float64Array.from(codes[0], (_, c) => codes.reduce((sum, row) => sum + row[c] / codes.length, 0));
  const predicted = file.points.map((point) => point.predicted);
  const rng = createRng(1);
  const shuffled = predicted
    .map((p) => [rng.uniform(), p] as const)
    .sort(([a], [b]) => a - b)
    .map(([, p]) => p);
  for (const [l, { side, cells }] of page.levels.entries()) {
    const members = file.levels[l].cells.map((cell) => cell.members);
    const purity = (classes: readonly number[]) => {
      const held = members.reduce((sum, own) => sum + own.length, 0);
      const pure = members.map((own) => {
        const counts = new Map<number, number>();
        for (const i of own) counts.set(classes[i], (counts.get(classes[i]) ?? 0) + 1);
        return Math.max(...counts.values());
      });
      return pure.reduce((a, b) => a + b, 0) / held;
    };
    const [near, far]: [number[], number[]] = [[], []];
    for (const [i, a] of cells.entries()) {
      for (const [j, b] of cells.slice(0, i).entries()) {
        const [p, q] = [icons[l][i], icons[l][j]];
        if (!p || !q) continue;
        const off = difference(p, q);
        (Math.max(Math.abs(a.column - b.column), Math.abs(a.row - b.row)) === 1 ? near : far).push(off);
      }
    }
    const set = icons[l].flatMap((picture, id) => (picture ? [{ id, picture }] : []));
    const { states } = await scan(ctx, model, set, collectors);
    const own = (row: ArrayLike<number>) => Float64Array.from(row, (v, c) => v - mean[c]);
    const targets = members.map((all) =>
      own(Float64Array.from(mean, (_, c) => all.reduce((s, i) => s + codes[i][c], 0) / all.length)),
    );
    const ranks = [...(states[0] as Codes).values()].map(({ id, row }) => {
      const likeness = targets.map((target) => cosine(own(row), target));
      return likeness.filter((value) => value > likeness[Number(id)]).length;
    });
    const named = [...(states[1] as Codes).values()].filter(
      ({ id, row }) => row.indexOf(Math.max(...row)) === cells[Number(id)].classes[0][0],
    );
    const average = (all: readonly number[]) => (all.reduce((a, b) => a + b, 0) / all.length).toFixed(3);
    console.log(
      `${side}×${side}: ${cells.length} squares; purity ${purity(predicted).toFixed(3)}, shuffled ${purity(shuffled).toFixed(3)}; ` +
        `difference of neighbours ${average(near)}, of others ${average(far)}; own square first ${average(ranks.map((r) => Number(r === 0)))}, ` +
        `in five ${average(ranks.map((r) => Number(r < 5)))}; named as its class ${(named.length / set.length).toFixed(3)}`,
    );
  }
}

/** Root mean square difference of two pictures of one size, from 0 to 1. */
const difference = (a: Picture, b: Picture): number =>
  Math.sqrt(
    [...a.data].reduce((sum, v, i) => sum + (i % 4 === 3 ? 0 : (v - b.data[i]) ** 2), 0) / (0.75 * a.data.length),
  ) / 255;

const cosine = (a: Float64Array, b: Float64Array): number =>
  a.reduce((sum, v, i) => sum + v * b[i], 0) / (Math.hypot(...a) * Math.hypot(...b));
