// `node bench/run.mjs bench/presets.ts [model] [layer] [batches] [presets]`: what a step of each preset costs beside one of plain pixels
// at the toolbox's rates, of the same objective, in turns. Prints a table: milliseconds of a step, the ratio, launches and memory.

import { PRESETS, preferredStudy } from '../src/methods/preferred.js';
import { openNodeContext } from '../src/node/context.js';
import { loadModel, loadStatistics } from '../src/node/index.js';
import { each } from '../src/objectives/each.js';
import { parts } from '../src/synthesize/parts.js';
import { createRun } from '../src/synthesize/run.js';
import { createStudy, type Study } from '../src/synthesize/study.js';
import { inTurns } from './inTurns.js';

const ROUNDS = 7;
/** Steps of one measurement. */
const STEPS = 4;

export async function main([name = 'mini-caffenet', layer = 'fc8', batches = '1,9', names]: string[]): Promise<void> {
  using ctx = await openNodeContext();
  const model = await loadModel(name);
  const known = model.statistics ?? 'natural';
  const statistics = { [known]: await loadStatistics(known) };
  const all = [...PRESETS.values()].flatMap((preset) => (preset.references ? [] : [preset.name]));
  const chosen = names?.split(',') ?? all;
  console.log(`${ctx.adapterName}; ${model.name} ${layer}; median of ${ROUNDS} rounds of ${STEPS} steps\n`);
  console.log(
    '| preset | batch | ms a step | to plain pixels | least to most | launches |\n|---|---:|---:|---:|---:|---:|',
  );
  for (const batch of batches.split(',').map(Number)) {
    const seeds = Array.from({ length: batch }, (_, i) => i);
    const open = (preset: string, plain: boolean) => {
      const study = preferredStudy(model, { unit: `${layer}:0`, preset });
      const own = parts.make('objective', study.objective);
      const objective = each.make({ of: seeds.map(() => own) });
      const whole: Study = plain
        ? createStudy({ objective, seeds, steps: 10_000 })
        : { ...study, phases: [], objective, seeds, steps: 10_000 };
      return createRun(ctx, model, { recipe: whole, compose: (s) => s }, { statistics });
    };
    for (const preset of chosen) {
      using plain = await open(preset, true);
      using run = await open(preset, false);
      const [, cost] = await inTurns([plain, run], ROUNDS, STEPS);
      const cells = [
        preset,
        batch,
        cost.milliseconds.toFixed(1),
        cost.ratio.toFixed(2),
        `${cost.least.toFixed(2)} to ${cost.most.toFixed(2)}`,
        run.plan.dispatches.length,
      ];
      console.log(`| ${cells.join(' | ')} |`);
    }
  }
}
