// Makes docs/directions.md and the picture of docs/methods/directions.md: how pure directions and units are by the world's truth.
// `npm run docs:directions`.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { mean, median } from 'simple-statistics';
import type { Context } from '../src/gpu/context.js';
import type { Model } from '../src/graph/model.js';
import { readDictionary, writeDictionary } from '../src/importers/index.js';
import { type DirectionMethod, type DirectionsOptions, findDirections } from '../src/methods/directions.js';
import { findTopImages, type TopLayer } from '../src/methods/topImages.js';
import { openNodeContext } from '../src/node/context.js';
import { meanOf } from '../src/node/gallery/intervals.js';
import { loadModel } from '../src/node/models.js';
import { type Dictionary, directionLayer, withDirections } from '../src/scene/directions.js';
import { receptiveFields } from '../src/scene/receptiveField.js';
import { CLASSES, worldImage } from '../train/world/index.js';
import { drawDirections } from './directions/picture.js';

const NET = 'mini-caffenet';
const LAYER = 'conv5';
/** No net was trained on the world's pictures of these seeds: one for finding directions, one for judging them. */
const SEEDS = { find: 7, judge: 8 };
const PICTURES = { find: 600, judge: 1000 };
const BEST = 20;
const CLEAR = 0.8;
/** Every fourth of the first ones: neither the best nor the worst. */
const DRAWN = [0, 4, 8, 12, 16, 20, 24, 28];

interface Way {
  readonly title: string;
  readonly method: DirectionMethod;
  readonly options: Partial<DirectionsOptions>;
}
const WAYS: readonly Way[] = [
  { title: 'principal components, 32', method: 'pca', options: { count: 32 } },
  { title: 'independent components, 32', method: 'ica', options: { count: 32 } },
  { title: 'non-negative factors, 32', method: 'nmf', options: { count: 32 } },
  {
    title: 'sparse dictionary, 128, 4 at once',
    method: 'sae',
    options: { count: 128, sparsity: { topK: 4 }, steps: 1500 },
  },
];

/** Purity of each direction of a layer that answers at all. */
interface Purities {
  readonly title: string;
  readonly count: number;
  readonly dead: number;
  readonly shares: readonly number[];
  readonly objects: number;
  readonly explained?: number;
}

export async function main(): Promise<void> {
  using ctx = await openNodeContext();
  const model = await loadModel(NET);
  const found: { readonly way: Way; readonly dictionary: Dictionary; readonly explained: number }[] = [];
  for (const way of WAYS) {
    const kept = await keptAs(way);
    if (kept) {
      found.push({ way, ...kept });
      continue;
    }
    const { dictionary, explained } = await findDirections(ctx, model, worldSet(SEEDS.find, PICTURES.find), {
      layer: LAYER,
      method: way.method,
      perImage: 16,
      ...way.options,
    });
    found.push({ way, dictionary, explained });
    await keep(way, dictionary, explained);
    console.log(`${way.title}: ${(100 * explained).toFixed(1)} %`);
  }
  // The plain dot product with non-negative factors, beside the linear map that is fitted to their weights.
  const factors = found[2].dictionary;
  const { encoder: _, ...plain } = factors;
  const dot: Dictionary = { ...plain, name: 'nmf-dot' };
  const whole = await withDirections(model, [...found.map(({ dictionary }) => dictionary), dot]);
  const layers = [LAYER, ...found.map(({ dictionary }) => directionLayer(dictionary)), directionLayer(dot)];
  const top = await findTopImages(ctx, whole, worldSet(SEEDS.judge, PICTURES.judge), { layers, k: BEST });
  const rows = top.layers.map((layer, i): Purities => {
    const own = found[i - 1];
    return {
      title: i === 0 ? `**units of ${LAYER}**` : (own?.way.title ?? 'non-negative factors, 32, by dot products'),
      ...puritiesOf(whole, layer),
      ...(own && { explained: own.explained }),
    };
  });
  await writeFile('docs/directions.md', `${page(ctx, rows)}\n`);
  const drawn = ['nmf', 'sae'].flatMap((name) => top.layers.filter(({ layer }) => layer === `${LAYER}@${name}`));
  const pictureOf = (id: number) => worldImage(SEEDS.judge, id);
  await drawDirections(ctx, whole, drawn, DRAWN, pictureOf, 'docs/images/directions-mini-caffenet.webp');
}

/** Found directions are kept, so that a changed table or picture does not find them again. */
const FOLDER = '.cache/directions';
const fileOf = (way: Way): string =>
  `${FOLDER}/${way.method}-${JSON.stringify([way.options, PICTURES.find, SEEDS.find]).replace(/[^\w]+/g, '-')}.safetensors`;

async function keptAs(way: Way): Promise<{ dictionary: Dictionary; explained: number } | undefined> {
  const bytes = await readFile(fileOf(way)).catch(() => undefined);
  if (!bytes) return undefined;
  const dictionary = readDictionary(bytes);
  return { dictionary, explained: Number(dictionary.notes?.explained) };
}

async function keep(way: Way, dictionary: Dictionary, explained: number): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  const notes = { ...dictionary.notes, explained: String(explained) };
  await writeFile(fileOf(way), writeDictionary({ ...dictionary, notes }));
}

const worldSet = (seed: number, count: number) =>
  Array.from({ length: count }, (_, id) => ({
    id,
    picture: () => {
      const { width, height, data } = worldImage(seed, id);
      return { width, height, data };
    },
  }));

/** Of each channel, the share of its best pictures whose receptive field holds most of one object: the most frequent one. */
function puritiesOf(model: Model, { layer, shape: [C], values, images, positions }: TopLayer): Omit<Purities, 'title'> {
  const fieldOf = receptiveFields(model, layer);
  const shares: number[] = [];
  const objects = new Set<number>();
  for (let c = 0; c < C; c++) {
    if (!(values[c * BEST] > 0)) continue;
    const seen = new Array<number>(1 + CLASSES.length).fill(0);
    for (let n = c * BEST; n < (c + 1) * BEST; n++) {
      const { seen: region } = fieldOf(positions[2 * n], positions[2 * n + 1]);
      seen[mostSeen(worldImage(SEEDS.judge, Number(images[n])).masks.object, region)]++;
    }
    // Background, 0, is no object.
    const most = seen.reduce((best, count, object) => (object > 0 && count > seen[best] ? object : best), 1);
    shares.push(seen[most] / BEST);
    if (seen[most] >= CLEAR * BEST) objects.add(most);
  }
  return { count: C, dead: C - shares.length, shares, objects: objects.size };
}

/** The object with the most pixels in a region; 0 where there is none. */
function mostSeen(
  mask: Uint8Array,
  { top, left, bottom, right }: { top: number; left: number; bottom: number; right: number },
): number {
  const size = Math.sqrt(mask.length);
  const pixels = new Array<number>(1 + CLASSES.length).fill(0);
  for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) pixels[mask[y * size + x]]++;
  const most = pixels.reduce((best, count, object) => (object > 0 && count > pixels[best] ? object : best), 1);
  return pixels[most] > 0 ? most : 0;
}

function page(ctx: Context, rows: readonly Purities[]): string {
  const typical = median([...rows[0].shares]);
  const table = rows.map(({ title, count, dead, shares, objects, explained }) => {
    const { value, low, high } = meanOf(shares);
    const purer = mean(shares.map((share) => (share > typical ? 1 : 0)));
    const clear = mean(shares.map((share) => (share >= CLEAR ? 1 : 0)));
    return `| ${[
      title,
      count,
      dead,
      explained === undefined ? '' : `${(100 * explained).toFixed(0)} %`,
      `${value.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`,
      `${(100 * purer).toFixed(0)} %`,
      `${(100 * clear).toFixed(0)} %`,
      objects,
    ].join(' | ')} |`;
  });
  return `# Directions

Are [directions](methods/directions.md) of a layer purer than its units? ${PICTURES.find} pictures of the toy world (\`worldImage(${SEEDS.find}, i)\`), 16 places of each, to find
directions of \`${LAYER}\` of ${NET}; ${PICTURES.judge} others (\`worldImage(${SEEDS.judge}, i)\`) to judge them. The network saw none of these. For each unit or direction, the
${BEST} pictures in which it is greatest, and in each the object that fills most of what it sees there, by the truth masks. *Purity* is the
share of the most frequent object; its mean has a 95 % interval (bootstrap over directions). *Purer* is the share of directions above
the units' median, ${typical.toFixed(2)}; *clear* the share from ${CLEAR}; *objects* how many of the ${CLASSES.length} have a clear direction. *Explained* is the share of
variance of held-out samples. \`npm run docs:directions\` makes this page. Adapter: ${ctx.adapterName}.

| | number | dead | explained | purity | purer | clear | objects |
|---|---:|---:|---:|---:|---:|---:|---:|
${table.join('\n')}`;
}
