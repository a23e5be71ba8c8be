// A recipe: one JSON object that describes a run of regularized activation maximization and reproduces it.
import { OptionError, UnknownNameError } from '../core/errors.js';
import type { Model } from '../graph/model.js';
import { progress } from '../optim/progress.js';
import { pixels, STARTS, type Start } from '../params/pixels.js';
import { checkFields, type Field, type Fields } from '../parts/fields.js';
import { blur } from '../regularize/blur.js';
import { clipBenefit } from '../regularize/clipBenefit.js';
import { clipContribution } from '../regularize/clipContribution.js';
import { clipNorm } from '../regularize/clipNorm.js';
import { clipValue } from '../regularize/clipValue.js';
import { decay } from '../regularize/decay.js';
import { parseUnit } from '../scene/unit.js';
import type { RecipeStart } from '../synthesize/starts.js';
import { checkRun } from '../synthesize/study.js';

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

/** All of a recipe but what is raised. */
export type Settings = Omit<Recipe, 'method' | 'unit' | 'direction'>;

const NONE: Regularization = {
  decay: 0,
  blurRadius: 0,
  blurEvery: 0,
  smallValuePercentile: 0,
  smallNormPercentile: 0,
  benefitPercentile: 0,
  contributionPercentile: 0,
};

/** What a preset sets: the regularizers, the number of steps and the learning rate. */
export type Row = Regularization & Pick<Recipe, 'steps' | 'learningRate'>;

/**
 * Table 1 of Yosinski et al. 2015, rows 1 to 4, as the toolbox's documentation gives them with steps and rates; and `small`, which
 * is ours, for nets of images of about 64 pixels: there the table's blurs wipe out what a step has made.
 */
export const ROWS = {
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
} as const satisfies Readonly<Record<string, Row>>;
/** The name of a preset, as in `ROWS`. */
export type RowName = keyof typeof ROWS;

/** The names in the order of the table; `preset('3')` is `preset('blur')`, the paper's favourite. */
export const ROW_NAMES: readonly RowName[] = ['norm', 'decay', 'blur', 'contribution', 'small'];

/** A preset by number (1 to 5) or name. @throws UnknownNameError */
export function preset(id: string | number): Row {
  const byNumber = ROW_NAMES[Number(id) - 1];
  const name = byNumber ?? ROW_NAMES.find((n) => n === id);
  if (!name) throw new UnknownNameError('preset', String(id), [...ROW_NAMES, '1', '2', '3', '4', '5']);
  return ROWS[name];
}

/** Rows of images that the table, made for 227, is too strong for. */
const SMALL = 128;

/** The row to begin with for a net: `small` below 128 rows of pixels, else the paper's favourite. */
export const rowFor = (model: Model): RowName => (model.input.shape[2] < SMALL ? 'small' : 'blur');

/** What is wanted of a recipe; the rest comes from a preset. */
export type RecipeOptions = Partial<Omit<Recipe, 'method'>> & {
  readonly unit: string;
  readonly preset?: string | number;
};

/**
 * A full recipe: `options` over a preset over defaults. The default preset is 3, `blur`, made for images of 227 pixels; for a net
 * of small images say `preset: rowFor(model)`. @throws OptionError
 */
export function createRecipe({ unit, direction = 1, ...options }: RecipeOptions): Recipe {
  const recipe: Recipe = { method: 'activation-maximization', unit, direction, ...createSettings(options) };
  checkRecipe(recipe);
  return recipe;
}

/** What a recipe says beside its unit: `options` over a preset over defaults. @throws OptionError */
export function createSettings({ preset: id = 3, ...rest }: Omit<RecipeOptions, 'unit' | 'direction'>): Settings {
  const settings: Settings = { seeds: [0], start: 'mean_plus_rand', ...preset(id), ...rest };
  checkSettings(settings);
  return settings;
}

/** The fields of a recipe that are options of parts: what the reader, the command's flags and the page's sliders are made from. */
export const RECIPE_FIELDS = {
  start: { ...pixels.fields.start, of: STARTS },
  decay: decay.fields.amount,
  blurRadius: blur.fields.radius,
  blurEvery: blur.fields.every,
  smallValuePercentile: clipValue.fields.percent,
  smallNormPercentile: clipNorm.fields.percent,
  benefitPercentile: clipBenefit.fields.percent,
  contributionPercentile: clipContribution.fields.percent,
} as const satisfies Readonly<Record<string, Field>>;

// The most that a policy may use has no slider: it is rarely reached.
const { slider: _, ...maxLr } = {
  ...progress.fields.lr,
  text: 'greatest learning rate',
  label: 'greatest learning rate',
};

/** The fields of a learning rate, of each policy, with the toolbox's defaults (optimize_image.py and its documentation). */
export const RATE_FIELDS = {
  constant: { lr: { ...progress.fields.lr, default: 1, text: 'learning rate of the policy constant' } },
  progress: { maxLr, desiredProgress: progress.fields.desiredProgress },
  progress01: {
    maxLr: { ...maxLr, default: 1e8 },
    earlyProgress: progress.fields.earlyProgress,
    lateProgressMult: { ...progress.fields.lateProgressMult, default: 0.1 },
  },
} as const satisfies Readonly<Record<LearningRate['policy'], Fields>>;

/** Holds a recipe against its rules. @throws OptionError naming the field, the rule and the value */
export function checkRecipe(recipe: Recipe): void {
  const { direction, unit } = recipe;
  parseUnit(unit);
  if (!(Number.isFinite(direction) && direction !== 0)) {
    throw new OptionError('recipe.direction', `must be a number other than 0, got ${JSON.stringify(direction)}`);
  }
  checkSettings(recipe);
}

/** Holds what a recipe says beside its unit against its rules. @throws OptionError */
export function checkSettings(settings: Settings): void {
  const { learningRate } = settings;
  checkRun(settings, 'recipe');
  const fields = Object.keys(RECIPE_FIELDS) as (keyof typeof RECIPE_FIELDS)[];
  checkFields('recipe', RECIPE_FIELDS, Object.fromEntries(fields.map((name) => [name, settings[name]])));
  const { policy, ...rates } = learningRate;
  if (!Object.hasOwn(RATE_FIELDS, policy)) {
    const known = Object.keys(RATE_FIELDS).join(', ');
    throw new OptionError('recipe.learningRate.policy', `must be one of ${known}, got ${JSON.stringify(policy)}`);
  }
  checkFields('recipe.learningRate', RATE_FIELDS[policy], rates);
}
