// A recipe: one JSON object that describes a run of regularized activation maximization and reproduces it.
import { OptionError, UnknownNameError } from '../core/errors.js';
import type { Model } from '../graph/model.js';
import { parseUnit } from '../scene/unit.js';
import { parseStarts, type RecipeStart } from './starts.js';

/** How far a step goes (Deep Visualization Toolbox, optimize/gradient_optimizer.py); g is the whole image's gradient. */
export type LearningRate =
  | { readonly policy: 'constant'; readonly lr: number }
  /** `min(maxLr, desiredProgress / ‖g‖²)`: aims at a rise of desiredProgress per step. */
  | { readonly policy: 'progress'; readonly maxLr: number; readonly desiredProgress: number }
  /** `min(maxLr, min(earlyProgress, lateProgressMult·(1 − objective)) / ‖g‖²)`: for softmax units. */
  | {
      readonly policy: 'progress01';
      readonly maxLr: number;
      readonly earlyProgress: number;
      readonly lateProgressMult: number;
    };

/** Where ascent starts: N(0, 10) around the mean image, U(0, 255), or the mean image itself. */
export type Start = 'mean_plus_rand' | 'randu' | 'mean';

/** The numbers of the regularizers; 0 is off. All may be changed while a run goes on. */
export interface Regularization {
  /** θ_decay: the image is multiplied by 1 − decay after each step. */
  readonly decay: number;
  /** θ_b_width: standard deviation of the Gaussian in pixels. */
  readonly blurRadius: number;
  /** θ_b_every: blur on steps 0, every, 2·every, … */
  readonly blurEvery: number;
  /** Zero entries whose |x| is below this percentile (toolbox; not in the paper). */
  readonly smallValuePercentile: number;
  /** θ_n_pct: zero pixels whose norm over channels is below this percentile. */
  readonly smallNormPercentile: number;
  /** Zero pixels whose signed benefit Σ_c −x·g is below this percentile (toolbox; not in the paper). */
  readonly benefitPercentile: number;
  /** θ_c_pct: zero pixels whose contribution |Σ_c −x·g| is below this percentile. */
  readonly contributionPercentile: number;
}

/** All of a run but the model and the device. */
export interface Recipe extends Regularization {
  readonly method: 'activation-maximization';
  /** `layer:channel[:y,x]`. */
  readonly unit: string;
  /** One image each, all in one batch. */
  readonly seeds: readonly number[];
  readonly start: Start;
  readonly steps: number;
  /** Seed of the backward pass: 1 raises the unit, −1 lowers it. */
  readonly direction: number;
  readonly learningRate: LearningRate;
  /** How each image came to its start, where the one that `start` and its seed say was dead; one for each seed. */
  readonly starts?: readonly RecipeStart[];
}

const NONE: Regularization = {
  decay: 0,
  blurRadius: 0,
  blurEvery: 0,
  smallValuePercentile: 0,
  smallNormPercentile: 0,
  benefitPercentile: 0,
  contributionPercentile: 0,
};

export type Preset = Regularization & Pick<Recipe, 'steps' | 'learningRate'>;

/**
 * Table 1 of Yosinski et al. 2015, rows 1 to 4, as the toolbox's documentation gives them with steps and rates; and `small`, which
 * is ours, for nets of images of about 64 pixels: there the table's blurs wipe out what a step has made.
 */
export const PRESETS = {
  norm: {
    ...NONE,
    blurRadius: 0.5,
    blurEvery: 4,
    smallNormPercentile: 50,
    steps: 500,
    learningRate: { policy: 'progress', maxLr: 100, desiredProgress: 2 },
  },
  decay: {
    ...NONE,
    decay: 0.3,
    smallNormPercentile: 20,
    steps: 750,
    learningRate: { policy: 'constant', lr: 100 },
  },
  blur: {
    ...NONE,
    decay: 1e-4,
    blurRadius: 1,
    blurEvery: 4,
    steps: 1000,
    learningRate: { policy: 'constant', lr: 100 },
  },
  contribution: {
    ...NONE,
    blurRadius: 0.5,
    blurEvery: 4,
    contributionPercentile: 90,
    steps: 1000,
    learningRate: { policy: 'progress', maxLr: 1e8, desiredProgress: 2 },
  },
  small: {
    ...NONE,
    decay: 2e-3,
    blurRadius: 0.5,
    blurEvery: 4,
    steps: 200,
    learningRate: { policy: 'progress', maxLr: 1e8, desiredProgress: 1 },
  },
} as const satisfies Readonly<Record<string, Preset>>;
export type PresetName = keyof typeof PRESETS;

/** The names in the order of the table; `preset('3')` is `preset('blur')`, the paper's favourite. */
export const PRESET_NAMES: readonly PresetName[] = ['norm', 'decay', 'blur', 'contribution', 'small'];

/** A preset by number (1 to 5) or name. @throws UnknownNameError */
export function preset(id: string | number): Preset {
  const byNumber = PRESET_NAMES[Number(id) - 1];
  const name = byNumber ?? PRESET_NAMES.find((n) => n === id);
  if (!name) throw new UnknownNameError('preset', String(id), [...PRESET_NAMES, '1', '2', '3', '4', '5']);
  return PRESETS[name];
}

/** Rows of images that the paper's presets, made for 227, are too strong for. */
const SMALL = 128;

/** The preset to begin with for a net: `small` below 128 rows of pixels, else the paper's favourite. */
export const presetFor = (model: Model): PresetName => (model.input.shape[2] < SMALL ? 'small' : 'blur');

/** What is wanted of a recipe; the rest comes from a preset. */
export type RecipeOptions = Partial<Omit<Recipe, 'method'>> & {
  readonly unit: string;
  readonly preset?: string | number;
};

/** A recipe as it is, or what is wanted of one over the preset that suits the net. @throws OptionError */
export function completeRecipe(model: Model, recipe: Recipe | RecipeOptions): Recipe {
  return 'method' in recipe ? recipe : createRecipe({ preset: presetFor(model), ...recipe });
}

/**
 * A full recipe: `options` over a preset over defaults. The default preset is 3, `blur`, made for images of 227 pixels; for a net
 * of small images say `preset: presetFor(model)`. @throws OptionError
 */
export function createRecipe(options: RecipeOptions): Recipe {
  const { preset: id = 3, ...rest } = options;
  const recipe: Recipe = {
    method: 'activation-maximization',
    seeds: [0],
    start: 'mean_plus_rand',
    direction: 1,
    ...preset(id),
    ...rest,
  };
  checkRecipe(recipe);
  return recipe;
}

/** Reads a recipe from JSON text, every field checked. @throws OptionError naming the field */
export function parseRecipe(json: string): Recipe {
  let data: unknown;
  try {
    data = JSON.parse(json);
  } catch (error) {
    throw new OptionError('recipe', `it is not JSON (${error instanceof Error ? error.message : String(error)})`);
  }
  if (typeof data !== 'object' || data === null) throw new OptionError('recipe', 'it must be a JSON object');
  const fields = new Map<string, unknown>(Object.entries(data));
  const known = new Set([
    'method',
    'unit',
    'seeds',
    'start',
    'steps',
    'direction',
    'learningRate',
    'starts',
    ...Object.keys(NONE),
  ]);
  // What a run adds about itself (model, adapter) may stand beside the recipe under `about`.
  known.add('about');
  for (const key of fields.keys()) {
    if (!known.has(key)) throw new UnknownNameError('recipe field', key, [...known]);
  }
  if (fields.get('method') !== 'activation-maximization') {
    throw new OptionError(
      'recipe.method',
      `must be 'activation-maximization', got ${JSON.stringify(fields.get('method'))}`,
    );
  }
  const number = (source: Map<string, unknown>, path: string, key: string): number => {
    const value = source.get(key);
    if (typeof value !== 'number')
      throw new OptionError(`${path}.${key}`, `must be a number, got ${JSON.stringify(value)}`);
    return value;
  };
  const top = (key: string) => number(fields, 'recipe', key);
  const unit = fields.get('unit');
  const seeds = fields.get('seeds');
  const start = fields.get('start');
  if (typeof unit !== 'string') throw new OptionError('recipe.unit', `must be a string, got ${JSON.stringify(unit)}`);
  if (!Array.isArray(seeds) || !seeds.every((s): s is number => typeof s === 'number')) {
    throw new OptionError('recipe.seeds', `must be a list of numbers, got ${JSON.stringify(seeds)}`);
  }
  if (start !== 'mean_plus_rand' && start !== 'randu' && start !== 'mean') {
    throw new OptionError('recipe.start', `must be mean_plus_rand, randu or mean, got ${JSON.stringify(start)}`);
  }
  const rate = fields.get('learningRate');
  const rateFields = new Map<string, unknown>(typeof rate === 'object' && rate !== null ? Object.entries(rate) : []);
  const rateNumber = (key: string) => number(rateFields, 'recipe.learningRate', key);
  const readRate = (): LearningRate => {
    const policy = rateFields.get('policy');
    if (policy === 'constant') return { policy, lr: rateNumber('lr') };
    const maxLr = rateNumber('maxLr');
    if (policy === 'progress') return { policy, maxLr, desiredProgress: rateNumber('desiredProgress') };
    if (policy === 'progress01') {
      return {
        policy,
        maxLr,
        earlyProgress: rateNumber('earlyProgress'),
        lateProgressMult: rateNumber('lateProgressMult'),
      };
    }
    throw new OptionError(
      'recipe.learningRate.policy',
      `must be constant, progress or progress01, got ${JSON.stringify(policy)}`,
    );
  };
  const recipe: Recipe = {
    method: 'activation-maximization',
    unit,
    seeds,
    start,
    steps: top('steps'),
    direction: top('direction'),
    learningRate: readRate(),
    decay: top('decay'),
    blurRadius: top('blurRadius'),
    blurEvery: top('blurEvery'),
    smallValuePercentile: top('smallValuePercentile'),
    smallNormPercentile: top('smallNormPercentile'),
    benefitPercentile: top('benefitPercentile'),
    contributionPercentile: top('contributionPercentile'),
    ...(fields.has('starts') && { starts: parseStarts(fields.get('starts')) }),
  };
  checkRecipe(recipe);
  return recipe;
}

/** The rules that types cannot state. @throws OptionError */
export function checkRecipe(recipe: Recipe): void {
  const must = (field: string, holds: boolean, rule: string, value: unknown) => {
    if (!holds) throw new OptionError(`recipe.${field}`, `${rule}, got ${JSON.stringify(value)}`);
  };
  parseUnit(recipe.unit);
  must('seeds', recipe.seeds.length > 0, 'needs at least one seed', recipe.seeds);
  for (const seed of recipe.seeds) {
    must('seeds', Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32, 'seeds are integers from 0 to 2³²−1', seed);
  }
  const { seeds, starts } = recipe;
  must('starts', !starts || starts.length === seeds.length, `needs ${seeds.length}, one for each seed`, starts);
  must('steps', Number.isInteger(recipe.steps) && recipe.steps >= 1, 'must be a whole number from 1', recipe.steps);
  must('direction', Number.isFinite(recipe.direction) && recipe.direction !== 0, 'must not be 0', recipe.direction);
  must('decay', recipe.decay >= 0 && recipe.decay <= 1, 'must be from 0 to 1', recipe.decay);
  must('blurRadius', recipe.blurRadius >= 0 && recipe.blurRadius < 32, 'must be from 0 to below 32', recipe.blurRadius);
  must(
    'blurEvery',
    Number.isInteger(recipe.blurEvery) && recipe.blurEvery >= 0,
    'must be a whole number',
    recipe.blurEvery,
  );
  for (const field of PERCENTILES) {
    must(field, recipe[field] >= 0 && recipe[field] <= 100, 'must be from 0 to 100', recipe[field]);
  }
  for (const [name, value] of Object.entries(recipe.learningRate)) {
    if (name !== 'policy')
      must(`learningRate.${name}`, Number.isFinite(value) && Number(value) > 0, 'must be positive', value);
  }
}

const PERCENTILES = [
  'smallValuePercentile',
  'smallNormPercentile',
  'benefitPercentile',
  'contributionPercentile',
] as const;
