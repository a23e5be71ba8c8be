// Holes in held-out pictures, painted with the context term and without it: how near to what was there, and whether a second net still
// names the picture right.
import { mean, median } from 'simple-statistics';
import { createRng, seedFor } from '../../src/core/rng.js';
import type { SampleOptions } from '../../src/methods/samples.js';
import { meanOf, shareOf } from '../../src/node/gallery/intervals.js';
import { each } from '../../src/objectives/each.js';
import { logProbability } from '../../src/objectives/logProbability.js';
import type { Picture } from '../../src/scene/input.js';
import type { WorldImage } from '../../train/world/index.js';
import { lookAt } from './look.js';
import {
  codesOf,
  drawnAgain,
  interval,
  JUDGE,
  lastOf,
  NET,
  percent,
  pictures,
  SEEDS,
  type Setting,
  sheet,
  table,
} from './setting.js';

const COUNT = 200;
/** Pictures of another seed, by which ε₄ is looked for. */
const TUNED = 20;
const WEIGHTS = [0, 1e-7, 1e-6, 1e-5, 1e-3];
/** The authors paint 100 of 227 pixels, in 20 steps without noise whose rate falls to nothing. */
const HOLE = 28;
const STEPS = 20;
const RATE = 0.03;
const AT_ONCE = 20;
/** Columns of the sheet. */
const SHOWN = 16;

interface Holed {
  readonly original: WorldImage;
  readonly mask: Picture;
  /** Whether each pixel is in the hole. */
  readonly open: readonly boolean[];
}

/** Of each picture: its PSNR in the hole, in decibels, and whether the judge names it right. */
interface Scores {
  readonly psnr: readonly number[];
  readonly right: readonly boolean[];
}

/** Mean sizes of a gradient's numbers, of each picture: of log p, and of the context's penalty with weight 1. */
interface Lengths {
  readonly condition: readonly number[];
  readonly context: readonly number[];
}

export interface Inpainting {
  /** Where chains start, and where they end. */
  readonly lengths: readonly [Lengths, Lengths];
  readonly tuned: readonly (Scores & { readonly weight: number })[];
  readonly painted: readonly (Scores & { readonly title: string })[];
  readonly shown: string;
}

export async function measure(setting: Setting): Promise<Inpainting> {
  const scored = async (holed: readonly Holed[], made: readonly Picture[]): Promise<Scores> => ({
    psnr: holed.map((one, i) => psnrOf(one, made[i])),
    right: (await lookAt(setting.ctx, setting.judge, made)).map(({ named }, i) => named === holed[i].original.class),
  });
  const few = pictures(TUNED, SEEDS.tuned).map(holedOf);
  const starts = await codesOf(setting, few.map(filled));
  const ends = (await chainsOf(setting, few, undefined)).map(({ code }) => code);
  const lengths = [await lengthsAt(setting, few, starts), await lengthsAt(setting, few, ends)] as const;
  const tuned = [];
  for (const weight of WEIGHTS) tuned.push({ weight, ...(await scored(few, await painted(setting, few, weight))) });

  const holed = pictures(COUNT, SEEDS.holes).map(holedOf);
  const ways = [
    { title: 'the pictures as they were', made: holed.map(({ original }) => original) },
    { title: 'the hole in the mean colour of what is around', made: holed.map(filled) },
    { title: 'where the chains start: drawn from the code of that', made: await drawnFrom(setting, holed) },
    { title: 'without context (ε₄ 0)', made: await painted(setting, holed, 0) },
    { title: 'with context (ε₄ by default)', made: await painted(setting, holed, undefined) },
  ];
  const all = [];
  for (const { title, made } of ways) all.push({ title, ...(await scored(holed, made)) });
  const rows = [ways[0].made, holed.map(emptied), ways[3].made, ways[4].made].map((row) => row.slice(0, SHOWN));
  return { lengths, tuned, painted: all, shown: await sheet('inpainting', 'painted holes', rows.flat(), SHOWN) };
}

/** The last sample of a chain for each picture, wanting the class that was there. */
async function chainsOf(
  setting: Setting,
  holed: readonly Holed[],
  epsilon4: number | undefined,
  more: Partial<SampleOptions> = {},
) {
  return lastOf(setting, {
    condition: each.make({ of: holed.map(({ original }) => logProbability.make({ class: original.class })) }),
    inpaint: epsilon4 === undefined ? {} : { epsilon4 },
    references: { picture: holed.map(({ original }) => original), mask: holed.map(({ mask }) => mask) },
    chains: holed.length,
    starts: await codesOf(setting, holed.map(filled)),
    epsilon3: 0,
    steps: STEPS,
    rate: RATE,
    lastRate: 0,
    ...more,
  });
}

/** The pictures with what their chains paint. */
async function painted(setting: Setting, holed: readonly Holed[], epsilon4: number | undefined): Promise<Picture[]> {
  const made: Picture[] = [];
  for (let from = 0; from < holed.length; from += AT_ONCE) {
    const own = holed.slice(from, from + AT_ONCE);
    const last = await chainsOf(setting, own, epsilon4);
    made.push(...own.map((one, i) => composed(one, last[i].picture)));
  }
  return made;
}

/** Holes painted with what the generator makes of the chains' first codes. */
async function drawnFrom(setting: Setting, holed: readonly Holed[]): Promise<Picture[]> {
  const made = await drawnAgain(setting, holed.map(filled));
  return holed.map((one, i) => composed(one, made[i]));
}

/** How long gradients are at some codes: a step along them alone says it. */
async function lengthsAt(setting: Setting, holed: readonly Holed[], starts: readonly Float32Array[]): Promise<Lengths> {
  const weight = 1e-6;
  // One step as long as the gradient, and no bounds in its way.
  const alone = { step: 'exact', epsilon1: 0, decay: 0, deviations: 1e6, steps: 1, rate: 1, lastRate: 1 } as const;
  const moved = async (epsilon4: number) =>
    (await chainsOf(setting, holed, epsilon4, { ...alone, starts })).map(({ code }, n) =>
      code.map((v, i) => v - starts[n][i]),
    );
  const [condition, both] = [await moved(0), await moved(weight)];
  const size = (numbers: Float32Array) => mean([...numbers].map(Math.abs));
  return {
    condition: condition.map(size),
    context: both.map((numbers, n) => size(numbers.map((v, i) => v - condition[n][i])) / weight),
  };
}

/** A hole somewhere in a picture. */
function holedOf(original: WorldImage, index: number): Holed {
  const { width, height } = original;
  const rng = createRng(seedFor(index, 'hole'));
  const [y0, x0] = [height, width].map((side) => Math.floor(rng.uniform() * (side - HOLE + 1)));
  const open = Array.from({ length: width * height }, (_, i) => {
    const [y, x] = [Math.floor(i / width), i % width];
    return y >= y0 && y < y0 + HOLE && x >= x0 && x < x0 + HOLE;
  });
  return { original, open, mask: where(open, { width, height, data: white(open.length) }, original, 0) };
}

const white = (pixels: number): Uint8ClampedArray<ArrayBuffer> => new Uint8ClampedArray(4 * pixels).fill(255);

/** `inside` where the hole is; outside the picture, times `keep`. */
function where(open: readonly boolean[], inside: Picture, { width, height, data }: Picture, keep = 1): Picture {
  const out = new Uint8ClampedArray(data.length);
  for (const [i, isOpen] of open.entries()) {
    for (let c = 0; c < 3; c++) out[4 * i + c] = isOpen ? inside.data[4 * i + c] : keep * data[4 * i + c];
    out[4 * i + 3] = 255;
  }
  return { width, height, data: out };
}

const composed = ({ original, open }: Holed, inside: Picture): Picture => where(open, inside, original);
const emptied = (holed: Holed): Picture => composed(holed, { ...holed.original, data: white(holed.open.length) });

/** The hole in the mean colour of the rest. */
function filled(holed: Holed): Picture {
  const { original, open } = holed;
  const around = open.flatMap((isOpen, i) => (isOpen ? [] : [i]));
  const colour = [0, 1, 2].map((c) => mean(around.map((i) => original.data[4 * i + c])));
  const data = white(open.length).map((v, i) => colour[i % 4] ?? v);
  return composed(holed, { ...original, data });
}

/** The peak signal to noise ratio within the hole, in decibels; infinite where nothing differs. */
function psnrOf({ original, open }: Holed, made: Picture): number {
  let [sum, count] = [0, 0];
  for (const [i, isOpen] of open.entries()) {
    if (!isOpen) continue;
    for (let c = 0; c < 3; c++) sum += (made.data[4 * i + c] - original.data[4 * i + c]) ** 2;
    count += 3;
  }
  return 10 * Math.log10(255 ** 2 / (sum / count));
}

const decibels = (psnr: readonly number[]): string =>
  psnr.every(Number.isFinite) ? `${interval(meanOf(psnr), 1)} dB` : '–';
export function page({ lengths, tuned, painted: all, shown }: Inpainting): string {
  const [, , , without, withContext] = all;
  const nearer = meanOf(withContext.psnr.map((one, i) => one - without.psnr[i]));
  const more = meanOf(withContext.right.map((one, i) => 100 * (Number(one) - Number(without.right[i]))));
  return [
    `A square of ${HOLE} of 64 pixels somewhere in each of ${COUNT} held-out pictures is painted anew by joint PPGN-h, conditioned on ${NET}, wanting the class that was there: ${STEPS} steps
without noise, the rate falling from ${RATE} to 0, from the code of the picture with its hole in the mean colour of the rest. PSNR is that of the hole alone. ${JUDGE} names the
whole picture with the hole painted. 95 % intervals over pictures: bootstrap of the mean, and Wilson’s of the share.`,
    table(
      ['', 'PSNR in the hole', 'class named right'],
      all.map(({ title, psnr, right }) => [title, decibels(psnr), percent(shareOf([...right]))]),
    ),
    `Picture by picture, context adds ${interval(nearer, 2)} dB, and ${interval(more, 1)} points of a hundred to those named right.`,
    shown,
    'Row by row: the pictures; the holes; without context; with context.',
    `### The weight of the context

Why ε₄ must be found for every generator and size: its term is a sum of squared pixels, from 0 to 255, over thousands of them, and stands beside a logarithm. On ${TUNED} other pictures, the
mean size of a gradient’s numbers (median over pictures, least to greatest):`,
    table(
      ['', 'of log p', 'of the context, ε₄ 1', 'ε₄ at which both are alike'],
      lengths.map(({ condition, context }, i) => [
        ['where chains start', 'where they end'][i],
        spread(condition),
        spread(context),
        spread(condition.map((length, n) => length / context[n])),
      ]),
    ),
    `The context’s is nearly the same everywhere. That of log p is as good as nothing where the net is certain already, so no one weight balances the two in all pictures or all along a chain.
PSNR and class by ε₄, on the same pictures:`,
    table(
      ['ε₄', 'PSNR in the hole', 'class named right'],
      tuned.map(({ weight, psnr, right }) => [
        weight === 0 ? '0' : weight.toExponential(),
        decibels(psnr),
        percent(shareOf([...right])),
      ]),
    ),
  ].join('\n\n');
}

/** The median, the least and the greatest. */
const spread = (values: readonly number[]): string => {
  const text = (v: number) => (v === 0 ? '0' : v.toExponential(0));
  return `${text(median([...values]))} (${text(Math.min(...values))} to ${text(Math.max(...values))})`;
};
