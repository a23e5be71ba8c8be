// convscope score: what the pictures of a gallery are worth, beside real pictures and by a second net.
import { join } from 'node:path';
import type { Command } from 'commander';
import { OptionError } from '../../core/errors.js';
import type { Context } from '../../gpu/context.js';
import type { Model } from '../../graph/model.js';
import type { ImageScore } from '../../methods/search.js';
import { modelHash } from '../../scene/modelHash.js';
import { checkTakesPictures } from '../../scene/picture.js';
import { parseUnit } from '../../scene/unit.js';
import { type GalleryPlan, readPlan } from '../gallery/files.js';
import { createScorer, type Scorer, tilesOf } from '../gallery/scorer.js';
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

/** What decides the scores. */
export interface ScoreLine extends CommonOptions {
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
    .action(async (spec: string, options: ScoreLine) => {
      const scoring = await openScore(spec, options);
      const { model, images, second } = scoring;
      await requirePackages(packagesFor(images, true));
      using ctx = await openDevice(options);
      const scores = await scoresOf(scoring, scoring.plan.pieces, await scorerOf(ctx, scoring));
      const { file, rows, tiles, about } = await writeScores(options.gallery, scoring, scores, ctx.adapterName);
      if (options.json) printJson({ ...about, ...aboutModel(model), scores: file, presets: rows });
      else
        console.log(
          `${scoresTable(rows)}\n\n${tiles} pictures by ${second.name}, beside ${images.length} real ones: ${file}`,
        );
    });
}

/** A gallery that is scored, and with what. */
export interface Scoring {
  readonly gallery: string;
  readonly plan: GalleryPlan;
  readonly model: Model;
  /** The judge. */
  readonly second: Model;
  readonly images: readonly string[];
  readonly layers: readonly string[];
}

/** Scores of the tiles of each piece; undefined for a dead unit. */
export type PieceScores = readonly (ImageScore | undefined)[];

/** Reads and checks all that is named; nothing is computed. @throws OptionError */
export async function openScore(spec: string, options: ScoreLine): Promise<Scoring> {
  const { gallery } = options;
  const plan = await readPlan(gallery);
  const model = await openModel(spec, options);
  checkTakesPictures(model);
  const hash = await modelHash(model);
  if (plan.model.hash !== hash)
    throw new OptionError('--gallery', `${gallery} is of '${plan.model.name}' with other weights than '${model.name}'`);
  const second = options.judge === undefined ? model : await loadModel(options.judge, {});
  checkTakesPictures(second);
  const images = await listImages(options.images.length > 0 ? options.images : [WORLD]);
  const layers = [...new Set(plan.pieces.flatMap(({ tiles }) => tiles.map(({ unit }) => parseUnit(unit).layer)))];
  return { gallery, plan, model, second, images, layers };
}

/** Looks at the real pictures. */
export const scorerOf = (ctx: Context, { model, second, images, layers }: Scoring): Promise<Scorer> =>
  createScorer(ctx, model, { second, images, layers });

/** Scores of some pieces of the gallery, in their order. */
export async function scoresOf(
  { gallery }: Scoring,
  pieces: GalleryPlan['pieces'],
  scorer: Scorer,
): Promise<readonly PieceScores[]> {
  const shown = await tilesOf(gallery, pieces);
  const scored = await scorer(shown);
  const scores = pieces.map(({ tiles }) => tiles.map((): ImageScore | undefined => undefined));
  for (const [i, { piece, tile }] of shown.entries()) scores[piece][tile] = scored[i].score;
  return scores;
}

/** Writes scores.json of all pieces. */
export async function writeScores(
  folder: string,
  { plan, model, second, images, layers }: Scoring,
  scores: readonly PieceScores[],
  adapter: string,
) {
  const rows = layers.flatMap((layer) =>
    plan.presets.flatMap(({ name }) => {
      const own = plan.pieces.flatMap((piece, i) => (piece.layer === layer && piece.preset === name ? scores[i] : []));
      const asked = own.some((score) => score?.transfer !== undefined);
      return own.length > 0 ? [summarize(layer, name, own, asked)] : [];
    }),
  );
  const about = { model: model.name, ...markOf(model), judge: second.name, adapter, images: images.length };
  const tiles = plan.pieces.flatMap(({ preset, tiles: own }, i) =>
    own.map(({ unit, seed, label }, n) => ({
      unit,
      preset,
      seed,
      ...(label !== undefined && { label }),
      ...scores[i][n],
    })),
  );
  const file = join(folder, 'scores.json');
  await writeWhole(file, `${JSON.stringify({ ...about, presets: rows, tiles })}\n`);
  return { file, rows, tiles: tiles.length, about };
}
