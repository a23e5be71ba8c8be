// Whether the authors' nets run at their own size: chains of a class, of a hidden unit and of a caption, on weights from seeds.
import { dispose } from '../../src/core/dispose.js';
import type { Context } from '../../src/gpu/context.js';
import { type SamplerOptions, samplerStudy } from '../../src/methods/ppgn.js';
import { type Sample, sampleChains } from '../../src/methods/samples.js';
import { caption } from '../../src/objectives/caption.js';
import { logProbability } from '../../src/objectives/logProbability.js';
import { logShare } from '../../src/objectives/logShare.js';
import { createRun } from '../../src/synthesize/run.js';
import { inTurns } from '../inTurns.js';
import { type AuthorsNets, authorsNets } from './authorsNets.js';
import { type Setting, table } from './setting.js';

interface Condition {
  readonly title: string;
  readonly condition: SamplerOptions['condition'];
}

/** What the authors' scripts ask for, but for the numbers of class, unit and words. */
export const AUTHORS_CONDITIONS: readonly Condition[] = [
  { title: 'a class', condition: logProbability.make({ class: 1 }) },
  { title: 'a unit of conv5 in the middle', condition: logShare.make({ unit: 'conv5:1:6,6' }) },
  { title: 'a caption', condition: caption.make({ words: 'word1 word3 word2 word5', layer: 'fc8' }) },
];

/** The authors' numbers: sampler.py with the settings of their first script. */
const AUTHORS: Partial<Omit<SamplerOptions, 'codes'>> = {
  step: 'authors',
  epsilon1: 1e-5,
  epsilon3: 1e-17,
  rate: 1,
  decay: 0,
  spread: 1,
};

const given = ({ caffenet, generator, captioner }: AuthorsNets) => ({ generator, encoder: caffenet, captioner });

/** One chain in the authors' way, a sample for each step. */
export async function authorsChains(
  ctx: Context,
  nets: AuthorsNets,
  condition: SamplerOptions['condition'],
  steps: number,
): Promise<readonly (readonly Sample[])[]> {
  const frames: (readonly Sample[])[] = [];
  const wanted = { ...AUTHORS, condition, nets: given(nets), chains: 1, steps, every: 1 };
  for await (const frame of sampleChains(ctx, nets.caffenet, wanted)) frames.push(frame);
  return frames;
}

const ROUNDS = 3;

interface Row {
  readonly title: string;
  readonly milliseconds: number;
  readonly launches: number;
  readonly mebibytes: number;
}

export async function measure({ ctx }: Setting): Promise<readonly Row[]> {
  const nets = authorsNets();
  const rows: Row[] = [];
  for (const { title, condition } of AUTHORS_CONDITIONS) {
    const study = samplerStudy({ ...AUTHORS, condition, seeds: [0], steps: 1000 });
    const run = await createRun(
      ctx,
      nets.caffenet,
      { recipe: study, compose: (own: typeof study) => own },
      { nets: given(nets) },
    );
    try {
      const [{ milliseconds }] = await inTurns([run], ROUNDS, 1);
      const { activations, constants, leaves, prepared } = run.plan.memory;
      const bytes = activations.planned + constants + leaves + prepared;
      rows.push({ title, milliseconds, launches: run.plan.dispatches.length, mebibytes: bytes / 2 ** 20 });
    } finally {
      run[dispose]();
    }
  }
  return rows;
}

export const page = (rows: readonly Row[]): string =>
  [
    `The authors' nets at their own size, with weights from seeds: upconvfc draws 256×256 pixels, of which CaffeNet, asked and encoder in one, sees the middle 227×227, and LRCN's captioner reads
CaffeNet's scores. One chain of noiseless joint PPGN-h with the authors' steps. What they draw is noise, as the weights are; that they fit and how fast they walk is what is measured.`,
    table(
      ['', 'ms a step', 'launches', 'MiB on the device'],
      rows.map(({ title, milliseconds, launches, mebibytes }) => [
        title,
        milliseconds.toFixed(0),
        launches,
        mebibytes.toFixed(0),
      ]),
    ),
  ].join('\n\n');
