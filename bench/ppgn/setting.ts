// What all measurements of samplers share: the nets, statistics, held-out pictures of the world, and ways to draw.
import type { Context } from '../../src/gpu/context.js';
import type { Model } from '../../src/graph/model.js';
import { type Sample, type SampleOptions, sampleChains } from '../../src/methods/samples.js';
import { loadCodes } from '../../src/node/codes.js';
import type { Estimate } from '../../src/node/gallery/intervals.js';
import { montage } from '../../src/node/images.js';
import { loadModel } from '../../src/node/models.js';
import { writeWhole } from '../../src/node/outputs.js';
import { statisticsByName } from '../../src/node/statistics.js';
import { codes } from '../../src/scan/codes.js';
import { scan } from '../../src/scan/scan.js';
import { type Picture, toPicture } from '../../src/scene/input.js';
import { searchedLayers } from '../../src/scene/unitLayers.js';
import { generated } from '../../train/features.js';
import { type WorldImage, type WorldOptions, worldImage } from '../../train/world/index.js';

/** The net that is asked, and the one that judges: no sampler saw it, and no generator was trained with it. */
export const NET = 'mini-caffenet-robust';
export const JUDGE = 'mini-squeezenet';
export const STEPS = 60;

/** Seeds of the world. No net was trained on them, and none is used for two things. */
export const SEEDS = { real: 7, again: 14, starts: 11, told: 12, said: 13, tuned: 15, holes: 16, units: 17 } as const;

export interface Setting {
  readonly ctx: Context;
  readonly net: Model;
  readonly judge: Model;
  readonly nets: Readonly<Record<'generator' | 'encoder' | 'denoiser' | 'captioner' | 'reader', Model>>;
  readonly codes: Awaited<ReturnType<typeof loadCodes>>;
  readonly statistics: Awaited<ReturnType<typeof statisticsByName>>;
  /** Chains of each class. */
  readonly chains: number;
}

export async function openSetting(ctx: Context, chains: number): Promise<Setting> {
  return {
    ctx,
    chains,
    net: await loadModel(NET),
    judge: await loadModel(JUDGE),
    nets: {
      generator: await loadModel('mini-generator'),
      encoder: await loadModel('mini-encoder'),
      denoiser: await loadModel('mini-dae'),
      captioner: await loadModel('mini-captioner'),
      reader: await loadModel('mini-caffenet-robust'),
    },
    codes: await loadCodes('mini-encoder'),
    statistics: await statisticsByName(),
  };
}

/** Pictures `0 … count − 1` of the world. */
export const pictures = (count: number, seed: number, options: WorldOptions = {}): WorldImage[] =>
  Array.from({ length: count }, (_, i) => worldImage(seed, i, options));

/** The last sample of each chain, as a picture too. */
export async function lastOf(
  { ctx, net, nets, codes: known }: Setting,
  options: Omit<SampleOptions, 'nets' | 'codes'>,
  asked: Model = net,
): Promise<readonly (Sample & { readonly picture: Picture })[]> {
  let frame: readonly Sample[] = [];
  const { steps = STEPS } = options;
  for await (const next of sampleChains(ctx, asked, { steps, every: steps, nets, codes: known, ...options }))
    frame = next;
  return frame.map((sample) => ({ ...sample, picture: toPicture(sample.image, asked, 'pixels') }));
}

/** The code that the encoder finds in each picture. */
export async function codesOf({ ctx, nets: { encoder } }: Setting, shown: readonly Picture[]): Promise<Float32Array[]> {
  const { layers } = searchedLayers(encoder, { layers: ['fc6'] });
  const { states } = await scan(
    ctx,
    encoder,
    shown.map((picture, id) => ({ id, picture })),
    layers.map((layer) => codes(layer)),
  );
  return shown.map((_, i) => states[0].get(i)?.row ?? new Float32Array());
}

/** What the generator makes of the codes of pictures. */
export async function drawnAgain(setting: Setting, real: readonly Picture[]): Promise<Picture[]> {
  const { ctx, net, nets } = setting;
  const found = await codesOf(setting, real);
  const flat = new Float32Array(found.length * found[0].length);
  found.forEach((code, i) => {
    flat.set(code, i * code.length);
  });
  const images = await generated(ctx, nets.generator, flat);
  const { scale } = nets.generator.preprocessing;
  const size = images.length / real.length;
  return real.map((_, i) => {
    const own = images.subarray(i * size, (i + 1) * size).map((v) => v / (typeof scale === 'number' ? scale : 1));
    return toPicture(own, { ...net, preprocessing: nets.generator.preprocessing }, 'pixels');
  });
}

/** `0.84 (0.75 to 0.90)` */
export const interval = ({ value, low, high }: Estimate, digits = 2): string =>
  Number.isNaN(value) ? '–' : `${value.toFixed(digits)} (${low.toFixed(digits)} to ${high.toFixed(digits)})`;

/** `84 % (75 to 90)` */
export const percent = ({ value, low, high }: Estimate): string => {
  const whole = (share: number) => (100 * share).toFixed(0);
  return Number.isNaN(value) ? '–' : `${whole(value)} % (${whole(low)} to ${whole(high)})`;
};

/** Rows of cells as Markdown: the first column to the left, all others to the right. */
export const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]): string =>
  [head, head.map((_, i) => (i === 0 ? '---' : '---:')), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/** Where the pictures of docs/ppgn.md are. */
const FOLDER = 'docs/images/ppgn';

/** Writes pictures as a sheet, those of other sizes at that of the first, and gives its Markdown. */
export async function sheet(
  name: string,
  text: string,
  shown: readonly Picture[],
  columns: number,
  quality = 80,
): Promise<string> {
  const { default: sharp } = await import('sharp');
  const [{ width: w, height: h }] = shown;
  const alike: Picture[] = [];
  for (const one of shown) {
    const raw = { width: one.width, height: one.height, channels: 4 } as const;
    const isAlike = one.width === w && one.height === h;
    alike.push(
      isAlike ? one : { width: w, height: h, data: await sharp(one.data, { raw }).resize(w, h).raw().toBuffer() },
    );
  }
  const { width, height, data } = montage(alike, 2, columns);
  const image = sharp(data, { raw: { width, height, channels: 4 } }).flatten({ background: 'white' });
  await writeWhole(`${FOLDER}/${name}.webp`, await image.webp({ quality }).toBuffer());
  return `![${text}](images/ppgn/${name}.webp)`;
}
