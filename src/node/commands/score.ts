// convscope score: what the pictures of a gallery are worth, beside real pictures and by a second net.
import { join } from 'node:path';
import type { Command } from 'commander';
import { OptionError } from '../../core/errors.js';
import type { ImageScore } from '../../methods/search.js';
import { modelHash } from '../../scene/modelHash.js';
import { checkTakesPictures } from '../../scene/picture.js';
import { parseUnit } from '../../scene/unit.js';
import { readPlan } from '../gallery/files.js';
import { createScorer, tilesOf } from '../gallery/scorer.js';
import { scoresTable, summarize } from '../gallery/scores.js';
import { loadModel } from '../models.js';
import { writeWhole } from '../outputs.js';
import { requirePackages } from '../packages.js';
import { listImages } from '../sources/list.js';
import { packagesFor } from '../sources/names.js';
import { collect } from './parts.js';
import {
  aboutModel,
  type CommonOptions,
  markOf,
  openDevice,
  openModel,
  printJson,
  withDevice,
  withModel,
} from './shared.js';

interface Options extends CommonOptions {
  readonly gallery: string;
  readonly judge?: string;
  readonly images: readonly string[];
}

/** Default real pictures. */
const WORLD = 'world:0-299';

export function addScore(program: Command): void {
  withDevice(withModel(program.command('score')))
    .description('score the pictures of a gallery beside real ones: scores.json, and a table with 95 % intervals')
    .requiredOption('--gallery <folder>', 'what convscope gallery wrote, with its pieces')
    .option('--judge <model>', 'a second net with the same classes. Default: the net itself')
    .option(
      '--images <source>',
      `real pictures to compare with: files, folders or world:0-299; may be repeated; default ${WORLD}`,
      collect,
      [],
    )
    .action(async (spec: string, options: Options) => {
      const { gallery } = options;
      const plan = await readPlan(gallery);
      const model = await openModel(spec, options);
      checkTakesPictures(model);
      const hash = await modelHash(model);
      if (plan.model.hash !== hash)
        throw new OptionError(
          '--gallery',
          `${gallery} is of '${plan.model.name}' with other weights than '${model.name}'`,
        );
      const second = options.judge === undefined ? model : await loadModel(options.judge, {});
      checkTakesPictures(second);
      const images = await listImages(options.images.length > 0 ? options.images : [WORLD]);
      await requirePackages(packagesFor(images, true));
      const layers = [...new Set(plan.pieces.flatMap(({ tiles }) => tiles.map(({ unit }) => parseUnit(unit).layer)))];
      const shown = await tilesOf(gallery, plan.pieces);
      using ctx = await openDevice(options);
      const scorer = await createScorer(ctx, model, { second, images, layers });
      const scored = await scorer(shown);
      const scores = plan.pieces.map(({ tiles }) => tiles.map((): ImageScore | undefined => undefined));
      for (const [i, { piece, tile }] of shown.entries()) scores[piece][tile] = scored[i].score;
      const rows = layers.flatMap((layer) =>
        plan.presets.flatMap(({ name }) => {
          const own = plan.pieces.flatMap((piece, i) =>
            piece.layer === layer && piece.preset === name ? scores[i] : [],
          );
          const asked = own.some((score) => score?.transfer !== undefined);
          return own.length > 0 ? [summarize(layer, name, own, asked)] : [];
        }),
      );
      const about = {
        model: model.name,
        ...markOf(model),
        judge: second.name,
        adapter: ctx.adapterName,
        images: images.length,
      };
      const tiles = plan.pieces.flatMap(({ preset, tiles: own }, i) =>
        own.map(({ unit, seed, label }, n) => ({
          unit,
          preset,
          seed,
          ...(label !== undefined && { label }),
          ...scores[i][n],
        })),
      );
      const file = join(gallery, 'scores.json');
      await writeWhole(file, `${JSON.stringify({ ...about, presets: rows, tiles })}\n`);
      if (options.json) printJson({ ...about, ...aboutModel(model), scores: file, presets: rows });
      else
        console.log(
          `${scoresTable(rows)}\n\n${tiles.length} pictures by ${second.name}, beside ${images.length} real ones: ${file}`,
        );
    });
}
