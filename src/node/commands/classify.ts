// convscope classify: the most probable classes of pictures.
import type { Command } from 'commander';
import { classify } from '../../methods/forward.js';
import {
  type CommonOptions,
  integer,
  openDevice,
  openModel,
  printJson,
  readInputs,
  table,
  warnUnstated,
  withDevice,
  withModel,
} from './shared.js';

export function addClassify(program: Command): void {
  withDevice(withModel(program.command('classify')))
    .description('name the most probable classes of pictures')
    .argument(
      '[image...]',
      'picture files, one of exactly the net’s size is fed unresampled; or pictures of the toy world',
      ['world:0', 'world:1', 'world:2', 'world:3'],
    )
    .option('--top <n>', 'classes to name', '5')
    .action(async (spec: string, images: string[], options: CommonOptions & { top: string }) => {
      const top = integer('--top', options.top);
      const model = await openModel(spec, options);
      warnUnstated(model);
      using ctx = await openDevice(options);
      const results: { image: string; top: Awaited<ReturnType<typeof classify>>[number] }[] = [];
      // One picture at a time: a batch of any length then needs the memory of one.
      for (const image of images) {
        const [guesses] = await classify(ctx, model, await readInputs(ctx, model, [image]), top);
        results.push({ image, top: guesses });
        if (options.json) continue;
        console.log(image);
        console.log(table(guesses.map((g) => [`  ${g.probability.toFixed(4)}`, g.index, g.label])));
      }
      if (options.json) printJson(results);
    });
}
