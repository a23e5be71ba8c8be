// convscope search: random search over recipes, scored by how far they raise units, what a second net says, and how natural they look.
import { join } from 'node:path';
import type { Command } from 'commander';
import { OptionError } from '../../core/errors.js';
import type { Model } from '../../graph/model.js';
import { aloneStudy } from '../../methods/gallery.js';
import { PRESETS } from '../../methods/preferred.js';
import {
  complementary,
  DRAWN_KINDS,
  type DrawnKind,
  type ImageScore,
  scoreTrials,
  searchTrials,
  type Trial,
} from '../../methods/search.js';
import { checkTakesPictures } from '../../scene/picture.js';
import type { ImageStatistics } from '../../scene/statistics.js';
import { searchedLayers } from '../../scene/unitLayers.js';
import { type GalleryPlan, PIECES, planOf, writePlan } from '../gallery/files.js';
import { createScorer, NEAREST, type Scorer, tilesOf } from '../gallery/scorer.js';
import { type ScoredTrial, type SearchResult, searchPage } from '../gallery/searchPage.js';
import { loadModel } from '../models.js';
import { makeFolder, writeWhole } from '../outputs.js';
import { requirePackages } from '../packages.js';
import { listImages } from '../sources/list.js';
import { packagesFor } from '../sources/names.js';
import { loadStatistics } from '../statistics.js';
import { type InputOptions, withInputs } from './inputs.js';
import { makeMissing } from './makeMissing.js';
import { collect } from './parts.js';
import {
  aboutModel,
  type CommonOptions,
  EXIT,
  integer,
  markOf,
  openDevice,
  openModel,
  partOf,
  printJson,
  warnUnstated,
  withDevice,
  withModel,
} from './shared.js';
import { UNIT, unitOf } from './units.js';

/** What decides the pictures of a search. */
export interface TrialOptions extends CommonOptions, InputOptions {
  readonly units: readonly string[];
  readonly trials: string;
  readonly kinds: string;
  readonly seed: string;
  readonly seeds: string;
  readonly steps?: string;
  readonly published?: boolean;
  readonly statistics?: string;
}

interface Options extends TrialOptions {
  readonly judge?: string;
  readonly images: readonly string[];
  readonly choose: string;
  readonly shard?: string;
  readonly out: string;
}

/** Default real pictures. */
const WORLD = 'world:0-299';

export function addSearch(program: Command): void {
  withInputs(withDevice(withModel(program.command('search'))))
    .description(
      'try random combinations of a recipe’s numbers on some units, score them, and show them on a page to pick from',
    )
    .option('--units <units>', `units, separated by commas: ${UNIT}; may be repeated (required)`, collect, [])
    .option('--trials <n>', 'combinations', '300')
    .option('--kinds <names>', `whose numbers: ${DRAWN_KINDS.join(', ')}, in turns`, DRAWN_KINDS.join(','))
    .option('--published', 'also the four rows of the paper’s Table 1, to compare with')
    .option('--seed <n>', 'of the combinations: the first ones are the same whatever --trials says', '0')
    .option('--seeds <list>', 'start images, one picture of each unit for each: 0,1,2', '0')
    .option('--steps <n>', 'steps in place of drawn numbers of them')
    .option(
      '--statistics <name|file>',
      'of pictures like the net’s own; default: those that belong to the net, or natural',
    )
    .option(
      '--judge <model>',
      'a second net with the same classes: how probable does it find them? Default: the net itself',
    )
    .option(
      '--images <source>',
      `real pictures to compare with: files, folders or world:0-299; may be repeated; default ${WORLD}`,
      collect,
      [],
    )
    .option('--choose <n>', 'recipes that are proposed, which complement each other', '4')
    .option(
      '--shard <i/n>',
      'make only part i of n; with all pieces in one folder, the same command without it scores them',
    )
    .requiredOption('--out <folder>', 'folder for the pieces, search.json and index.html')
    .action(async (spec: string, options: Options) => {
      const { out } = options;
      const shard = options.shard === undefined ? undefined : partOf(options.shard);
      const choose = integer('--choose', options.choose);
      const { model, statistics, trials, plan, layers } = await openTrials(spec, options);
      const second = options.judge === undefined ? model : await loadModel(options.judge, {});
      checkTakesPictures(second);
      const images = await listImages(options.images.length > 0 ? options.images : [WORLD]);
      if (images.length <= NEAREST)
        throw new OptionError('--images', `needs more than ${NEAREST}, got ${images.length}`);
      await requirePackages(packagesFor(images, true));
      await makeFolder('--out', join(out, PIECES));
      using ctx = await openDevice(options);
      await writePlan(out, plan);
      const own = trials.filter((_, i) => !shard || i % shard.parts === shard.part - 1);
      const { found, made } = await makeMissing(ctx, model, own, plan, statistics, options);
      const about = {
        model: model.name,
        adapter: ctx.adapterName,
        out,
        trials: own.length,
        found,
        made,
        ...aboutModel(model),
      };
      const complete = found + made === own.length;
      if (!complete || shard) {
        if (!complete) process.exitCode = EXIT.interrupted;
        if (options.json) printJson({ ...about, complete });
        else
          console.log(
            `${found + made} of ${own.length} trials in ${out}; the same command ${complete ? 'without --shard scores them' : 'goes on'}`,
          );
        return;
      }
      const scorer = await createScorer(ctx, model, { second, images, layers });
      const scored = await scoreAll(scorer, trials, out);
      // The paper's own rows are there to be compared with, not to be proposed.
      const drawn = trials.flatMap(({ kind }, i) => (kind === 'published' ? [] : [i]));
      const result: SearchResult = {
        convscope: plan.convscope,
        model: plan.model,
        ...markOf(model),
        judge: second.name,
        size: plan.size,
        seed: integer('--seed', options.seed),
        images: images.length,
        trials: scored.trials,
        proposed: complementary(
          drawn.map((i) => scored.trials[i].scores),
          drawn.map((i) => scored.features[i]),
          choose,
        ).map((i) => trials[drawn[i]].id),
      };
      await writeWhole(join(out, 'search.json'), `${JSON.stringify(result)}\n`);
      const index = join(out, 'index.html');
      await writeWhole(index, searchPage(result));
      if (options.json) printJson({ ...about, complete, index, proposed: result.proposed });
      else console.log(`${trials.length} trials: ${index}`);
    });
}

/** A search whose line has been checked. */
export interface OpenTrials {
  readonly model: Model;
  readonly statistics: ImageStatistics | undefined;
  readonly trials: readonly Trial[];
  readonly plan: GalleryPlan;
  /** Those of the units. */
  readonly layers: readonly string[];
}

/** Opens the net and draws the trials. @throws ModelFileError, OptionError, UnknownNameError, ShapeError */
export async function openTrials(spec: string, options: TrialOptions): Promise<OpenTrials> {
  const kinds = options.kinds.split(',').map((name) => kindOf(name.trim()));
  const model = await openModel(spec, options);
  warnUnstated(model);
  checkTakesPictures(model);
  const texts = options.units.flatMap((text) => text.split(','));
  const units = texts.map((text) => unitOf(model, text.trim()));
  if (units.length === 0) throw new OptionError('--units', 'name one at least, such as fc8:0');
  const layers = [...new Set(units.map(({ layer }) => layer))];
  searchedLayers(model, { layers });
  const statistics =
    kinds.includes('spectrum') || options.statistics !== undefined
      ? await loadStatistics(options.statistics ?? model.statistics ?? 'natural')
      : undefined;
  const trials = await searchTrials(model, {
    units,
    trials: integer('--trials', options.trials),
    kinds,
    seed: integer('--seed', options.seed),
    seeds: options.seeds.split(',').map((seed) => integer('--seeds', seed)),
    ...(options.steps !== undefined && { steps: integer('--steps', options.steps) }),
    ...(options.published && { published: true }),
    ...(statistics && { statistics }),
  });
  const plan = await planOf(model, trials, {
    contrast: 'pixels',
    presets: [...new Set(trials.map(({ preset }) => preset))].flatMap((name) => PRESETS.get(name) ?? []),
    statistics: statistics?.source,
    mark: markOf(model),
  });
  return { model, statistics, trials, plan, layers };
}

function kindOf(name: string): DrawnKind {
  const found = DRAWN_KINDS.find((kind) => kind === name);
  if (found) return found;
  throw new OptionError('--kinds', `must be of ${DRAWN_KINDS.join(', ')}, got '${name}'`);
}

/** Scores of all trials, and the features of their images one after another. */
async function scoreAll(
  scorer: Scorer,
  trials: readonly Trial[],
  out: string,
): Promise<{ readonly trials: readonly ScoredTrial[]; readonly features: readonly Float32Array[] }> {
  const shown = await tilesOf(out, trials);
  const scored = await scorer(shown);
  const all = trials.map(({ tiles }) => tiles.map((): ImageScore | undefined => undefined));
  const width = scored[0]?.features.length ?? 0;
  const features = trials.map(({ tiles }) => new Float32Array(tiles.length * width));
  for (const [i, { piece, tile }] of shown.entries()) {
    all[piece][tile] = scored[i].score;
    features[piece].set(scored[i].features, tile * width);
  }
  const summed = scoreTrials(all);
  return {
    features,
    trials: trials.map(({ id, kind, preset, index, numbers, tiles, ...piece }, i) => ({
      id,
      kind,
      preset,
      index,
      numbers,
      scores: summed[i],
      tiles: tiles.map((tile, n) => ({ ...tile, ...(all[i][n] ?? { dead: true as const }) })),
      recipe: aloneStudy(piece, 0),
    })),
  };
}
