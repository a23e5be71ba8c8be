// Makes docs/gallery.md and its pictures: `npm run docs:gallery [-- words of networks' names]`. It runs the commands that the page shows, by
// the built command, so that a stopped run goes on. Networks whose files are absent keep the pictures that they have.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import type { GalleryIndex, SheetTile } from '../src/node/gallery/galleryIndex.js';
import { writeWhole } from '../src/node/outputs.js';
import { escaped, type GalleryNet, type Naming, NETS } from './gallery/nets.js';

const CACHE = process.env.CONVSCOPE_GALLERY ?? '.cache/gallery';
const DOCS = 'docs';
const IMAGES = join(DOCS, 'images', 'gallery');
/** Seeds of the presets' rows: each is a line. Two cost what one costs, as a batch has two images at least. */
const SEEDS = [0, 1];
/** Pixels between tiles. */
const GAP = 4;
/** Pixels of a side of a tile on the page, at most. */
const SIDE = 168;
/** The same where there are many columns, and from how many on there are. */
const SIDE_OF_MANY = 112;
const MANY_COLUMNS = 9;
/** Classes in a row of a sheet, with all their seeds. */
const CLASSES_A_ROW = 5;
const QUALITY = 82;

export async function main(words: string[]): Promise<void> {
  await mkdir(IMAGES, { recursive: true });
  const chosen = NETS.filter(({ name }) =>
    words.every((word) => !word.startsWith('-') && name.toLowerCase().includes(word.toLowerCase())),
  );
  for (const net of chosen) {
    const missing = net.files.filter((file) => !existsSync(file));
    if (missing.length > 0) console.log(`${net.name}: ${missing.join(', ')} is absent; its pictures stay as they are`);
    else await makePictures(net);
  }
  const naming: readonly Naming[] = JSON.parse(await readFile('bench/gallery/naming.json', 'utf8'));
  const sections = NETS.flatMap((net) => section(net, naming) ?? []);
  await writeWhole(join(DOCS, 'gallery.md'), `${[INTRODUCTION, ...sections].join('\n\n')}\n`);
}

const INTRODUCTION = `# Gallery

What the presets draw, beside each other, on real networks and on ours. \`npm run docs:gallery\` makes this page and its pictures by the commands
that it shows; it goes on where it was stopped. The numbers behind it are in [methods.md](methods.md#how-good-are-they). Nobody picked a seed:
the rows show seeds 0 and 1, one line each, and the sheets of classes their first seeds side by side.`;

/** Runs a network's commands, and writes its strips and its sheet. */
async function makePictures(net: GalleryNet): Promise<void> {
  for (const { preset, steps } of net.rows) {
    const index = await gallery(net, `${net.id}-${preset}`, [
      '--units',
      net.columns.map(({ unit }) => unit).join(','),
      '--presets',
      preset,
      '--seeds',
      SEEDS.join(','),
      ...(steps === undefined ? [] : ['--steps', `${steps}`]),
    ]);
    const tiles = SEEDS.flatMap((seed) =>
      net.columns.map(({ unit }) => ({
        index,
        tile: index.tiles.find((tile) => tile.unit === unit && tile.seed === seed),
      })),
    );
    await writeTiles(tiles, net.columns.length, join(IMAGES, `${net.id}-${preset}.webp`));
  }
  const { layer, channels, preset, steps, batch, runs } = net.classes;
  const made: Placed[] = [];
  for (const seeds of runs) {
    const own = ['--layers', layer, '--units', channels.join(','), '--presets', preset, '--seeds', seeds.join(',')];
    const numbers = [
      ...(steps === undefined ? [] : ['--steps', `${steps}`]),
      ...(batch === undefined ? [] : ['--batch', `${batch}`]),
    ];
    made.push(await gallery(net, `${net.id}-classes-${seeds.join('-')}`, [...own, ...numbers]));
  }
  // All seeds of a class stand beside each other.
  const tiles = channels.flatMap((channel) =>
    made.flatMap((index) =>
      index.tiles.flatMap((tile) => (tile.unit === `${layer}:${channel}` ? [{ index, tile }] : [])),
    ),
  );
  await writeTiles(tiles, (CLASSES_A_ROW * tiles.length) / channels.length, join(IMAGES, `${net.id}-classes.webp`));
}

interface Placed extends GalleryIndex {
  readonly folder: string;
}

async function gallery(net: GalleryNet, name: string, args: readonly string[]): Promise<Placed> {
  const folder = join(CACHE, name);
  const all = ['dist/node/cli.js', 'gallery', net.model, ...net.options, ...args, '--out', folder];
  const code = await new Promise<number | null>((done, fail) => {
    spawn(process.execPath, all, { stdio: 'inherit' }).once('close', done).once('error', fail);
  });
  if (code !== 0) throw new Error(`convscope ${all.slice(1).join(' ')}: exit code ${code}`);
  const index: GalleryIndex = JSON.parse(await readFile(join(folder, 'index.json'), 'utf8'));
  return { ...index, folder };
}

/** Pictures in rows on a transparent ground; a dead unit leaves its place empty. */
async function writeTiles(
  tiles: readonly { readonly index: Placed; readonly tile: SheetTile | undefined }[],
  columns: number,
  file: string,
): Promise<void> {
  const [W, H] = tiles[0].index.size;
  const most = columns > MANY_COLUMNS ? SIDE_OF_MANY : SIDE;
  const scale = W > most ? most / W : Math.max(1, Math.floor(most / W));
  const [w, h] = [Math.round(W * scale), Math.round(H * scale)];
  const rows = Math.ceil(tiles.length / columns);
  const placed = await Promise.all(
    tiles.map(async ({ index: { folder, sheets }, tile }, i) => {
      const { sheet, x: left, y: top } = tile ?? {};
      if (sheet === undefined || left === undefined || top === undefined) return [];
      const one = sharp(join(folder, sheets[sheet].file)).extract({ left, top, width: W, height: H });
      const input = await one.resize(w, h, { kernel: 'cubic' }).png().toBuffer();
      return [{ input, left: (i % columns) * (w + GAP), top: Math.floor(i / columns) * (h + GAP) }];
    }),
  );
  const [width, height] = [columns * (w + GAP) - GAP, rows * (h + GAP) - GAP];
  const ground = { width, height, channels: 4, background: '#0000' } as const;
  await writeWhole(
    file,
    await sharp({ create: ground }).composite(placed.flat()).webp({ quality: QUALITY }).toBuffer(),
  );
}

/** Undefined for a network of which there are no pictures yet. */
function section(net: GalleryNet, naming: readonly Naming[]): string | undefined {
  const { id, name, about, command, rows, columns, classes } = net;
  const there = (file: string) => existsSync(join(IMAGES, file));
  const strips = rows.filter(({ preset }) => there(`${id}-${preset}.webp`));
  if (strips.length === 0 && !there(`${id}-classes.webp`)) return undefined;
  const parts = [`## ${name}`, about, ['```', ...command, '```'].join('\n')];
  if (strips.length > 0) {
    parts.push(
      `From left to right: ${columns.map(({ title, unit }) => `${title} (\`${unit}\`)`).join(', ')}.`,
      [
        '| preset | steps | |',
        '|---|---:|---|',
        ...strips.map(
          ({ preset, steps }) =>
            `| \`${preset}\` | ${steps ?? 'its own'} | ![${name}: ${preset}](images/gallery/${id}-${preset}.webp) |`,
        ),
      ].join('\n'),
    );
  }
  if (there(`${id}-classes.webp`)) {
    parts.push(
      `### ${name}: ${classes.channels.length} classes`,
      classes.about,
      `![${name}: classes](images/gallery/${id}-classes.webp)`,
      ...answers(net, naming),
    );
  }
  return parts.join('\n\n');
}

/** What readers said, beside what is right. */
function answers({ id, classes }: GalleryNet, naming: readonly Naming[]): string[] {
  const own = naming.filter(({ sheet }) => sheet === id);
  if (own.length === 0) return [];
  const readers = own.map(
    ({ reader, right }) =>
      `A reader of ${reader} named **${right.filter(Boolean).length} of ${right.length}** at the first guess.`,
  );
  const rows = classes.labels.map(
    (label, i) =>
      `| ${i + 1} | ${escaped(label)} | ${own.map(({ said, right }) => `${escaped(said[i])}${right[i] ? '' : ' ✗'}`).join(' | ')} |`,
  );
  const head = `| | class | ${own.map(({ reader }) => reader).join(' | ')} |`;
  return [readers.join(' '), [head, `|---:|---|${own.map(() => '---|').join('')}`, ...rows].join('\n')];
}
