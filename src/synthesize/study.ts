// A study: everything that decides an optimized image but the net and the device. JSON in, the same bits out.
import { OptionError } from '../core/errors.js';
import { progress } from '../optim/progress.js';
import { pixels } from '../params/pixels.js';
import { type AnyPart, isMade, type Kind, type Made, type PartSpec, type Parts } from '../parts/part.js';
import { pixelRange } from '../regularize/pixelRange.js';
import type { RecipeStart } from './starts.js';

/** A part by its spec, or one that was made. */
export type PartOf<K extends Kind> = PartSpec | Made<K>;

/** What may differ from phase to phase. */
export interface Varied {
  readonly objective: PartOf<'objective'>;
  readonly params: PartOf<'parameterization'>;
  /** Rows and columns of the image, where it is larger or smaller than what the net takes. */
  readonly canvas?: readonly [H: number, W: number];
  /** In the order in which they change the image. */
  readonly transforms: readonly PartOf<'transform'>[];
  /** In the order in which they edit the image. */
  readonly regularize: readonly PartOf<'regularizer'>[];
  /** The chain from the gradient to the step; its last rule says how far. */
  readonly optim: readonly PartOf<'update rule'>[];
  /** Rules of the way back that are not the gradient's, such as those against a dead start. */
  readonly backward?: readonly PartOf<'attribution rule'>[];
}

/** What every recipe of a run has, whatever its method. */
export interface Runnable {
  /** One image each, all in one batch. */
  readonly seeds: readonly number[];
  readonly steps: number;
  /** How each image came to its start, where the one that its seed says was dead; one for each seed. */
  readonly starts?: readonly RecipeStart[];
}

/** Some steps with other parts: a coarse image first, then a fine one. */
export type Phase = Partial<Varied> & { readonly steps: number };

export interface Study extends Varied, Runnable {
  readonly method: 'synthesize';
  readonly version: 2;
  /** Further phases, each from the images of the one before. */
  readonly phases?: readonly Phase[];
}

/** A study in which all but the objective may be left out. */
export type StudyOptions = Partial<Omit<Study, 'method' | 'version'>> & { readonly objective: PartOf<'objective'> };

/** Steps of a study that does not say how many. */
const DEFAULT_STEPS = 200;

/**
 * A whole study: pixels, the toolbox's rates and the pixel range, unless it says otherwise. The pixel range edits an image, so an image
 * that is made of other variables goes without. @throws OptionError
 */
export function createStudy(options: StudyOptions): Study {
  const { params = pixels.make({}) } = options;
  const editable = 'editable' in params ? params.editable === true : params.name === 'pixels';
  const study: Study = {
    method: 'synthesize',
    version: 2,
    params,
    transforms: [],
    regularize: editable ? [pixelRange.make({})] : [],
    optim: [progress.make({})],
    seeds: [0],
    steps: DEFAULT_STEPS,
    ...options,
  };
  checkRun(study, 'study');
  return study;
}

/** A study's parts, made. */
export interface Resolved {
  readonly objective: Made<'objective'>;
  readonly params: Made<'parameterization'>;
  readonly transforms: readonly Made<'transform'>[];
  readonly regularize: readonly Made<'regularizer'>[];
  readonly optim: readonly Made<'update rule'>[];
  readonly backward: readonly Made<'attribution rule'>[];
  readonly canvas: readonly [H: number, W: number] | undefined;
}

/** Makes the parts of a study. `path` comes before the names of its fields in complaints. @throws OptionError naming the part and its field, UnknownNameError */
export function resolve(study: Varied, parts: Parts, path = ''): Resolved {
  const each = <K extends Kind>(
    kind: K,
    field: 'transforms' | 'regularize' | 'optim' | 'backward',
    list: readonly PartOf<K>[],
  ) => list.map((part, i) => parts.make(kind, part, `${path}${field}[${i}]`));
  return {
    objective: parts.make('objective', study.objective, `${path}objective`),
    params: parts.make('parameterization', study.params, `${path}params`),
    transforms: each('transform', 'transforms', study.transforms),
    regularize: each('regularizer', 'regularize', study.regularize),
    optim: each('update rule', 'optim', study.optim),
    backward: each('attribution rule', 'backward', study.backward ?? []),
    canvas: study.canvas,
  };
}

/** What makes the parts of a study, in all its phases; undefined where some were not made but are named. */
export function partsIn({ phases = [], ...first }: Partial<Varied> & Pick<Study, 'phases'>): AnyPart[] | undefined {
  const found = new Set<AnyPart>();
  for (const varied of [first, ...phases] as readonly Partial<Varied>[]) {
    const { objective, params, transforms = [], regularize = [], optim = [], backward = [] } = varied;
    const lists = [...transforms, ...regularize, ...optim, ...backward];
    for (const one of [...lists, ...(objective ? [objective] : []), ...(params ? [params] : [])]) {
      if (!isMade(one)) return undefined;
      found.add((one as Made<Kind>).part);
    }
  }
  return [...found];
}

/** A study with its parts as specs, to be written as JSON. */
export function toSpecs(study: Study): Study {
  const spec = <K extends Kind>(part: PartOf<K>): PartSpec => (isMade(part) ? part.spec : (part as PartSpec));
  const specs = <T extends Partial<Varied>>(varied: T): T => ({
    ...varied,
    ...(varied.objective && { objective: spec(varied.objective) }),
    ...(varied.params && { params: spec(varied.params) }),
    ...(varied.transforms && { transforms: varied.transforms.map(spec) }),
    ...(varied.regularize && { regularize: varied.regularize.map(spec) }),
    ...(varied.optim && { optim: varied.optim.map(spec) }),
    ...(varied.backward && { backward: varied.backward.map(spec) }),
  });
  return { ...specs(study), ...(study.phases && { phases: study.phases.map(specs) }) };
}

/** What the seeds, steps and starts of any run keep. @throws OptionError */
export function checkRun(
  { seeds, steps, starts }: { readonly [K in keyof Runnable]: Runnable[K] | undefined },
  path: string,
): void {
  const must = (field: string, holds: boolean, rule: string, value: unknown) => {
    if (!holds) throw new OptionError(`${path}.${field}`, `${rule}, got ${JSON.stringify(value)}`);
  };
  must('seeds', seeds !== undefined && seeds.length > 0, 'needs at least one seed', seeds);
  for (const seed of seeds ?? []) {
    must('seeds', Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32, 'seeds are integers from 0 to 2³²−1', seed);
  }
  must('steps', Number.isInteger(steps) && Number(steps) >= 1, 'must be a whole number from 1', steps);
  must('starts', !starts || starts.length === seeds?.length, `needs ${seeds?.length}, one for each seed`, starts);
}
