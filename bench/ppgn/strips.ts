// Films of chains as strips: one chain a row, from its start.
import type { Sample, SampleOptions } from '../../src/methods/samples.js';
import { sampleChains } from '../../src/methods/samples.js';
import { each } from '../../src/objectives/each.js';
import { logProbability } from '../../src/objectives/logProbability.js';
import { type Picture, toPicture } from '../../src/scene/input.js';
import { CLASSES } from '../../train/world/index.js';
import { NET, type Setting, sheet } from './setting.js';

const WANTED = ['fish', 'car'];
const FRAMES = 16;
const EVERY = 12;

const WAYS: readonly { readonly title: string; readonly options: Partial<SampleOptions> }[] = [
  { title: 'DGN-AM', options: { variant: 'dgn-am' } },
  { title: 'PPGN-h, with mini-dae', options: { variant: 'ppgn-h' } },
  { title: 'joint PPGN-h', options: {} },
  { title: 'joint PPGN-h without noise (ε₃ 0)', options: { epsilon3: 0 } },
];

export interface Strips {
  readonly shown: string;
  readonly moves: readonly { readonly title: string; readonly moved: number }[];
}

export async function measure(setting: Setting): Promise<Strips> {
  const { ctx, net, nets, codes } = setting;
  const of = WANTED.map((name) => logProbability.make({ class: CLASSES.findIndex((own) => own.name === name) }));
  const strips: Picture[][] = [];
  const moves: { title: string; moved: number }[] = [];
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
    for (const n of of.keys()) strips.push(frames.map((frame) => toPicture(frame[n].image, net, 'pixels')));
    const late = frames.slice(FRAMES / 2);
    const steps = late
      .slice(1)
      .flatMap((frame, t) => frame.map(({ image }, n) => differenceOf(image, late[t][n].image)));
    moves.push({ title, moved: steps.reduce((sum, one) => sum + one, 0) / steps.length });
  }
  // All chains of one class below each other.
  const rows = of.flatMap((_, n) => WAYS.map((__, way) => strips[way * of.length + n]));
  return { shown: await sheet('chains', 'strips of chains', rows.flat(), FRAMES), moves };
}

/** Mean difference of two images' numbers. */
const differenceOf = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, v, i) => sum + Math.abs(v - b[i]), 0) / a.length;

export const page = ({ shown, moves }: Strips): string =>
  [
    `Chains of ${WANTED.join(' and ')}, conditioned on ${NET}: every ${EVERY}th sample, from the ${EVERY}th to the ${FRAMES * EVERY}th. The four rows of each class start from the same code:`,
    moves.map(({ title }) => `- ${title}`).join('\n'),
    shown,
    `Joint and noiseless joint PPGN-h differ in how the generator was trained: mini-generator was trained without noise, so both joint rows are of the noiseless kind, and the last one
has no noise in its step either. How far a pixel’s number moves on average from one frame to the next, in the second half of the strips, of 255: ${moves.map(({ title, moved }) => `${title} ${moved.toFixed(1)}`).join('; ')}.`,
  ].join('\n\n');
