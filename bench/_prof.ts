import { preferredStudy } from '../src/methods/preferred.js';
import { openNodeContext } from '../src/node/context.js';
import { loadModel, loadStatistics } from '../src/node/index.js';
import { each } from '../src/objectives/each.js';
import { parts } from '../src/synthesize/parts.js';
import { createRun } from '../src/synthesize/run.js';
import { profile } from '../src/graph/profile.js';
export async function main([name = 'mini-caffenet', unit = 'fc8:0', batch = '20', preset='spectrum', rounds='20']: string[]) {
  using ctx = await openNodeContext();
  const model = await loadModel(name);
  const statistics = { [model.statistics ?? 'natural']: await loadStatistics(model.statistics ?? 'natural') };
  const study = preferredStudy(model, { unit, preset });
  const seeds = Array.from({ length: Number(batch) }, (_, i) => i);
  const own = parts.make('objective', study.objective);
  using run = await createRun(ctx, model, { recipe: { ...study, phases: [], objective: each.make({ of: seeds.map(() => own) }), seeds, steps: 1000 }, compose: (s) => s }, { statistics });
  run.run(2); await run.records();
  const sums = new Map<string, number>();
  let total = 0;
  for (let i = 0; i < Number(rounds); i++) {
    const rows: any = await profile(run.plan);
    for (const row of rows) { const l = row.kernel + " " + row.groups.join("x"); const ms = row.ms; sums.set(l, (sums.get(l) ?? 0) + ms); total += ms; }
  }
  for (const [l, ms] of [...sums].sort((a, b) => b[1] - a[1]).slice(0, 45)) console.log((ms / Number(rounds)).toFixed(2), l);
  console.log('total', (total / Number(rounds)).toFixed(1));
}
