// convscope render: makes a unit's preferred image by regularized activation maximization.
import type { Command } from 'commander';
import { OptionError } from '../../core/errors.js';
import type { Context } from '../../gpu/context.js';
import type { Model } from '../../graph/model.js';
import { writeNpy } from '../../importers/index.js';
import { REFERENCES } from '../../methods/presets/vital.js';
import type { Recipe } from '../../methods/recipe.js';
import { bestPictures } from '../../methods/references.js';
import { type RenderOptions, render } from '../../methods/render.js';
import type { Parts } from '../../parts/part.js';
import type { ForwardOptions } from '../../scene/forward.js';
import type { SetImage } from '../../scene/images.js';
import { channelScale, imageShape, type Picture, toPicture } from '../../scene/input.js';
import { outputLayer } from '../../scene/outputs.js';
import { checkTakesPictures } from '../../scene/picture.js';
import { parseUnit } from '../../scene/unit.js';
import { aboutRun, otherModel, otherStatistics, statisticsOf } from '../../synthesize/about.js';
import type { Run } from '../../synthesize/run.js';
import { resolve, type Study, toSpecs } from '../../synthesize/study.js';
import type { Frame, Rendered } from '../../synthesize/synthesize.js';
import { checkPictureName, montage, writePicture } from '../images.js';
import { checkWritable, writeWhole } from '../outputs.js';
import { listImages } from '../sources/list.js';
import { statisticsByName } from '../statistics.js';
import { type InputOptions, openPicture, readSideInputs, requireFor, Skipped, withInputs } from './inputs.js';
import { loadPlugins } from './parts.js';
import { progressBar } from './progressBar.js';
import {
  aboutModel,
  type CommonOptions,
  EXIT,
  marked,
  openDevice,
  openModel,
  printJson,
  warnUnstated,
  withDevice,
  withModel,
} from './shared.js';
import { type WantedOptions, wantedOf, withWanted } from './wanted.js';

interface Options extends CommonOptions, InputOptions, WantedOptions {
  readonly plugin: readonly string[];
  readonly startPictures?: string;
  readonly references?: string;
  readonly snapshot?: string;
  readonly contrast?: string;
  readonly out: string;
  readonly records?: string;
  readonly saveRecipe?: string;
}

/** Real pictures that a picture is compared with, at most: as many as VITAL has. */
const REFERENCE_COUNT = 50;

export function addRender(program: Command): void {
  withWanted(withInputs(withDevice(withModel(program.command('render')))))
    .description('make a unit’s preferred image, or that of any study')
    .option(
      '--start-pictures <sources>',
      'pictures, folders or world:0-99, separated by commas: where the unit is dead from noise and other seeds, it starts from the one that it likes best',
    )
    .option(
      '--references <sources>',
      `real pictures, folders or world:0-999, separated by commas, that parts with picture or pictures '${REFERENCES}' compare with: of more than ${REFERENCE_COUNT} those that the unit likes best`,
    )
    .option('--snapshot <last|best|majority>', 'which image to write (default: last)')
    .option('--contrast <auto|pixels>', 'stretched around mid-grey, or the very pixels the net saw (default: auto)')
    .requiredOption(
      '--out <file>',
      'picture to write: .png, .jpg, .webp or .avif, several seeds as a grid; or .npy with the net’s input',
    )
    .option('--records <file>', 'JSON file for objective, norms, rate and argmax of every step')
    .option('--save-recipe <file>', 'JSON file that reproduces the run with --recipe')
    .action(async (spec: string, options: Options) => {
      const shown = shownBy(options, '--');
      const asNumbers = options.out.toLowerCase().endsWith('.npy');
      if (!asNumbers) checkPictureName('--out', options.out);
      await checkWritable('--out', options.out);
      if (options.records !== undefined) await checkWritable('--records', options.records);
      if (options.saveRecipe !== undefined) await checkWritable('--save-recipe', options.saveRecipe);
      const model = await openModel(spec, options);
      const { registry, own } = await loadPlugins(options.plugin);
      const statistics = await statisticsByName(...(options.statistics === undefined ? [] : [options.statistics]));
      const { run, unit, about: before } = await wantedOf(options, model, registry);
      const { label, layers, takesPictures, canLead } = targetOf(run, unit, model, registry);
      const real = await listImages(options.references?.split(',').map((source) => source.trim()) ?? []);
      checkReferences(run, real, unit);
      warnUnstated(model);
      const other = await otherModel(before, model);
      if (other) console.error(`convscope: ${options.recipe ?? options.from}: ${other}.`);
      const used = run.method === 'synthesize' ? statisticsOf(run, statistics) : {};
      for (const name of await otherStatistics(before, used)) {
        console.error(
          `convscope: ${options.recipe ?? options.from}: it was made with other statistics '${name}'; the pictures will differ. Name the file with --statistics.`,
        );
      }
      // A picture also says what of its run it shows, and what its net was given.
      const saved = options.from === undefined ? {} : fieldsOf(before);
      const { snapshot = 'last', contrast = 'auto' } = {
        ...shownBy(fieldsOf(saved.picture), 'about.picture.'),
        ...shown,
      };
      if (snapshot === 'majority' && !canLead) {
        throw new OptionError(
          '--snapshot',
          `majority is the first image whose unit leads its layer, and ${label} is not one value of a layer`,
        );
      }
      const given = options.input.length > 0 ? options.input : numbersIn(saved.inputs);
      const { stopped } = fieldsOf(saved.picture);
      if (stopped !== undefined) {
        console.error(
          `convscope: ${options.from} was saved at step ${stopped} of a run that was stopped; this one goes on.`,
        );
      }
      // Otherwise the result cannot be shown. Report this before hours of computing.
      if (!asNumbers) checkTakesPictures(model);
      const sources = options.startPictures?.split(',').map((source) => source.trim()) ?? [];
      if (sources.length > 0 && !takesPictures) {
        throw new OptionError('--start-pictures', 'a picture is no start for these variables; take pixels or fourier');
      }
      const starts = await listImages(sources);
      await requireFor([...(asNumbers ? [] : [options.out]), ...starts, ...real], given);
      using ctx = await openDevice(options);
      const inputs = await readSideInputs(ctx, model, layers, given);
      const compared = await referencesOf(ctx, model, real, unit, inputs);

      // The first interrupt ends the loop and writes the current result. The second one ends the process as usual.
      const interrupt = new AbortController();
      process.once('SIGINT', () => interrupt.abort());
      const bar = progressBar(
        '{bar} {value}/{total} steps  {eta_formatted} left  objective {objective}',
        !options.json,
      );
      let isUnit = false;
      bar.start(stepsOf(run), 0, { objective: '–' });
      const how: RenderOptions<Recipe> & RenderOptions<Study> = {
        snapshot,
        inputs,
        statistics,
        ...(starts.length > 0 && { pictures: eachPicture(starts) }),
        ...(compared.length > 0 && { references: { [REFERENCES]: await picturesIn(compared) } }),
        signal: interrupt.signal,
        parts: own,
        onFrame: ({
          step,
          records,
          run: { unit: led },
        }: Pick<Frame, 'step' | 'records'> & { readonly run: Pick<Run, 'unit'> }) => {
          isUnit = led !== undefined;
          const row = records[0][records[0].length - 1];
          bar.update(step, { objective: row?.objective.toPrecision(5) ?? '–' });
        },
      };
      let result: Rendered<Recipe> | Rendered;
      try {
        result = run.method === 'synthesize' ? await render(ctx, model, run, how) : await render(ctx, model, run, how);
      } finally {
        bar.stop();
      }

      // For a dead unit the result is only the noise of its start image, so no picture is written.
      const size = result.images.length / result.outcomes.length;
      const made = result.outcomes.flatMap(({ start }, n) =>
        start.by === 'dead' ? [] : [result.images.subarray(n * size, (n + 1) * size)],
      );
      const about = {
        ...(await aboutRun(ctx, model, { statistics: used })),
        ...(given.length > 0 && { inputs: given }),
        ...(compared.length > 0 && { [REFERENCES]: compared }),
        picture: { snapshot, contrast, ...(interrupt.signal.aborted && { stopped: result.steps }) },
        ...aboutModel(model),
      };
      if (made.length > 0 && asNumbers) await writeWhole(options.out, inputNumbers(model, made));
      else if (made.length > 0) {
        await writePicture(
          options.out,
          marked(model, montage(made.map((image) => toPicture(image, model, contrast, result.size)))),
          {
            ...result.recipe,
            about,
          },
        );
      }
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
          const led = isUnit ? `, ${success}` : '';
          const trouble = stuck ? '; stopped, the gradient is zero' : '';
          console.log(
            `seed ${seed}: best objective ${best.objective.toPrecision(6)} at step ${best.step}${led}${trouble}`,
          );
        }
      }
      for (const { start } of result.outcomes) {
        if (start.by !== 'noise') console.error(`convscope: ${label}: ${start.text}.`);
      }
      if (made.length === 0) {
        process.exitCode = EXIT.failure;
        console.error(`convscope: ${label} has no preferred image; ${options.out} is not written.`);
      }
      if (interrupt.signal.aborted) process.exitCode = EXIT.interrupted;
    });
}

/** Refuses a study that compares with pictures and has none, or has some and does not. @throws OptionError */
function checkReferences(run: Recipe | Study, real: readonly string[], unit: string | undefined): void {
  const used = new RegExp(`"pictures?":"${REFERENCES}"`).test(
    JSON.stringify(run.method === 'synthesize' ? toSpecs(run) : run),
  );
  if (used && real.length === 0)
    throw new OptionError('--references', 'is needed: this recipe compares with real pictures');
  if (!used && real.length > 0)
    throw new OptionError(
      '--references',
      `is for parts with picture or pictures '${REFERENCES}', and this recipe has none`,
    );
  if (real.length > REFERENCE_COUNT && unit === undefined) {
    const rule = `takes up to ${REFERENCE_COUNT} pictures without a unit that chooses among them, got ${real.length}`;
    throw new OptionError('--references', rule);
  }
}

/** The pictures that a run compares with: all, or those that the unit likes best. */
async function referencesOf(
  ctx: Context,
  model: Model,
  real: readonly string[],
  unit: string | undefined,
  inputs: NonNullable<ForwardOptions['inputs']>,
): Promise<readonly string[]> {
  if (unit === undefined || real.length <= REFERENCE_COUNT) return real;
  const best = await bestPictures(ctx, model, parseUnit(unit), eachPicture(real), REFERENCE_COUNT, { inputs });
  return best.map(String);
}

async function picturesIn(sources: readonly string[]): Promise<readonly Picture[]> {
  const pictures: Picture[] = [];
  for (const source of sources) pictures.push(await openPicture(source));
  return pictures;
}

const SNAPSHOTS = ['last', 'best', 'majority'] as const;
const CONTRASTS = ['auto', 'pixels'] as const;

/** What of a run a picture shows, as far as it is said. `path` comes before a field's name in complaints. @throws OptionError */
function shownBy({ snapshot, contrast }: { readonly snapshot?: unknown; readonly contrast?: unknown }, path: string) {
  const oneOf = <T extends string>(name: string, all: readonly T[], value: unknown): T => {
    const found = all.find((one) => one === value);
    if (found !== undefined) return found;
    const listed = `${all.slice(0, -1).join(', ')} or ${all[all.length - 1]}`;
    throw new OptionError(`${path}${name}`, `must be ${listed}, got '${String(value)}'`);
  };
  return {
    ...(snapshot !== undefined && { snapshot: oneOf('snapshot', SNAPSHOTS, snapshot) }),
    ...(contrast !== undefined && { contrast: oneOf('contrast', CONTRASTS, contrast) }),
  };
}

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? { ...value } : {};

/** Values of further inputs that are numbers. A picture may come from a stranger, so no file is read because it names one. */
const numbersIn = (inputs: unknown): string[] =>
  Array.isArray(inputs)
    ? inputs.filter((text): text is string => typeof text === 'string' && /=(zeros|constant:[^/]*)$/.test(text))
    : [];

/** What a run raises: its name, the layers that it asks about, and whether it can lead its layer; and whether a picture can be its start. */
function targetOf(run: Recipe | Study, unit: string | undefined, model: Model, registry: Parts) {
  if (run.method !== 'synthesize') {
    return { label: run.unit, layers: [parseUnit(run.unit).layer], canLead: true, takesPictures: true };
  }
  const phases = [{}, ...(run.phases ?? [])].map((phase) => resolve({ ...run, ...phase }, registry));
  const [{ objective, params }] = phases;
  const layers = phases.flatMap((phase) => phase.objective.layers);
  // An objective that names no layer is about the net's output.
  const all = layers.length > 0 ? [...new Set(layers)] : [outputLayer(model)];
  return {
    label: unit ?? objective.label,
    layers: all,
    canLead: phases[phases.length - 1].objective.watch !== undefined,
    takesPictures: !!params.startFrom,
  };
}

/** Steps of a run, of all its phases. */
const stepsOf = (run: Recipe | Study): number =>
  'phases' in run ? (run.phases ?? []).reduce((sum, { steps }) => sum + steps, run.steps) : run.steps;

/** The net's input as .npy, which `run` and other commands read. */
function inputNumbers(model: Model, images: readonly Float32Array[]): Uint8Array {
  const [C, H, W] = imageShape(model);
  const scale = channelScale(model.preprocessing, C);
  const size = C * H * W;
  if (images[0].length !== size) {
    throw new OptionError('--out', `the image’s canvas has another size than '${model.name}' takes; write a picture`);
  }
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
