// convscope top as a job: parts of the set, whose best pictures are joined.
import { join } from 'node:path';
import { topImagesOf } from '../../../methods/topImages.js';
import { aboutModel } from '../../../scan/state.js';
import { readSideInputs } from '../../commands/inputs.js';
import { integer, markOf } from '../../commands/shared.js';
import { collectorOf, openSearch, type SearchOptions, setOf } from '../../commands/top.js';
import { writeWhole } from '../../outputs.js';
import { packagesFor } from '../../sources/names.js';
import type { Job } from '../job.js';
import { joined, scanStage } from '../scanStage.js';

const STAGE = 'top';
const FILE = 'top.json';

export async function topJob(
  size: number,
  spec: string,
  given: readonly string[],
  options: SearchOptions,
): Promise<Job> {
  const search = await openSearch(spec, given, options);
  const { model, layers, k, images } = search;
  const collectors = [collectorOf(search)] as const;
  const names = layers.map(({ layer }) => layer);
  const batch = options.batch === undefined ? {} : { batch: integer('--batch', options.batch) };
  return {
    model,
    identity: [await aboutModel(model), collectors[0].options, images, options.input, batch],
    files: images,
    packages: packagesFor(images),
    stages: [
      scanStage(STAGE, {
        model,
        set: setOf(images),
        size,
        strict: options.strict,
        collectors: () => collectors,
        options: async (ctx) => ({ ...batch, inputs: await readSideInputs(ctx, model, names, options.input) }),
      }),
    ],
    tables: [FILE],
    async merge(results, out) {
      const top = topImagesOf(await joined(collectors, results, STAGE), k, layers);
      const file = join(out, FILE);
      await writeWhole(file, JSON.stringify({ ...top, ...markOf(model) }));
      return [file];
    },
  };
}
