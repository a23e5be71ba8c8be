// What a step of each sampler costs beside one of DGN-AM, in turns.
import { dispose } from '../../src/core/dispose.js';
import { type SamplerOptions, samplerStudy } from '../../src/methods/ppgn.js';
import { caption } from '../../src/objectives/caption.js';
import { logProbability } from '../../src/objectives/logProbability.js';
import { codeNumbersOf } from '../../src/scene/codeNumbers.js';
import { createRun, type Run } from '../../src/synthesize/run.js';
import { worldImage } from '../../train/world/index.js';
import { type Cost, inTurns } from '../inTurns.js';
import { SEEDS, type Setting, table } from './setting.js';

const ROUNDS = 7;
/** Steps of one measurement. */
const STEPS = 4;
const CHAINS = [1, 4, 16];

const fish = logProbability.make({ class: 3 });
const SAMPLERS: readonly { readonly title: string; readonly options: Partial<SamplerOptions> }[] = [
  { title: 'DGN-AM', options: { variant: 'dgn-am' } },
  { title: 'PPGN-h, with mini-dae', options: { variant: 'ppgn-h' } },
  { title: 'joint PPGN-h', options: {} },
  { title: 'joint PPGN-h, a hole in a picture', options: { inpaint: {} } },
  {
    title: 'joint PPGN-h, a caption in place of the class',
    options: { condition: caption.make({ words: 'a red fish under water', of: 'reader' }) },
  },
];

interface Row {
  readonly title: string;
  readonly chains: number;
  readonly cost: Cost;
  readonly launches: number;
}

export interface Costs {
  readonly rows: readonly Row[];
}

export async function measure({ ctx, net, nets, codes }: Setting): Promise<Costs> {
  const picture = worldImage(SEEDS.holes, 0);
  const [black, white] = [0, 255];
  const mask = {
    ...picture,
    data: picture.data.map((_, i) => (i % 4 === 3 || i < picture.data.length / 4 ? white : black)),
  };
  const rows: Row[] = [];
  for (const chains of CHAINS) {
    const seeds = Array.from({ length: chains }, (_, i) => i);
    const runs: Run[] = [];
    try {
      for (const { options } of SAMPLERS) {
        const study = samplerStudy({ condition: fish, ...options, codes: true, seeds, steps: 10_000 });
        const composed = { recipe: study, compose: (own: typeof study) => own };
        const given = { nets, references: { picture, mask }, numbers: { codes: codeNumbersOf(codes) } };
        runs.push(await createRun(ctx, net, composed, given));
      }
      const costs = await inTurns(runs, ROUNDS, STEPS);
      rows.push(
        ...costs.map((cost, i) => ({
          title: SAMPLERS[i].title,
          chains,
          cost,
          launches: runs[i].plan.dispatches.length,
        })),
      );
    } finally {
      for (const run of runs) run[dispose]();
    }
  }
  return { rows };
}

export const page = ({ rows }: Costs): string =>
  [
    `A step of each sampler beside one of DGN-AM, in turns: the median of ${ROUNDS} rounds of ${STEPS} steps, and the least and the most of the rounds. Samples a second are those that one
would get by looking after every step. Only ratios are to be compared between machines.`,
    table(
      ['', 'chains', 'to DGN-AM', 'least to most', 'ms a step', 'samples a second', 'launches'],
      rows.map(({ title, chains, cost, launches }) => [
        title,
        chains,
        cost.ratio.toFixed(2),
        `${cost.least.toFixed(2)} to ${cost.most.toFixed(2)}`,
        cost.milliseconds.toFixed(0),
        ((1000 * chains) / cost.milliseconds).toFixed(1),
        launches,
      ]),
    ),
  ].join('\n\n');
