// convscope codes: what the codes of a set of pictures are like, which samplers start from and stay near.
import type { Command } from 'commander';
import { OptionError } from '../../core/errors.js';
import { writeCodes } from '../../importers/index.js';
import { codeStatistics } from '../../methods/codes.js';
import { checkWritable, writeWhole } from '../outputs.js';
import { requirePackages } from '../packages.js';
import { listImages } from '../sources/list.js';
import { packagesFor } from '../sources/names.js';
import { openPicture, Skipped, withStrict } from './inputs.js';
import { collect } from './parts.js';
import { progressBar } from './progressBar.js';
import { type CommonOptions, openDevice, openModel, printJson, warnUnstated, withDevice, withModel } from './shared.js';

interface Options extends CommonOptions {
  readonly layer: string;
  readonly images: readonly string[];
  readonly strict?: boolean;
  readonly out: string;
}

export function addCodes(program: Command): void {
  withStrict(withDevice(withModel(program.command('codes'))))
    .description('mean and deviation of a layer over pictures: where codes of a generator start (ppgn)')
    .requiredOption('--layer <name>', 'the layer with the code, such as fc6')
    .option(
      '--images <source>',
      'pictures: a file, a folder, list.txt, shards.tar, rows.parquet, or world:0-1999; may be repeated (required)',
      collect,
      [],
    )
    .requiredOption('--out <file>', 'file to write: name.codes.safetensors')
    .action(async (spec: string, options: Options) => {
      if (options.images.length === 0) throw new OptionError('--images', 'name pictures, a folder or world:0-1999');
      await checkWritable('--out', options.out);
      const model = await openModel(spec, options);
      warnUnstated(model);
      const images = await listImages(options.images);
      await requirePackages(packagesFor(images, true));
      using ctx = await openDevice(options);
      const skipped = new Skipped(options.strict, images.length);
      const interrupt = new AbortController();
      process.once('SIGINT', () => interrupt.abort());
      const bar = progressBar('{bar} {value}/{total} pictures  {eta_formatted} left', !options.json);
      bar.start(images.length, 0);
      const statistics = await codeStatistics(
        ctx,
        model,
        options.layer,
        images.map((id) => ({ id, picture: () => openPicture(id) })),
        {
          signal: interrupt.signal,
          onUnreadable: (image, error) => skipped.add(String(image), error),
          onProgress: ({ done }) => bar.update(done),
        },
      ).finally(() => bar.stop());
      skipped.end(images.length);
      interrupt.signal.throwIfAborted();
      await writeWhole(options.out, writeCodes(statistics));
      const { pictures, mean } = statistics;
      if (options.json) printJson({ out: options.out, layer: options.layer, pictures, numbers: mean.length });
      else console.log(`${options.layer} of ${pictures} pictures, ${mean.length} numbers: ${options.out}`);
    });
}
