// convscope dissect as a job: parts of the set for thresholds, and once all of these are there, for overlaps.
import { join } from 'node:path';
import {
  labelledPictures,
  overlapCollectors,
  type ThresholdStates,
  thresholdCollectors,
  thresholdsOf,
} from '../../../methods/dissect.js';
import { aboutModel, type Scan, writeScan } from '../../../scan/state.js';
import { type DissectionOptions, OVERLAPS, openDissection, THRESHOLDS } from '../../commands/dissect.js';
import { readSideInputs } from '../../commands/inputs.js';
import { integer, markOf } from '../../commands/shared.js';
import { writeWhole } from '../../outputs.js';
import type { Job, Results } from '../job.js';
import { joined, scanStage } from '../scanStage.js';

export async function dissectJob(size: number, spec: string, options: DissectionOptions): Promise<Job> {
  const { model, set, plan } = await openDissection(spec, options);
  const { plain, labelled, take } = labelledPictures(plan, set);
  const names = plan.layers.map(({ layer }) => layer);
  const batch = options.batch === undefined ? {} : { batch: integer('--batch', options.batch) };
  const thresholds = thresholdCollectors(plan);
  const { source, concepts } = set;
  // The same for all parts: joined once by each process.
  let found: Promise<Scan<ThresholdStates>> | undefined;
  const thresholdsIn = (results: Results) => {
    found ??= joined(thresholds, results, THRESHOLDS);
    // A store that cannot be read may be there the next time.
    found.catch(() => {
      found = undefined;
    });
    return found;
  };
  const common = {
    model,
    size,
    strict: options.strict,
    options: async (ctx: Parameters<typeof readSideInputs>[0]) => ({
      ...batch,
      inputs: await readSideInputs(ctx, model, names, options.input),
    }),
  };
  return {
    model,
    identity: [
      await aboutModel(model),
      [thresholds.map((collector) => collector.options), plan.quantile],
      [source, concepts, set.images.map(({ id }) => id), plan.size],
      options.input,
      batch,
    ],
    files: set.images.map(({ id }) => String(id)),
    packages: ['webgpu', 'sharp'],
    stages: [
      scanStage(THRESHOLDS, { ...common, set: plain, collectors: () => thresholds }),
      scanStage(OVERLAPS, {
        ...common,
        set: labelled,
        collectors: async (results) => overlapCollectors(plan, thresholdsOf(plan, await thresholdsIn(results)), take),
      }),
    ],
    async merge(results, out) {
      const all = await thresholdsIn(results);
      const counters = overlapCollectors(plan, thresholdsOf(plan, all), take);
      const counted = await joined(counters, results, OVERLAPS);
      const files = [THRESHOLDS, OVERLAPS].map((name) => join(out, `${name}.json`));
      await writeWhole(files[0], JSON.stringify({ ...writeScan(thresholds, all), ...markOf(model) }));
      await writeWhole(files[1], JSON.stringify({ ...writeScan(counters, counted), ...markOf(model) }));
      return files;
    },
  };
}
