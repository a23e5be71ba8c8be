// convscope classify: prints the most probable classes of pictures.
import type { Command } from 'commander';
import { classify } from '../../scene/forward.js';
import { outputLayer } from '../../scene/outputs.js';
import { listImages } from '../sources/list.js';
import { isArray } from '../sources/names.js';
import {
  eachInput,
  type InputOptions,
  imageSources,
  readSideInputs,
  requireFor,
  Skipped,
  withInputs,
  withStrict,
} from './inputs.js';
import {
  aboutModel,
  type CommonOptions,
  integer,
  openDevice,
  openModel,
  printJson,
  table,
  warnUnstated,
  withDevice,
  withModel,
} from './shared.js';

/** Default pictures. */
const WORLD = 'world:0-3';

export function addClassify(program: Command): void {
  withStrict(withInputs(withDevice(withModel(program.command('classify')))))
    .description('print the most probable classes of pictures')
    .argument(
      '[image...]',
      `pictures: files, folders, list.txt, shards.tar, rows.parquet or addresses (pictures of exactly the net’s size are not resampled), .npy files, or pictures of the toy world; default ${WORLD}`,
    )
    .option('--top <n>', 'classes to name', '5')
    .action(async (spec: string, images: string[], options: CommonOptions & InputOptions & { top: string }) => {
      const top = integer('--top', options.top);
      const model = await openModel(spec, options);
      const named = imageSources(model, images, options.input, WORLD);
      const sources = await listImages(named);
      if (!sources.every(isArray)) warnUnstated(model);
      await requireFor(sources, options.input);
      const skipped = new Skipped(options.strict, sources.length);
      using ctx = await openDevice(options);
      const inputs = await readSideInputs(ctx, model, [outputLayer(model)], options.input);
      const results: { image: string; top: Awaited<ReturnType<typeof classify>>[number] }[] = [];
      // One picture at a time, so that any number of pictures needs the memory of one.
      for await (const { image, data } of eachInput(ctx, model, sources, skipped)) {
        for (const guesses of await classify(ctx, model, data, top, { inputs })) {
          results.push({ image, top: guesses, ...aboutModel(model) });
          if (options.json) continue;
          console.log(image);
          console.log(table(guesses.map((g) => [`  ${g.probability.toFixed(4)}`, g.index, g.label])));
        }
      }
      if (options.json) printJson(results);
    });
}
