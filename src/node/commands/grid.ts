// convscope grid: what a layer sees at each place of a picture, or in each group of places, as one picture.
import { basename, extname } from 'node:path';
import type { Command } from 'commander';
import { OptionError } from '../../core/errors.js';
import { VERSION } from '../../core/version.js';
import { activationGrid } from '../../methods/activationGrid.js';
import { preprocessPicture } from '../../scene/input.js';
import { modelHash } from '../../scene/modelHash.js';
import { checkTakesPictures } from '../../scene/picture.js';
import { searchedLayers } from '../../scene/unitLayers.js';
import { gridPicture } from '../atlas/gridPicture.js';
import { checkPictureName, writePicture } from '../images.js';
import { checkWritable, writeWhole } from '../outputs.js';
import { requirePackages } from '../packages.js';
import { packagesFor } from '../sources/names.js';
import { loadStatistics } from '../statistics.js';
import { openPicture } from './inputs.js';
import { progressBar } from './progressBar.js';
import {
  aboutModel,
  type CommonOptions,
  integer,
  marked,
  markOf,
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
  readonly groups?: string;
  readonly power?: string;
  readonly steps?: string;
  readonly seed: string;
  readonly statistics?: string;
  readonly cell: string;
  readonly batch?: string;
  readonly out: string;
}

export function addGrid(program: Command): void {
  withDevice(withModel(program.command('grid')))
    .description('draw what a layer sees at each place of a picture, or in each of a few groups of places')
    .argument('<image>', 'a picture, or world:7')
    .requiredOption('--layer <layer>', 'a layer with maps, in its content after in-place layers')
    .option('--groups <n>', 'so many groups of places, found by non-negative factors, in place of single ones')
    .option('--power <number>', 'of the cosine, in what images raise; default 2')
    .option('--steps <n>', 'of each image; default 100')
    .option('--seed <n>', 'of the start that all images share', '0')
    .option(
      '--statistics <name|file>',
      'of pictures like the net’s own; default: those that belong to the net, or natural',
    )
    .option('--cell <pixels>', 'side of a cell', '64')
    .option('--batch <n>', 'images at once; default: up to 20, as many as fit into memory')
    .requiredOption('--out <file>', 'grid.png; grid.json beside it has the numbers')
    .action(async (spec: string, image: string, options: Options) => {
      const { out, layer } = options;
      checkPictureName('--out', out);
      const cell = integer('--cell', options.cell);
      if (cell < 1) throw new OptionError('--cell', `must be a whole number from 1, got ${cell}`);
      const groups = options.groups === undefined ? undefined : integer('--groups', options.groups);
      if (groups !== undefined && groups < 1)
        throw new OptionError('--groups', `must be a whole number from 1, got ${groups}`);
      const numbers = `${out.slice(0, -extname(out).length)}.json`;
      const model = await openModel(spec, options);
      warnUnstated(model);
      checkTakesPictures(model);
      searchedLayers(model, { layers: [layer] });
      const statistics = await loadStatistics(options.statistics ?? model.statistics ?? 'natural');
      await requirePackages(packagesFor([image], true));
      const picture = await openPicture(image);
      for (const file of [out, numbers]) await checkWritable('--out', file);
      using ctx = await openDevice(options);
      const bar = progressBar('{bar} {percentage} %  {eta_formatted} left', !options.json);
      const input = await preprocessPicture(ctx, model, picture);
      bar.start(1, 0);
      const grid = await activationGrid(ctx, model, input, {
        layer,
        statistics,
        seed: integer('--seed', options.seed),
        ...(groups !== undefined && { groups }),
        ...(options.power !== undefined && { power: number('--power', options.power) }),
        ...(options.steps !== undefined && { steps: integer('--steps', options.steps) }),
        ...(options.batch !== undefined && { batch: integer('--batch', options.batch) }),
        onProgress: (share) => bar.update(share),
      }).finally(() => bar.stop());
      await writePicture(
        out,
        marked(model, await gridPicture(model, input, grid, { cell, grouped: groups !== undefined })),
      );
      const hash = await modelHash(model);
      const file = {
        convscope: VERSION,
        model: { name: model.name, ...(hash !== undefined && { hash }) },
        ...markOf(model),
        adapter: ctx.adapterName,
        image,
        layer,
        size: grid.size,
        cells: grid.cells.map(({ strength, direction, weights, image: made }) => ({
          strength: Number(strength.toPrecision(6)),
          ...(groups !== undefined && { weights: weights.map((w) => Number(w.toPrecision(6))) }),
          direction: direction.map((d) => Number(d.toPrecision(6))),
          ...(!made && { dead: true }),
        })),
      };
      await writeWhole(numbers, `${JSON.stringify(file)}\n`);
      if (options.json) printJson({ ...aboutModel(model), ...file, out });
      else {
        const [H, W] = grid.size;
        const made = grid.cells.filter((one) => one.image).length;
        console.log(
          `${layer} of ${basename(image)}: ${made} ${groups === undefined ? `of ${H}×${W} places` : 'groups'}: ${out}`,
        );
      }
    });
}
