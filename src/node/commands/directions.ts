// convscope directions: finds directions of a layer in pictures, which are then units.
import type { Command } from 'commander';
import { OptionError } from '../../core/errors.js';
import { writeDictionary } from '../../importers/index.js';
import { DIRECTION_METHODS, type DirectionsOptions, findDirections } from '../../methods/directions.js';
import { directionLayer, NAME_RULE } from '../../scene/directions.js';
import { checkTakesPictures } from '../../scene/picture.js';
import { searchedLayers } from '../../scene/unitLayers.js';
import { checkWritable, writeWhole } from '../outputs.js';
import { requirePackages } from '../packages.js';
import { listImages } from '../sources/list.js';
import { packagesFor } from '../sources/names.js';
import { openPicture, Skipped, withStrict } from './inputs.js';
import { collect } from './parts.js';
import { progressBar } from './progressBar.js';
import {
  aboutModel,
  type CommonOptions,
  integer,
  number,
  openDevice,
  openModel,
  printJson,
  warnUnstated,
  withDevice,
  withModel,
} from './shared.js';

interface Options extends CommonOptions {
  readonly layer: string;
  readonly method: string;
  readonly images: readonly string[];
  readonly count?: string;
  readonly name?: string;
  readonly perImage: string;
  readonly topK?: string;
  readonly l1?: string;
  readonly steps?: string;
  readonly seed: string;
  readonly strict?: boolean;
  readonly out: string;
}

export function addDirections(program: Command): void {
  withStrict(withDevice(withModel(program.command('directions'))))
    .description('find directions of a layer in pictures, which are then units: conv5@nmf:12')
    .requiredOption('--layer <layer>', 'the layer, in its content after in-place layers')
    .requiredOption(`--method <${DIRECTION_METHODS.join('|')}>`, 'how they are found')
    .option(
      '--images <source>',
      'pictures: files, folders, list.txt, shards.tar, rows.parquet or world:0-999; may be repeated (required)',
      collect,
      [],
    )
    .option('--count <n>', 'directions; default 32, or twice the channels for sae')
    .option('--name <name>', 'what follows the @ in their addresses; default the method')
    .option('--per-image <n>', 'random places of each picture’s map that are looked at', '8')
    .option('--top-k <k>', 'of sae: directions that are active at once; default 8')
    .option('--l1 <weight>', 'of sae: a penalty in place of a fixed number, such as 0.1')
    .option('--steps <n>', 'steps of sae; rounds of nmf and ica at most')
    .option('--seed <n>', 'of the places and of random starts', '0')
    .requiredOption('--out <file>', 'dictionary.safetensors')
    .action(async (spec: string, options: Options) => {
      const { out } = options;
      if (!out.endsWith('.safetensors')) throw new OptionError('--out', `must end with .safetensors, got '${out}'`);
      if (options.images.length === 0) throw new OptionError('--images', 'name pictures, a folder or world:0-999');
      const wanted = wantedOf(options);
      const model = await openModel(spec, options);
      warnUnstated(model);
      checkTakesPictures(model);
      searchedLayers(model, { layers: [wanted.layer] });
      const images = await listImages(options.images);
      await requirePackages(packagesFor(images, true));
      await checkWritable('--out', out);
      using ctx = await openDevice(options);
      const skipped = new Skipped(options.strict, images.length);
      const bar = progressBar('{bar} {value}/{total} {what}  {eta_formatted} left', !options.json);
      bar.start(images.length, 0, { what: 'pictures' });
      const found = await findDirections(
        ctx,
        model,
        images.map((id) => ({ id, picture: () => openPicture(id) })),
        {
          ...wanted,
          onUnreadable: (image, error) => skipped.add(String(image), error),
          onProgress: ({ what, done, total = done }) => {
            bar.setTotal(total);
            bar.update(done, { what });
          },
        },
      );
      bar.stop();
      skipped.end(images.length);
      const { dictionary, samples, heldOut, explained, active, silent } = found;
      await writeWhole(out, writeDictionary(dictionary));
      const layer = directionLayer(dictionary);
      if (options.json) {
        printJson({
          model: model.name,
          adapter: ctx.adapterName,
          ...aboutModel(model),
          layer,
          method: dictionary.method,
          count: dictionary.count,
          samples,
          heldOut,
          explained,
          active,
          silent,
          skipped: skipped.images,
          out,
        });
        return;
      }
      console.log(`${layer}: ${dictionary.count} directions of ${samples} samples: ${out}`);
      console.log(
        `they explain ${(100 * explained).toFixed(1)} % of the variance of ${heldOut} other samples, ${active.toFixed(1)} above 0 at once` +
          (silent > 0 ? `; ${silent} are above 0 in none of these` : ''),
      );
      console.log(`next: convscope top ${spec} --directions ${out} --unit ${layer}:0 …, or convscope render`);
    });
}

/** What the options say about the search. @throws OptionError */
function wantedOf(options: Options): DirectionsOptions {
  const { layer, count, name, perImage, topK, l1, steps, seed } = options;
  const method = DIRECTION_METHODS.find((own) => own === options.method);
  if (!method) throw new OptionError('--method', `must be ${DIRECTION_METHODS.join(', ')}, got '${options.method}'`);
  if (name !== undefined && !NAME_RULE.test(name))
    throw new OptionError(
      '--name',
      `must be letters, digits, '-', '_' and '.', and not mean, max or relevance, got '${name}'`,
    );
  const sparse = topK ?? l1;
  if (sparse !== undefined && method !== 'sae')
    throw new OptionError(topK === undefined ? '--l1' : '--top-k', `is for sae, not for ${method}`);
  if (topK !== undefined && l1 !== undefined) throw new OptionError('--l1', 'cannot be given beside --top-k');
  if (steps !== undefined && method === 'pca') throw new OptionError('--steps', 'pca has none');
  return {
    layer,
    method,
    ...(count !== undefined && { count: integer('--count', count) }),
    ...(name !== undefined && { name }),
    perImage: integer('--per-image', perImage),
    ...(topK !== undefined && { sparsity: { topK: integer('--top-k', topK) } }),
    ...(l1 !== undefined && { sparsity: { l1: number('--l1', l1) } }),
    ...(steps !== undefined && { steps: integer('--steps', steps) }),
    seed: integer('--seed', seed),
  };
}
