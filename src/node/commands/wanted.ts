// What `convscope render` is asked for: a recipe for a unit, or a study of parts, from a file, from options, or from both.
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { OptionError } from '../../core/errors.js';
import { recipeOf } from '../../core/pngRecipe.js';
import type { Model } from '../../graph/model.js';
import { PRESETS, preferredStudy } from '../../methods/preferred.js';
import { objectiveFor } from '../../methods/presets/target.js';
import { readRecipe } from '../../methods/readRecipe.js';
import {
  createRecipe,
  createSettings,
  type LearningRate,
  preset,
  RATE_FIELDS,
  RECIPE_FIELDS,
  type Recipe,
  type RecipeOptions,
  ROW_NAMES,
  rowFor,
} from '../../methods/recipe.js';
import { regularized, yosinski2015 } from '../../methods/yosinski2015.js';
import { purposeOf, valuesOf } from '../../parts/describe.js';
import type { NumberField } from '../../parts/fields.js';
import type { Made, PartSpec, Parts } from '../../parts/part.js';
import { formatUnit } from '../../scene/unit.js';
import { parseJson, readStudy } from '../../synthesize/readStudy.js';
import { type PartOf, type Study, toSpecs } from '../../synthesize/study.js';
import { readBytes } from '../files.js';
import { statisticsName } from '../statistics.js';
import { collect, partFrom, withPlugins } from './parts.js';
import { integer, number } from './shared.js';
import { UNIT, unitOf } from './units.js';

/** Numbers of a recipe, by the recipe's names; each is an option of the command. */
const { start: START, ...NUMBERS } = RECIPE_FIELDS;
type NumberName = keyof typeof NUMBERS;
type RateName = { [P in keyof typeof RATE_FIELDS]: keyof (typeof RATE_FIELDS)[P] }[keyof typeof RATE_FIELDS];
const POLICIES = Object.keys(RATE_FIELDS) as LearningRate['policy'][];

export interface WantedOptions extends Partial<Readonly<Record<NumberName | RateName, string>>> {
  readonly unit?: string;
  readonly preset?: string;
  readonly steps?: string;
  readonly seeds?: string;
  readonly start?: string;
  readonly direction?: string;
  readonly lrPolicy?: string;
  readonly recipe?: string;
  readonly from?: string;
  readonly statistics?: string;
  readonly objective?: string;
  readonly params?: string;
  readonly transform: readonly string[];
  readonly regularize: readonly string[];
  readonly optim: readonly string[];
}

/** Options that a recipe for a unit has and a study has not. */
const OF_RECIPES: readonly (keyof WantedOptions)[] = [
  'preset',
  'start',
  'direction',
  'lrPolicy',
  ...(Object.keys(NUMBERS) as NumberName[]),
  ...(Object.values(RATE_FIELDS).flatMap((fields) => Object.keys(fields)) as RateName[]),
];

/** The preset of images that are made of other variables than pixels, where none is named. */
const FOR_VARIABLES = 'lucid';

/** Adds the options that say what is rendered. */
export function withWanted(command: Command): Command {
  withPlugins(command)
    .option('--unit <unit>', `${UNIT} (required without --recipe or --objective)`)
    .option(
      '--preset <name>',
      `${[...PRESETS.values()].map(({ name, text }) => `${name}: ${text}`).join('\n')}\nRows of Table 1 of Yosinski et al. 2015 also by number, 1 to 5`,
    )
    .option('--steps <n>', 'steps')
    .option('--seeds <list>', 'start images, one picture each: 0,1,2')
    .option(`--start <${START.of.join('|')}>`, START.text)
    .option('--direction <number>', '1 raises the unit, -1 lowers it')
    .option(`--lr-policy <${POLICIES.join('|')}>`, 'learning rate policy')
    .option('--recipe <file>', 'JSON file with the whole recipe or study; options on the line override it')
    .option('--from <file.png>', 'picture that `convscope render` or a page saved: its recipe, as with --recipe')
    .option(
      '--statistics <name|file>',
      'statistics of pictures that the image should resemble: natural, world, or a file of `convscope stats`, which parts call by its name without endings; default: those that belong to the net',
    );
  for (const [name, field] of Object.entries(NUMBERS)) {
    command.option(`--${kebab(name)} <number>`, `${purposeOf(field)}: ${withoutDefault(field)}; default: the preset’s`);
  }
  for (const [name, text] of rateTexts()) command.option(`--${kebab(name)} <number>`, text);
  const part = 'as NAME FIELD=VALUE …, listed by `convscope parts`';
  return command
    .option('--objective <part>', `what is raised in place of a unit, ${part}: 'channel layer=conv5 channel=3'`)
    .option('--params <part>', `what the image is made of, ${part}: 'pixels start=mean'`)
    .option(
      '--transform <part>',
      `change of the image before the net sees it; can be repeated: 'jitter reach=4'`,
      collect,
      [],
    )
    .option(
      '--regularize <part>',
      `in place of the preset’s regularizers; can be repeated: 'blur radius=1 every=4'; or none`,
      collect,
      [],
    )
    .option(
      '--optim <part>',
      'in place of the preset’s update rule; repeated, a chain that ends in a step',
      collect,
      [],
    );
}

const withoutDefault = (field: NumberField): string => valuesOf({ ...field, optional: true }).replace('; optional', '');

/** The help of each number of a learning rate, which several policies may have. */
function rateTexts(): Map<string, string> {
  const texts = new Map<string, string>();
  for (const [policy, fields] of Object.entries(RATE_FIELDS)) {
    for (const [name, field] of Object.entries<NumberField>(fields)) {
      const known = texts.get(name);
      const { default: value = 0 } = field;
      const own = `${value >= 1e6 ? value.toExponential().replace('+', '') : value} with ${policy}`;
      texts.set(name, known ? `${known}, ${own}` : `${purposeOf(field)}: ${withoutDefault(field)}; default ${own}`);
    }
  }
  return texts;
}

/** What is rendered, and what its file says about the run that made it. */
export interface Wanted {
  readonly run: Recipe | Study;
  /** `layer:channel[:y,x]`, where it is said what is raised by one unit. */
  readonly unit?: string;
  readonly about: unknown;
}

/** @throws OptionError, UnknownNameError */
export async function wantedOf(options: WantedOptions, model: Model, registry: Parts): Promise<Wanted> {
  const data = await dataOf(options);
  const about = data?.about;
  if (options.objective !== undefined && options.unit !== undefined) {
    throw new OptionError('--objective', 'says what is raised, as --unit does; give one of them');
  }
  if (data?.method === 'synthesize') {
    const unit = options.unit === undefined ? {} : { unit: formatUnit(unitOf(model, options.unit)) };
    const study = studyOf(options, unit.unit, model, registry, readStudy(data, registry));
    return { run: withParts(options, registry, study), about, ...unit };
  }
  const file = data && readRecipe(data);
  if (options.objective !== undefined) {
    if (options.direction !== undefined) {
      throw new OptionError(
        '--direction',
        'is for a unit; of another objective, write scale with by: -1 as JSON for --recipe',
      );
    }
    const objective = partFrom(registry, 'objective', '--objective', options.objective);
    const base = regularized(objective, createSettings(settingsOf(options, model, file, false)));
    return { run: withParts(options, registry, base), about };
  }
  if (file === undefined && !isOfTable(options)) {
    if (options.unit === undefined)
      throw new OptionError('--unit', 'is needed where neither --recipe, --from nor --objective says what is raised');
    const { unit: named, statistics, params } = options;
    const made = params === undefined ? undefined : partFrom(registry, 'parameterization', '--params', params);
    // The default preset goes on in pixels, so other variables take one that is made for them.
    const name = options.preset ?? (made && !made.editable ? FOR_VARIABLES : undefined);
    const unit = formatUnit(unitOf(model, named));
    const base = preferredStudy(model, {
      unit,
      ...(name !== undefined && { preset: name }),
      ...(statistics !== undefined && { statistics: statisticsName(statistics) }),
      ...runOf(options),
    });
    return { run: withParts(options, registry, base), about, unit };
  }
  const text = options.unit ?? file?.unit;
  if (text === undefined)
    throw new OptionError('--unit', 'is needed where neither --recipe, --from nor --objective says what is raised');
  const unit = formatUnit(unitOf(model, text));
  const direction = options.direction === undefined ? (file?.direction ?? 1) : number('--direction', options.direction);
  const recipe = createRecipe({ ...settingsOf(options, model, file, unit === file?.unit), unit, direction });
  const { params, transform, regularize, optim } = options;
  const isRecipe = params === undefined && [...transform, ...regularize, ...optim].length === 0;
  return { run: isRecipe ? recipe : withParts(options, registry, yosinski2015(recipe)), about, unit };
}

/** The recipe in a file or a picture. @throws OptionError, ImageError */
async function dataOf({ recipe, from }: WantedOptions): Promise<Readonly<Record<string, unknown>> | undefined> {
  if (from === undefined) return recipe === undefined ? undefined : parseJson(await readText(recipe), 'recipe');
  if (recipe !== undefined) throw new OptionError('--from', 'names a recipe, as --recipe does; give one of them');
  return recipeIn(from);
}

/** The recipe in a picture, for --from. @throws OptionError */
export async function recipeIn(from: string): Promise<Readonly<Record<string, unknown>>> {
  let found: Readonly<Record<string, unknown>> | undefined;
  try {
    found = recipeOf(await readBytes(from));
  } catch (error) {
    throw new OptionError('--from', `${from}: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (found) return found;
  throw new OptionError('--from', `${from} carries no recipe; only PNG files that convscope made have one`);
}

/** Whether a row of the paper's table is asked for, or numbers that only such a row has. */
function isOfTable(options: WantedOptions): boolean {
  const { preset: name } = options;
  if (name !== undefined) return ROW_NAMES.some((row, i) => name === row || name === String(i + 1));
  return OF_RECIPES.some((option) => option !== 'preset' && options[option] !== undefined);
}

/** What a recipe says beside its unit: the file's, or the preset's where one is named or there is no file, then the line's. */
function settingsOf(options: WantedOptions, model: Model, file: Recipe | undefined, sameUnit: boolean) {
  const { start } = options;
  if (start !== undefined && !isOneOf(START.of, start)) {
    throw new OptionError('--start', `must be ${START.of.join(', ')}, got '${start}'`);
  }
  const names = Object.keys(NUMBERS) as NumberName[];
  const numbers = names.flatMap((name) => {
    const text = options[name];
    return text === undefined ? [] : [[name, number(`--${kebab(name)}`, text)]];
  });
  const named = options.preset ?? (file ? undefined : rowFor(model));
  const { method: _, unit: __, direction: ___, starts, ...rest } = file ?? { method: '', unit: '', direction: 1 };
  // What was done about a dead start holds for the run that the file describes, and for no other.
  const same = sameUnit && ![options.seeds, start, named].some((said) => said !== undefined);
  const base = { ...rest, ...(same && starts && { starts }), ...(named !== undefined && preset(named)) };
  return {
    ...base,
    ...(named !== undefined && { preset: named }),
    ...runOf(options),
    ...(start && { start }),
    ...(Object.fromEntries(numbers) as Partial<Record<NumberName, number>>),
    learningRate: learningRateOf(options, base.learningRate ?? preset(3).learningRate),
  } satisfies Omit<RecipeOptions, 'unit' | 'direction'>;
}

/** Steps and seeds of the line. */
const runOf = ({ steps, seeds }: WantedOptions) => ({
  ...(steps !== undefined && { steps: integer('--steps', steps) }),
  ...(seeds !== undefined && { seeds: seeds.split(',').map((seed) => integer('--seeds', seed)) }),
});

/** The base's policy with the numbers on the line; another policy begins with its own defaults. */
function learningRateOf(options: WantedOptions, base: LearningRate): LearningRate {
  const policy = options.lrPolicy ?? base.policy;
  if (!isOneOf(POLICIES, policy))
    throw new OptionError('--lr-policy', `must be ${POLICIES.join(', ')}, got '${policy}'`);
  const own: Readonly<Record<string, unknown>> = base.policy === policy ? { ...base } : {};
  const rates = Object.entries<NumberField>(RATE_FIELDS[policy]).map(([name, field]) => {
    const text = options[name as RateName];
    return [name, text === undefined ? (own[name] ?? field.default) : number(`--${kebab(name)}`, text)];
  });
  // Made from the policy's own fields.
  return { policy, ...Object.fromEntries(rates) } as LearningRate;
}

/** A file's study with what the line says about the run and what is raised. @throws OptionError for options of recipes */
function studyOf(options: WantedOptions, unit: string | undefined, model: Model, registry: Parts, study: Study): Study {
  const file = toSpecs(study);
  const flat = OF_RECIPES.find((name) => options[name] !== undefined);
  if (flat) {
    throw new OptionError(
      `--${kebab(flat)}`,
      `belongs to a recipe for a unit, and ${options.recipe ?? options.from} is a study of parts; use --params, --regularize or --optim`,
    );
  }
  const { objective, seeds } = options;
  const { starts, phases, ...rest } = file;
  const raised = (spec: PartOf<'objective'>): PartOf<'objective'> => {
    if (objective !== undefined) return partFrom(registry, 'objective', '--objective', objective);
    return unit === undefined ? spec : objectiveFor(model, spec as PartSpec, unit);
  };
  const wanted = raised(rest.objective);
  // What was done about a dead start holds for the run that the file describes, and for no other.
  const isOther = objective !== undefined || JSON.stringify(wanted) !== JSON.stringify(rest.objective);
  const same = !isOther && seeds === undefined && options.params === undefined;
  return {
    ...rest,
    ...(phases && {
      phases: phases.map((phase) => (phase.objective ? { ...phase, objective: raised(phase.objective) } : phase)),
    }),
    ...(same && starts && { starts }),
    ...runOf(options),
    objective: wanted,
  };
}

/** A study with the parts of the line: transforms come after its own, all others in place of its own. */
function withParts(options: WantedOptions, registry: Parts, base: Study): Study {
  const params =
    options.params === undefined
      ? registry.make('parameterization', base.params)
      : partFrom(registry, 'parameterization', '--params', options.params);
  const { transform, optim } = options;
  const study = {
    ...base,
    params,
    transforms: [...base.transforms, ...transform.map((line) => partFrom(registry, 'transform', '--transform', line))],
    regularize: regularizersOf(options, registry, base, params),
    optim: optim.length > 0 ? optim.map((line) => partFrom(registry, 'update rule', '--optim', line)) : base.optim,
  };
  return toSpecs(study);
}

function regularizersOf({ regularize }: WantedOptions, registry: Parts, base: Study, params: Made<'parameterization'>) {
  if (regularize.length > 0) {
    const lines = regularize.length === 1 && regularize[0].trim() === 'none' ? [] : regularize;
    return lines.map((line) => partFrom(registry, 'regularizer', '--regularize', line));
  }
  const own = base.regularize.map((part) => registry.make('regularizer', part));
  const left = own.filter((part) => params.editable || !('project' in part));
  if (left.length < own.length) {
    const names = own.filter((part) => 'project' in part).map(({ spec }) => spec.name);
    console.error(
      `convscope: ${names.join(', ')} edit the image itself, which ${params.spec.name} makes of other variables; they are left out.`,
    );
  }
  return left;
}

const isOneOf = <T extends string>(known: readonly T[], text: string): text is T => known.some((one) => one === text);

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new OptionError('--recipe', `cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const kebab = (name: string): string => name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`);
