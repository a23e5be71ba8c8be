// Films of chains as strips: one chain a row, from its start.
import type { Sample, SampleOptions } from '../../src/methods/samples.js';
import { sampleChains } from '../../src/methods/samples.js';
import { each } from '../../src/objectives/each.js';
import { logProbability } from '../../src/objectives/logProbability.js';
import { type Picture, toPicture } from '../../src/scene/input.js';
import { CLASSES } from '../../train/world/index.js';
import { NET, type Setting, sheet, table } from './setting.js';

const WANTED = ['fish', 'car'];
const FRAMES = 16;
const EVERY = 3;

const WAYS: readonly { readonly title: string; readonly options: Partial<SampleOptions> }[] = [
  { title: 'DGN-AM', options: { variant: 'dgn-am' } },
  { title: 'PPGN-h, with mini-dae', options: { variant: 'ppgn-h' } },
  { title: 'joint PPGN-h', options: {} },
  { title: 'joint PPGN-h without noise (ε₃ 0)', options: { epsilon3: 0 } },
];

export interface Strips {
  readonly shown: string;
  /** For each way and each class, the step from which the image stays as it is. */
  readonly still: readonly { readonly title: string; readonly steps: readonly number[] }[];
}

export async function measure(setting: Setting): Promise<Strips> {
  const { ctx, net, nets, codes } = setting;
  const of = WANTED.map((name) => logProbability.make({ class: CLASSES.findIndex((own) => own.name === name) }));
  const strips: Picture[][] = [];
  const still: { title: string; steps: number[] }[] = [];
  for (const { title, options } of WAYS) {
    const frames: (readonly Sample[])[] = [];
    for await (const frame of sampleChains(ctx, net, {
      ...options,
      condition: each.make({ of }),
      nets,
      codes,
      chains: of.length,
      seed: 40,
      steps: FRAMES * EVERY,
      every: EVERY,
    }))
      frames.push(frame);
    // The run ends where no chain moves any more.
    while (frames.length < FRAMES) frames.push(frames[frames.length - 1]);
    for (const n of of.keys()) strips.push(frames.map((frame) => toPicture(frame[n].image, net, 'pixels')));
    const last = frames[FRAMES - 1];
    const moved = (n: number) => frames.map((frame) => differ(frame[n].image, last[n].image)).lastIndexOf(true);
    still.push({ title, steps: [...of.keys()].map((n) => (moved(n) + 2) * EVERY) });
  }
  // All chains of one class below each other.
  const rows = of.flatMap((_, n) => WAYS.map((__, way) => strips[way * of.length + n]));
  return { shown: await sheet('chains', 'strips of chains', rows.flat(), FRAMES), still };
}

const differ = (a: Float32Array, b: Float32Array): boolean => a.some((v, i) => v !== b[i]);

export const page = ({ shown, still }: Strips): string =>
  [
    `Chains of ${WANTED.join(' and ')}, conditioned on ${NET}: every ${EVERY}rd sample, from the ${EVERY}rd to the ${FRAMES * EVERY}th. The four rows of each class start from the same code:`,
    still.map(({ title }) => `- ${title}`).join('\n'),
    shown,
    `Joint and noiseless joint PPGN-h differ in how the generator was trained: mini-generator was trained without noise, so both joint rows are of the noiseless kind, and the last one
has no noise in its step either.`,
    `A chain without noise and prior stands still once the gradient of log p is exactly zero in 32 bits; the others walk on. The step from which a chain of these stays as it is
(${FRAMES * EVERY} or more: not by the end):`,
    table(
      ['', ...WANTED],
      still.map(({ title, steps }) => [title, ...steps]),
    ),
  ].join('\n\n');
