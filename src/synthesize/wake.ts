// Dead starts. Where a unit is behind a rectifier that is closed at the start image, its gradient is exactly zero: ascent cannot
// move, and what it would return is the start's noise. Most units of a deep layer are dead at noise around the mean image.
//
// What is tried, in this order, until the unit's gradient is not zero:
//   1. the same ascent on the unit's value before its rectifier, which has a gradient on both sides of zero, until it has been
//      above zero for a while; from there the unit itself is raised
//   2. other seeds
//   3. where pictures are given, the one in which the unit is strongest
//
// Whether a start is dead is what the run's own first step says (`Outcome.stuck`); images that are not dead are not touched.
import { dispose } from '../core/dispose.js';
import { OptionError } from '../core/errors.js';
import type { Context } from '../gpu/context.js';
import type { Model } from '../graph/model.js';
import { type ImageId, loadImage, type SetImage } from '../scene/images.js';
import { channelScale, createPreprocessor } from '../scene/input.js';
import { rectifiersAt } from '../scene/rectifiers.js';
import { spaceOf } from '../scene/space.js';
import type { Run, RunOptions } from './run.js';
import { type RecipeStart, reportStart, type StartReport } from './starts.js';
import type { StepOptions } from './step.js';
import type { Runnable } from './study.js';

/** What waking dead units may be told. */
export interface WakeOptions extends Pick<RunOptions, 'signal'> {
  /** Pictures of which the one that the unit likes best may become the start, where nothing else helps. */
  readonly pictures?: Iterable<SetImage> | AsyncIterable<SetImage>;
}

/** Steps between looks at the value before the rectifier; it counts as open when it was above zero in all of them. */
const LOOK_EVERY = 10;
/** Steps on the value before the rectifier, at most. */
const MOST_STEPS = 200;
/** Other seeds that are tried, and pictures that are looked at at once. */
const TRIED_AT_ONCE = 8;

/** Where an image may start instead, and how that was found. */
interface Found {
  readonly start: RecipeStart;
  /** What the image is made of there: of pixels, the image itself. */
  readonly variables: readonly Float32Array[];
}
type Finder = (dead: readonly number[]) => Promise<ReadonlyMap<number, Found>>;

/**
 * Sees to it that no image of a run starts where its unit is dead, as far as that can be done, and leaves the run at its start.
 * What was done is in the run's recipe, whose `starts` are taken as they are where it has them, and in its outcomes.
 *
 * @returns how each image starts; `dead` for one that is no preferred image, whatever is done
 * @throws OptionError where a recipe starts from a picture that is not given
 */
export async function wake<R extends Runnable>(
  ctx: Context,
  model: Model,
  run: Run<R>,
  options: WakeOptions = {},
): Promise<readonly StartReport[]> {
  const { recipe } = run;
  if (recipe.starts) {
    run.restart(recipe.starts, await imagesOf(ctx, model, run, recipe.starts, options));
    return reports(run);
  }
  let dead = await deadOf(run);
  run.reset();
  if (dead.length === 0) return reports(run);
  const noise: RecipeStart = { by: 'noise' };
  const starts: RecipeStart[] = recipe.seeds.map(() => noise);
  const images = new Map<number, readonly Float32Array[]>();
  const finders: readonly Finder[] = [
    (places) => beforeRectifier(run, places, options),
    (places) => otherSeeds(run, places),
    (places) => bestPictures(ctx, model, run, places, options),
  ];
  for (const find of finders) {
    if (dead.length === 0 || options.signal?.aborted) break;
    const found = await find(dead);
    if (found.size === 0) continue;
    for (const [n, { start, variables }] of found) {
      starts[n] = start;
      images.set(n, variables);
    }
    // The run itself has the last word: what helped before the rectifier may be undone behind it.
    run.restart(starts, images);
    const still = await deadOf(run);
    dead = dead.filter((n) => still.includes(n));
    for (const n of dead) {
      starts[n] = noise;
      images.delete(n);
    }
  }
  // A run that is given up has not shown that nothing helps.
  if (options.signal?.aborted) return reports(run);
  for (const n of dead) starts[n] = { by: 'dead' };
  run.restart(starts, images);
  return reports(run);
}

function reports<R extends Runnable>({ recipe: { seeds, starts } }: Run<R>): readonly StartReport[] {
  return seeds.map((seed, n) => reportStart(starts?.[n] ?? { by: 'noise' }, seed));
}

/**
 * Places in the batch whose gradient is exactly zero at the start. The run has then made one step, and before it those in which rules of
 * the way back let more through than the gradient: they may have woken a unit, or only moved its image.
 */
async function deadOf<R extends Runnable>(run: Run<R>): Promise<number[]> {
  run.run(1 + Math.max(0, ...run.parts.backward.map(({ steps = 0 }) => steps)));
  const outcomes = await run.outcome();
  return outcomes.flatMap(({ stuck }, n) => (stuck ? [n] : []));
}

/** The same with other seeds. */
function withSeeds<R extends Runnable>(
  run: Run<R>,
  seeds: readonly number[],
  options: StepOptions = {},
): Promise<Run<R>> {
  const { starts: _, ...recipe } = run.recipe;
  return run.another({ ...recipe, seeds } as unknown as R, options);
}

async function beforeRectifier<R extends Runnable>(
  run: Run<R>,
  dead: readonly number[],
  options: WakeOptions,
  wanted?: number,
): Promise<ReadonlyMap<number, Found>> {
  const found = new Map<number, Found>();
  const { objective } = run.parts;
  if (!objective.layers.some((layer) => rectifiersAt(run.model, layer).size > 0)) return found;
  const most = wanted ?? MOST_STEPS;
  const seeds = dead.map((n) => run.recipe.seeds[n]);
  const before = await withSeeds(run, seeds, { beforeRectifiers: true });
  try {
    // The last step of a run leaves its image as it is.
    before.adjust({ steps: most + 1 } as Partial<R>);
    while (found.size < dead.length && before.steps < most && !before.done && !options.signal?.aborted) {
      before.run(Math.min(LOOK_EVERY, most - before.steps));
      const records = await before.records();
      const open = dead.flatMap((n, i) =>
        !found.has(n) && (wanted ? before.steps === wanted : records[i].every((r) => r.objective > 0)) ? [i] : [],
      );
      if (open.length === 0) continue;
      const all = await before.variables();
      for (const i of open) {
        found.set(dead[i], { start: { by: 'preactivation', steps: before.steps }, variables: all.get(i) ?? [] });
      }
    }
  } finally {
    before[dispose]();
  }
  return found;
}

async function otherSeeds<R extends Runnable>(
  run: Run<R>,
  dead: readonly number[],
): Promise<ReadonlyMap<number, Found>> {
  const found = new Map<number, Found>();
  const first = run.recipe.seeds.reduce((most, seed) => Math.max(most, seed), 0) + 1;
  const seeds = Array.from({ length: TRIED_AT_ONCE }, (_, i) => (first + i) % 2 ** 32);
  const others = await withSeeds(run, seeds);
  try {
    const starts = await others.variables();
    const still = await deadOf(others);
    const alive = seeds.flatMap((seed, i) => (still.includes(i) ? [] : [{ seed, i }]));
    for (const [k, n] of dead.entries()) {
      if (k >= alive.length) break;
      const { seed, i } = alive[k];
      found.set(n, { start: { by: 'seed', seed }, variables: starts.get(i) ?? [] });
    }
  } finally {
    others[dispose]();
  }
  return found;
}

async function bestPictures<R extends Runnable>(
  ctx: Context,
  model: Model,
  run: Run<R>,
  dead: readonly number[],
  options: WakeOptions,
): Promise<ReadonlyMap<number, Found>> {
  const { pictures, signal } = options;
  const made = madeOf(run);
  if (!pictures || !made) return new Map();
  interface Candidate {
    readonly id: ImageId;
    readonly image: Float32Array;
  }
  let best: (Candidate & { readonly value: number })[] = [];
  const seeds = Array.from({ length: TRIED_AT_ONCE }, (_, i) => i);
  const trial = await withSeeds(run, seeds);
  try {
    const look = async (chunk: readonly Candidate[]) => {
      trial.from(new Map(chunk.map(({ image }, i) => [i, made(image)])));
      const still = await deadOf(trial);
      const outcomes = await trial.outcome();
      const alive = chunk.flatMap((picture, i) =>
        still.includes(i) ? [] : [{ ...picture, value: outcomes[i].best.objective }],
      );
      best = [...best, ...alive].sort((a, b) => b.value - a.value).slice(0, dead.length);
    };
    let chunk: Candidate[] = [];
    for await (const picture of pixelsOf(ctx, model, pictures)) {
      chunk.push(picture);
      if (chunk.length < TRIED_AT_ONCE) continue;
      if (signal?.aborted) break;
      await look(chunk);
      chunk = [];
    }
    if (chunk.length > 0) await look(chunk);
  } finally {
    trial[dispose]();
  }
  return new Map(
    best.map(
      ({ id, image }, k) =>
        [dead[k], { start: { by: 'picture', picture: id }, variables: made(image) }] satisfies [number, Found],
    ),
  );
}

/** What makes a picture of the net's size into variables of a run; none where nothing says what it would be made of. */
function madeOf<R extends Runnable>({ model, space, parts: { params } }: Run<R>) {
  if (!params.startFrom) return undefined;
  const own = spaceOf(model);
  const same = own.shape.join() === space.shape.join();
  if (!same && !params.resize) return undefined;
  return (image: Float32Array): readonly Float32Array[] => {
    const variables = params.startFrom?.(own, image) ?? [];
    return same ? variables : (params.resize?.(variables, own, space) ?? []);
  };
}

/** Pictures as images of a run: in the net's order and size, mean-subtracted, before the scale. */
async function* pixelsOf(
  ctx: Context,
  model: Model,
  pictures: NonNullable<WakeOptions['pictures']>,
): AsyncGenerator<{ readonly id: ImageId; readonly image: Float32Array }> {
  const [, C, H, W] = model.input.shape;
  const scale = channelScale(model.preprocessing, C);
  const preprocessor = createPreprocessor(ctx, model);
  try {
    let index = 0;
    for await (const picture of pictures) {
      const { id, content } = await loadImage(picture, index++);
      const input = content instanceof Float32Array ? content : await preprocessor.read(content);
      yield { id, image: input.map((v, i) => v / scale[Math.floor(i / (H * W))]) };
    }
  } finally {
    preprocessor[dispose]();
  }
}

/** The starts that a recipe records, by their places; none for those that are as its seeds say. */
async function imagesOf<R extends Runnable>(
  ctx: Context,
  model: Model,
  run: Run<R>,
  starts: readonly RecipeStart[],
  options: WakeOptions,
): Promise<ReadonlyMap<number, readonly Float32Array[]>> {
  const found = new Map<number, readonly Float32Array[]>();
  const wanted = new Map<ImageId, number[]>();
  for (const [n, start] of starts.entries()) {
    if (start.by === 'preactivation') {
      for (const [place, { variables }] of await beforeRectifier(run, [n], options, start.steps))
        found.set(place, variables);
    } else if (start.by === 'seed') {
      const other = await withSeeds(run, [start.seed]);
      try {
        found.set(n, (await other.variables()).get(0) ?? []);
      } finally {
        other[dispose]();
      }
    } else if (start.by === 'picture') wanted.set(start.picture, [...(wanted.get(start.picture) ?? []), n]);
  }
  if (wanted.size === 0) return found;
  const made = madeOf(run);
  if (!made) {
    const { name } = run.parts.params.spec;
    throw new OptionError(
      'recipe.starts',
      `a picture is no start for '${name}', which makes images of other variables`,
    );
  }
  for await (const { id, image } of pixelsOf(ctx, model, options.pictures ?? [])) {
    for (const n of wanted.get(id) ?? []) found.set(n, made(image));
    wanted.delete(id);
  }
  const [missing] = wanted.keys();
  if (missing === undefined) return found;
  throw new OptionError('recipe.starts', `an image starts from picture '${missing}', which is not among those given`);
}
