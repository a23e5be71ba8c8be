// convscope render: makes a unit's preferred image by regularized activation maximization.
import { readFile } from 'node:fs/promises';
import { SingleBar } from 'cli-progress';
import type { Command } from 'commander';
import { OptionError } from '../../core/errors.js';
import type { Model } from '../../graph/model.js';
import { writeNpy } from '../../importers/index.js';
import { parseRecipe } from '../../methods/readRecipe.js';
import { createRecipe, type LearningRate, preset, presetFor, type Recipe } from '../../methods/recipe.js';
import { render } from '../../methods/render.js';
import type { SetImage } from '../../scene/images.js';
import { channelScale, imageShape, type Picture, toPicture } from '../../scene/input.js';
import { checkTakesPictures } from '../../scene/picture.js';
import { formatUnit, parseUnit } from '../../scene/unit.js';
import type { Rendered } from '../../synthesize/synthesize.js';
import { checkPictureName, montage, writePicture } from '../images.js';
import { checkWritable, writeWhole } from '../outputs.js';
import {
  type InputOptions,
  listImages,
  openPicture,
  readSideInputs,
  requireFor,
  Skipped,
  withInputs,
} from './inputs.js';
import {
  aboutModel,
  type CommonOptions,
  EXIT,
  integer,
  marked,
  number,
  openDevice,
  openModel,
  printJson,
  warnUnstated,
  withDevice,
  withModel,
} from './shared.js';
import { UNIT, unitOf } from './units.js';

/** Options that set numbers of the recipe, with the recipe's names for them. */
const NUMBERS = {
  decay: 'L2 decay per step (θ_decay)',
  blurRadius: 'standard deviation of the blur in pixels (θ_b_width)',
  blurEvery: 'steps from blur to blur (θ_b_every), 0 for never',
  smallValuePercentile: 'zero entries with |x| below this percentile',
  smallNormPercentile: 'zero pixels whose norm is below this percentile (θ_n_pct)',
  benefitPercentile: 'zero pixels whose signed benefit is below this percentile',
  contributionPercentile: 'zero pixels whose contribution is below this percentile (θ_c_pct)',
  direction: '1 raises the unit, -1 lowers it',
} as const;

const RATES = {
  lr: 'learning rate of the policy constant',
  maxLr: 'most the policies progress and progress01 may use',
  desiredProgress: 'rise per step that progress aims at',
  earlyProgress: 'rise per step that progress01 aims at first',
  lateProgressMult: 'times (1 − objective), the rise it aims at last',
} as const;

type Numbers = Partial<Record<keyof typeof NUMBERS | keyof typeof RATES, string>>;

interface Options extends CommonOptions, InputOptions, Numbers {
  readonly unit?: string;
  readonly preset?: string;
  readonly steps?: string;
  readonly seeds?: string;
  readonly start?: string;
  readonly startPictures?: string;
  readonly lrPolicy?: string;
  readonly recipe?: string;
  readonly snapshot: string;
  readonly contrast: string;
  readonly out: string;
  readonly records?: string;
  readonly saveRecipe?: string;
}

export function addRender(program: Command): void {
  const command = withInputs(withDevice(withModel(program.command('render'))))
    .description('make a unit’s preferred image')
    .option('--unit <unit>', `${UNIT} (required without --recipe)`)
    .option(
      '--preset <1..5|name>',
      'row of Table 1 of Yosinski et al. 2015: 1 norm, 2 decay, 3 blur, 4 contribution; 5 small, for images of about 64 pixels. Default: 3, and 5 below 128 rows of pixels',
    )
    .option('--steps <n>', 'steps')
    .option('--seeds <list>', 'start images, one picture each: 0,1,2')
    .option('--start <mean_plus_rand|randu|mean>', 'start image')
    .option(
      '--start-pictures <sources>',
      'pictures, folders or world:0-99, separated by commas: where the unit is dead from noise and other seeds, it starts from the one that it likes best',
    )
    .option('--lr-policy <constant|progress|progress01>', 'learning rate policy')
    .option('--recipe <file>', 'JSON file with the whole recipe; options on the line override it')
    .option('--snapshot <last|best|majority>', 'which image to write', 'last')
    .option('--contrast <auto|pixels>', 'stretched around mid-grey, or the very pixels the net saw', 'auto')
    .requiredOption(
      '--out <file>',
      'picture to write: .png, .jpg, .webp or .avif, several seeds as a grid; or .npy with the net’s input',
    )
    .option('--records <file>', 'JSON file for objective, norms, rate and argmax of every step')
    .option('--save-recipe <file>', 'JSON file that reproduces the run with --recipe');
  for (const [name, text] of Object.entries({ ...NUMBERS, ...RATES }))
    command.option(`--${kebab(name)} <number>`, text);
  command.action(async (spec: string, options: Options) => {
    const { snapshot } = options;
    if (snapshot !== 'last' && snapshot !== 'best' && snapshot !== 'majority') {
      throw new OptionError('--snapshot', `must be last, best or majority, got '${snapshot}'`);
    }
    const { contrast } = options;
    if (contrast !== 'auto' && contrast !== 'pixels') {
      throw new OptionError('--contrast', `must be auto or pixels, got '${contrast}'`);
    }
    const asNumbers = options.out.toLowerCase().endsWith('.npy');
    if (!asNumbers) checkPictureName('--out', options.out);
    await checkWritable('--out', options.out);
    if (options.records !== undefined) await checkWritable('--records', options.records);
    if (options.saveRecipe !== undefined) await checkWritable('--save-recipe', options.saveRecipe);
    const model = await openModel(spec, options);
    const recipe = await recipeOf(options, model);
    warnUnstated(model);
    // Otherwise the result cannot be shown. Report this before hours of computing.
    if (!asNumbers) checkTakesPictures(model);
    const sources = options.startPictures?.split(',').map((source) => source.trim()) ?? [];
    const starts = await listImages(sources);
    await requireFor([...(asNumbers ? [] : [options.out]), ...starts], options.input);
    using ctx = await openDevice(options);
    const inputs = await readSideInputs(ctx, model, [parseUnit(recipe.unit).layer], options.input);

    // The first interrupt ends the loop and writes the current result. The second one ends the process as usual.
    const interrupt = new AbortController();
    process.once('SIGINT', () => interrupt.abort());
    const bar = new SingleBar({
      format: '{bar} {value}/{total} steps  {eta_formatted} left  objective {objective}',
      stream: process.stderr,
      hideCursor: true,
    });
    const showBar = process.stderr.isTTY && !options.json;
    if (showBar) bar.start(recipe.steps, 0, { objective: '–' });
    let result: Rendered<Recipe>;
    try {
      result = await render(ctx, model, recipe, {
        snapshot,
        inputs,
        ...(starts.length > 0 && { pictures: eachPicture(starts) }),
        signal: interrupt.signal,
        onFrame: ({ step, records }) => {
          const row = records[0][records[0].length - 1];
          if (showBar) bar.update(step, { objective: row?.objective.toPrecision(5) ?? '–' });
        },
      });
    } finally {
      if (showBar) bar.stop();
    }

    // For a dead unit the result is only the noise of its start image, so no picture is written.
    const size = result.images.length / result.outcomes.length;
    const made = result.outcomes.flatMap(({ start }, n) =>
      start.by === 'dead' ? [] : [result.images.subarray(n * size, (n + 1) * size)],
    );
    if (made.length > 0 && asNumbers) await writeWhole(options.out, inputNumbers(model, made));
    else if (made.length > 0) {
      await writePicture(options.out, marked(model, montage(made.map((image) => toPicture(image, model, contrast)))));
    }
    const about = {
      model: model.name,
      adapter: ctx.adapterName,
      ...(options.input.length > 0 && { inputs: options.input }),
      ...aboutModel(model),
    };
    if (options.records)
      await writeWhole(options.records, JSON.stringify({ ...result.recipe, about, records: result.records }));
    if (options.saveRecipe)
      await writeWhole(options.saveRecipe, `${JSON.stringify({ ...result.recipe, about }, undefined, 2)}\n`);
    if (options.json) {
      printJson({
        out: made.length > 0 ? options.out : null,
        ...about,
        steps: result.steps,
        recipe: result.recipe,
        outcomes: result.outcomes,
      });
    } else {
      for (const { seed, best, majority, stuck, start } of result.outcomes) {
        if (start.by === 'dead') continue;
        const success = majority ? `its layer’s maximum from step ${majority.step}` : 'never its layer’s maximum';
        const trouble = stuck ? '; stopped, the gradient is zero' : '';
        console.log(
          `seed ${seed}: best objective ${best.objective.toPrecision(6)} at step ${best.step}, ${success}${trouble}`,
        );
      }
    }
    for (const { start } of result.outcomes) {
      if (start.by !== 'noise') console.error(`convscope: ${recipe.unit}: ${start.text}.`);
    }
    if (made.length === 0) {
      process.exitCode = EXIT.failure;
      console.error(`convscope: ${recipe.unit} has no preferred image; ${options.out} is not written.`);
    }
    if (interrupt.signal.aborted) process.exitCode = EXIT.interrupted;
  });
}

async function recipeOf(options: Options, model: Model): Promise<Recipe> {
  const fromFile = options.recipe === undefined ? undefined : parseRecipe(await readText(options.recipe));
  const text = options.unit ?? fromFile?.unit;
  if (text === undefined) throw new OptionError('--unit', 'is needed where no --recipe says it');
  const unit = formatUnit(unitOf(model, text));
  const { start } = options;
  if (start !== undefined && start !== 'mean_plus_rand' && start !== 'randu' && start !== 'mean') {
    throw new OptionError('--start', `must be mean_plus_rand, randu or mean, got '${start}'`);
  }
  const numbers: Partial<Record<keyof typeof NUMBERS, number>> = {};
  let name: keyof typeof NUMBERS;
  for (name in NUMBERS) {
    const text = options[name];
    if (text !== undefined) numbers[name] = number(`--${kebab(name)}`, text);
  }
  const named = options.preset ?? (fromFile ? undefined : presetFor(model));
  // The stored starts are valid only for exactly the run that the file describes.
  const { starts, ...rest } = fromFile ?? {};
  const same = unit === fromFile?.unit && ![options.seeds, start, named].some((said) => said !== undefined);
  const base = { ...rest, ...(same && starts && { starts }), ...(named !== undefined && preset(named)) };
  return createRecipe({
    ...base,
    ...(named !== undefined && { preset: named }),
    unit,
    ...(options.steps !== undefined && { steps: integer('--steps', options.steps) }),
    ...(options.seeds !== undefined && { seeds: options.seeds.split(',').map((s) => integer('--seeds', s)) }),
    ...(start && { start }),
    ...numbers,
    learningRate: learningRateOf(options, base.learningRate ?? preset(3).learningRate),
  });
}

/** The policy of the base recipe with the given numbers. Another policy starts from the toolbox's defaults. */
function learningRateOf(options: Options, base: LearningRate): LearningRate {
  const value = (name: keyof typeof RATES, otherwise: number) => {
    const text = options[name];
    return text === undefined ? otherwise : number(`--${kebab(name)}`, text);
  };
  const policy = options.lrPolicy ?? base.policy;
  if (policy === 'constant') return { policy, lr: value('lr', base.policy === policy ? base.lr : 1) };
  if (policy === 'progress') {
    const own = base.policy === policy ? base : { maxLr: 100, desiredProgress: 2 };
    return { policy, maxLr: value('maxLr', own.maxLr), desiredProgress: value('desiredProgress', own.desiredProgress) };
  }
  if (policy === 'progress01') {
    const own = base.policy === policy ? base : { maxLr: 1e8, earlyProgress: 1, lateProgressMult: 0.1 };
    return {
      policy,
      maxLr: value('maxLr', own.maxLr),
      earlyProgress: value('earlyProgress', own.earlyProgress),
      lateProgressMult: value('lateProgressMult', own.lateProgressMult),
    };
  }
  throw new OptionError('--lr-policy', `must be constant, progress or progress01, got '${policy}'`);
}

/** The net's input as .npy, which `run` and other commands read. */
function inputNumbers(model: Model, images: readonly Float32Array[]): Uint8Array {
  const [C, H, W] = imageShape(model);
  const scale = channelScale(model.preprocessing, C);
  const size = C * H * W;
  const input = new Float32Array(images.length * size);
  for (const [n, image] of images.entries()) {
    for (let i = 0; i < size; i++) input[n * size + i] = image[i] * scale[Math.floor(i / (H * W))];
  }
  return writeNpy([images.length, C, H, W], input);
}

/** Yields pictures one after another. Unreadable ones are reported and skipped. */
async function* eachPicture(sources: readonly string[]): AsyncGenerator<SetImage> {
  const skipped = new Skipped(false, sources.length);
  for (const id of sources) {
    let picture: Picture | undefined;
    try {
      picture = await openPicture(id);
    } catch (error) {
      skipped.add(id, error);
    }
    if (picture) yield { id, picture };
  }
  skipped.end(sources.length);
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new OptionError('--recipe', `cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const kebab = (name: string): string => name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`);
