// Random search over recipes, as the four rows of Table 1 of Yosinski et al. 2015 were found: 300 random combinations, of which a few
// that complement each other were picked by eye. The paper states no ranges; those here say where they come from.
import { OptionError } from '../core/errors.js';
import { createRng, type Rng, seedFor } from '../core/rng.js';
import type { Model } from '../graph/model.js';
import { imageShape } from '../scene/input.js';
import { hashOf } from '../scene/modelHash.js';
import type { ImageStatistics } from '../scene/statistics.js';
import { formatUnit, type UnitAddress } from '../scene/unit.js';
import { createStudy, type StudyOptions, toSpecs } from '../synthesize/study.js';
import { aboutOf, batched, idOf, type Piece, type Tile } from './gallery.js';
import { preferredStudy } from './preferred.js';
import { asNeuron, atCentre, targetOf } from './presets/target.js';
import { createSettings, ROWS, type RowName } from './recipe.js';
import { regularized } from './yosinski2015.js';

/** From where a number is drawn. */
export interface Range {
  readonly low: number;
  readonly high: number;
  /** Drawn evenly in its logarithm. */
  readonly log?: true;
  readonly whole?: true;
  /** Share of trials in which it is 0: off. */
  readonly off?: number;
}

/**
 * The numbers of the preset `spectrum`, about those that made the best pictures so far: at 64 pixels steps of rms 0.0063 in a ball of 0.225,
 * at 224 pixels 0.0116 in 0.387. `shift` is a share of the image's side, `scale` the greatest change of size.
 */
const SPECTRUM = {
  rms: { low: 0.003, high: 0.03, log: true },
  fall: { low: 0.5, high: 0.95 },
  ball: { low: 0.1, high: 0.6, log: true },
  score: { low: 0.005, high: 0.3, log: true, off: 0.2 },
  ratio: { low: 0.01, high: 0.35 },
  momentum: { low: 0.7, high: 0.97 },
  power: { low: 0.5, high: 1.4 },
  deviation: { low: 0.1, high: 1 },
  shift: { low: 0, high: 0.12 },
  scale: { low: 0, high: 0.2 },
  angle: { low: 0, high: 15 },
  steps: { low: 60, high: 300, log: true, whole: true },
} as const satisfies Readonly<Record<string, Range>>;

/** The paper's four regularizers, each off in half of the trials, about the rows of its Table 1; and the rates of the toolbox's policy. */
const PAPER = {
  decay: { low: 1e-4, high: 0.5, log: true, off: 0.5 },
  blurRadius: { low: 0.3, high: 2, off: 0.25 },
  blurEvery: { low: 1, high: 10, whole: true },
  smallNormPercentile: { low: 10, high: 90, off: 0.5 },
  contributionPercentile: { low: 10, high: 90, off: 0.5 },
  desiredProgress: { low: 0.1, high: 10, log: true },
  steps: { low: 100, high: 1000, log: true, whole: true },
} as const satisfies Readonly<Record<string, Range>>;

/** The ranges of each kind of trial, by the names of the numbers. */
export const SEARCH_RANGES: Readonly<Record<DrawnKind, Readonly<Record<string, Range>>>> = {
  spectrum: SPECTRUM,
  paper: PAPER,
};
/** Whose numbers are drawn. */
export type DrawnKind = 'spectrum' | 'paper';
export const DRAWN_KINDS: readonly DrawnKind[] = ['spectrum', 'paper'];
/** What a trial is: drawn, or a row of the paper's Table 1. */
export type TrialKind = DrawnKind | 'published';
/** The rows that the paper found by such a search. */
const PUBLISHED = ['norm', 'decay', 'blur', 'contribution'] as const satisfies readonly RowName[];

/** What is searched. */
export interface SearchOptions {
  readonly units: readonly UnitAddress[];
  readonly trials: number;
  /** The first `n` trials of a seed are the same whatever `trials` is. */
  readonly seed?: number;
  /** In turns. Default: both. */
  readonly kinds?: readonly DrawnKind[];
  /** After the trials also the paper's four, to compare with. */
  readonly published?: boolean;
  /** Start images, one of each unit for each. */
  readonly seeds?: readonly number[];
  /** In place of drawn numbers of steps. */
  readonly steps?: number;
  readonly statistics?: ImageStatistics;
}

/** One combination: images of all units and seeds, made as one batch. */
export interface Trial extends Piece {
  readonly kind: TrialKind;
  readonly index: number;
  readonly numbers: Readonly<Record<string, number>>;
}

/** The trials of a search. Nothing is computed. @throws OptionError, UnknownNameError */
export async function searchTrials(model: Model, options: SearchOptions): Promise<readonly Trial[]> {
  const { units, trials, seed = 0, kinds = DRAWN_KINDS, seeds = [0], steps, statistics, published = false } = options;
  if (!(Number.isInteger(trials) && trials >= 1))
    throw new OptionError('trials', `must be a whole number from 1, got ${trials}`);
  if (units.length === 0 || kinds.length === 0)
    throw new OptionError('units', 'must be at least one, and so must kinds');
  if (kinds.includes('spectrum') && !statistics)
    throw new OptionError('statistics', 'are needed by trials of spectrum: those of pictures like the net’s own');
  const tiles = units.flatMap((unit) => seeds.map((own): Tile => ({ unit: formatUnit(unit), seed: own })));
  const layer = [...new Set(units.map((unit) => unit.layer))].join(', ');
  const about = await aboutOf(model);
  const made: Trial[] = [];
  const add = async (
    trial: Pick<Trial, 'kind' | 'preset' | 'numbers'>,
    studyOf: (unit: string) => StudyOptions,
  ): Promise<void> => {
    const study = batched(tiles.map((tile) => createStudy({ ...studyOf(tile.unit), seeds: [tile.seed] })));
    const id = idOf(await hashOf(['search', about, study, trial.kind === 'spectrum' ? statistics : null]));
    made.push({ id, layer, tiles, study, index: made.length, ...trial });
  };
  for (let index = 0; index < trials; index++) {
    const kind = kinds[index % kinds.length];
    const numbers = { ...drawNumbers(kind, seed, index), ...(steps !== undefined && { steps }) };
    await add({ kind, preset: kind, numbers }, (unit) => trialStudy(model, unit, kind, numbers));
  }
  for (const row of published ? PUBLISHED : []) {
    const { learningRate: _, ...numbers } = { ...ROWS[row], ...(steps !== undefined && { steps }) };
    const changes = { preset: row, ...(steps !== undefined && { steps }) };
    await add({ kind: 'published', preset: row, numbers }, (unit) => preferredStudy(model, { unit, ...changes }));
  }
  return made;
}

/** The numbers of a trial: drawn by its seed and place alone. */
export function drawNumbers(kind: DrawnKind, seed: number, index: number): Readonly<Record<string, number>> {
  const rng = createRng(seedFor(seed, `trial ${index}`));
  return Object.fromEntries(Object.entries(SEARCH_RANGES[kind]).map(([name, range]) => [name, drawn(range, rng)]));
}

function drawn({ low, high, log, whole, off = 0 }: Range, rng: Rng): number {
  // Both are always drawn, so that a range has no say in what follows it.
  const [isOff, share] = [rng.uniform() < off, rng.uniform()];
  if (isOff) return 0;
  const value = log ? low * (high / low) ** share : low + (high - low) * share;
  return whole ? Math.round(value) : Number(value.toPrecision(4));
}

/** The study of a unit with the numbers of a trial. */
export function trialStudy(
  model: Model,
  unit: string,
  kind: DrawnKind,
  numbers: Readonly<Record<string, number>>,
): StudyOptions {
  const target = targetOf(model, unit);
  const { steps } = numbers;
  if (kind === 'paper') {
    const { decay, blurRadius, blurEvery, smallNormPercentile, contributionPercentile, desiredProgress } = numbers;
    const learningRate = { policy: 'progress', maxLr: 1e8, desiredProgress } as const;
    const regularizers = { decay, blurRadius, blurEvery, smallNormPercentile, contributionPercentile };
    return regularized(asNeuron(target), createSettings({ ...regularizers, learningRate, steps }));
  }
  const { rms, fall, ball, score, ratio, momentum, power, deviation, shift, scale, angle } = numbers;
  const [, H, W] = imageShape(model);
  const base = toSpecs(preferredStudy(model, { unit, preset: 'spectrum' }));
  const changes: Readonly<Record<string, object>> = {
    pace: { rms, fall },
    ball: { rms: ball },
    smooth: { ratio },
    momentum: { momentum },
    precondition: { power },
    pixels: { deviation },
    shift: { reach: Number((shift * Math.min(H, W)).toPrecision(4)) },
    scale: { low: Number((1 - scale).toPrecision(4)), high: Number((1 + scale).toPrecision(4)) },
    rotate: { angle },
  };
  const changed = <P>(part: P): P => {
    const name = typeof part === 'object' && part !== null && 'name' in part ? String(part.name) : '';
    return Object.hasOwn(changes, name) ? { ...part, ...changes[name] } : part;
  };
  return {
    ...base,
    objective: atCentre(target, score),
    params: changed(base.params),
    transforms: base.transforms.map(changed),
    optim: base.optim.map(changed),
    regularize: base.regularize.map(changed),
    steps,
  };
}

/** What is measured of one image. */
export interface ImageScore {
  /** Greatest activation of its unit, relative to that of the best real picture. */
  readonly reached: number;
  /** No other unit of its layer is more active anywhere. */
  readonly leads: boolean;
  /** Probability of the class for the judge, and whether it is the first; absent for units that are no class of it. */
  readonly transfer?: number;
  readonly named?: boolean;
  /** How many standard deviations of real pictures its spectrum's slope and its total variation are from their mean. */
  readonly slope: number;
  readonly variation: number;
  /** Mean distance to the 5 nearest real pictures by the judge's features, in units of what real pictures have. */
  readonly distance: number;
}

/** The same of a trial: means over its images, of deviations their sizes. Dead images count as none reached and none named. */
export interface TrialScore {
  readonly reached: number;
  readonly transfer?: number;
  readonly named?: number;
  readonly slope: number;
  readonly variation: number;
  readonly distance: number;
  readonly dead: number;
  /** Mean rank among all trials, from 0, the worst in everything, to 1. */
  readonly score: number;
}

/** Which way each number is better, and from where on more is no better. */
const BETTER: readonly (readonly [name: Exclude<keyof TrialScore, 'score' | 'dead'>, sign: 1 | -1, enough?: number])[] =
  [
    ['reached', 1, 1],
    ['transfer', 1],
    ['named', 1],
    ['slope', -1],
    ['variation', -1],
    ['distance', -1],
  ];

/** Means over the images of each trial, and its rank among all. Undefined stands for a dead image. */
export function scoreTrials(images: readonly (readonly (ImageScore | undefined)[])[]): readonly TrialScore[] {
  const means = images.map((own) => {
    const alive = own.flatMap((image) => image ?? []);
    const dead = own.length - alive.length;
    const sum = (of: (image: ImageScore) => number) => alive.reduce((a, image) => a + of(image), 0);
    const mean = (of: (image: ImageScore) => number) =>
      alive.length > 0 ? sum(of) / alive.length : Number.POSITIVE_INFINITY;
    const judged = alive.length === 0 || alive.some(({ transfer }) => transfer !== undefined);
    const asked = dead + alive.filter(({ transfer }) => transfer !== undefined).length;
    return {
      reached: sum(({ reached }) => reached) / own.length,
      ...(judged && {
        transfer: sum(({ transfer = 0 }) => transfer) / asked,
        named: sum(({ named }) => (named ? 1 : 0)) / asked,
      }),
      slope: mean(({ slope }) => Math.abs(slope)),
      variation: mean(({ variation }) => Math.abs(variation)),
      distance: mean(({ distance }) => distance),
      dead,
    };
  });
  const used = BETTER.filter(([name]) => means.every((trial) => trial[name] !== undefined));
  const ranks = used.map(([name, sign, enough = Number.POSITIVE_INFINITY]) => {
    const values = means.map((trial) => sign * Math.min(trial[name] ?? 0, enough));
    return values.map((value) => {
      const below = values.filter((other) => other < value).length;
      const equal = values.filter((other) => other === value).length - 1;
      return values.length > 1 ? (below + equal / 2) / (values.length - 1) : 1;
    });
  });
  return means.map((trial, i) => ({ ...trial, score: ranks.reduce((sum, rank) => sum + rank[i], 0) / ranks.length }));
}

/**
 * Trials that complement each other: the best first, then again and again the one whose images differ most from those of all that were
 * chosen, among the better half. `features` has a row for each trial.
 */
export function complementary(
  scores: readonly Pick<TrialScore, 'score'>[],
  features: readonly Float32Array[],
  count: number,
): readonly number[] {
  const order = scores.map((_, i) => i).sort((a, b) => scores[b].score - scores[a].score || a - b);
  const half = order.slice(0, Math.max(count, Math.ceil(order.length / 2)));
  const chosen = half.slice(0, 1);
  while (chosen.length < Math.min(count, half.length)) {
    const rest = half.filter((i) => !chosen.includes(i));
    const nearest = (i: number) => Math.min(...chosen.map((j) => distanceOf(features[i], features[j])));
    chosen.push(rest.reduce((best, i) => (nearest(i) > nearest(best) ? i : best)));
  }
  return chosen;
}

/** Euclidean. */
const distanceOf = (a: Float32Array, b: Float32Array): number =>
  Math.sqrt(a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0));

/** Mean distance of a row to its `count` nearest others. */
export function nearestDistance(row: Float32Array, others: readonly Float32Array[], count: number): number {
  const near = others
    .filter((other) => other !== row)
    .map((other) => distanceOf(row, other))
    .sort((a, b) => a - b)
    .slice(0, count);
  return near.reduce((a, b) => a + b, 0) / near.length;
}
