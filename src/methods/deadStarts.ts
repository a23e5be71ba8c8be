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
import { sizeOf } from '../core/shape.js';
import type { Context } from '../gpu/context.js';
import type { Model } from '../graph/model.js';
import { channelScale, createPreprocessor } from '../scene/input.js';
import { rectifiersAt } from '../scene/rectifiers.js';
import { type Ascent, type AscentOptions, createAscent } from './activationMaximization.js';
import type { Recipe } from './recipe.js';
import { type RecipeStart, reportStart, type StartReport } from './starts.js';
import { type ImageId, loadImage, type SetImage } from './topImages.js';

export interface WakeOptions extends Pick<AscentOptions, 'signal' | 'inputs'> {
  /** Pictures of which the one that the unit likes best may become the start, where nothing else helps. */
  readonly pictures?: Iterable<SetImage> | AsyncIterable<SetImage>;
}

/** Steps between looks at the value before the rectifier; it counts as open when it was above zero in all of them. */
const LOOK_EVERY = 10;
/** Steps on the value before the rectifier, at most. */
const MOST_STEPS = 200;
/** Other seeds that are tried, and pictures that are looked at at once. */
const TRIED_AT_ONCE = 8;

/** Image by place in the batch, and how it was come by. */
interface Found {
  readonly start: RecipeStart;
  readonly image: Float32Array;
}
type Finder = (dead: readonly number[]) => Promise<ReadonlyMap<number, Found>>;

/**
 * Sees to it that no image of a run starts where its unit is dead, as far as that can be done, and leaves the run at its start.
 * What was done is in the run's recipe, whose `starts` are taken as they are where it has them, and in its outcomes.
 *
 * @returns how each image starts; `dead` for one that is no preferred image, whatever is done
 * @throws OptionError where a recipe starts from a picture that is not given
 */
export async function wake(
  ctx: Context,
  model: Model,
  ascent: Ascent,
  options: WakeOptions = {},
): Promise<readonly StartReport[]> {
  const { recipe } = ascent;
  if (recipe.starts) {
    ascent.restart(recipe.starts, await imagesOf(ctx, model, recipe, recipe.starts, options));
    return reports(ascent);
  }
  let dead = await deadOf(ascent);
  ascent.reset();
  if (dead.length === 0) return reports(ascent);
  const noise: RecipeStart = { by: 'noise' };
  const starts: RecipeStart[] = recipe.seeds.map(() => noise);
  const images = new Map<number, Float32Array>();
  const finders: readonly Finder[] = [
    (places) => beforeRectifier(ctx, model, recipe, places, options),
    (places) => otherSeeds(ctx, model, recipe, places, options),
    (places) => bestPictures(ctx, model, recipe, places, options),
  ];
  for (const find of finders) {
    if (dead.length === 0 || options.signal?.aborted) break;
    const found = await find(dead);
    if (found.size === 0) continue;
    for (const [n, { start, image }] of found) {
      starts[n] = start;
      images.set(n, image);
    }
    // The run itself has the last word: what helped before the rectifier may be undone behind it.
    ascent.restart(starts, images);
    const still = await deadOf(ascent);
    dead = dead.filter((n) => still.includes(n));
    for (const n of dead) {
      starts[n] = noise;
      images.delete(n);
    }
  }
  // A run that is given up has not shown that nothing helps.
  if (options.signal?.aborted) return reports(ascent);
  for (const n of dead) starts[n] = { by: 'dead' };
  ascent.restart(starts, images);
  return reports(ascent);
}

function reports({ recipe: { seeds, starts } }: Ascent): readonly StartReport[] {
  return seeds.map((seed, n) => reportStart(starts?.[n] ?? { by: 'noise' }, seed));
}

/** Places in the batch whose gradient is exactly zero at the start. The run has then made one step. */
async function deadOf(ascent: Ascent): Promise<number[]> {
  ascent.run(1);
  const outcomes = await ascent.outcome();
  return outcomes.flatMap(({ stuck }, n) => (stuck ? [n] : []));
}

/** A run over the same unit with other seeds. It is not ended by the signal while it compiles: the run it serves goes on. */
function runOf(
  ctx: Context,
  model: Model,
  { starts: _, ...recipe }: Recipe,
  seeds: readonly number[],
  { inputs, objective = 'unit' }: Pick<AscentOptions, 'inputs' | 'objective'>,
): Promise<Ascent> {
  return createAscent(ctx, model, { ...recipe, seeds }, { objective, ...(inputs && { inputs }) });
}

async function beforeRectifier(
  ctx: Context,
  model: Model,
  recipe: Recipe,
  dead: readonly number[],
  options: WakeOptions,
  wanted?: number,
): Promise<ReadonlyMap<number, Found>> {
  const found = new Map<number, Found>();
  const layer = recipe.unit.replace(/:\d+(?::\d+,\d+)?$/, '');
  // Lowering a unit that is at zero cannot open it.
  if (recipe.direction < 0 || rectifiersAt(model, layer).size === 0) return found;
  const most = wanted ?? MOST_STEPS;
  const seeds = dead.map((n) => recipe.seeds[n]);
  // The last step of a run leaves its image as it is.
  const longer = { ...recipe, steps: most + 1 };
  const run = await runOf(ctx, model, longer, seeds, { ...options, objective: 'preactivation' });
  try {
    const size = sizeOf(run.shape.slice(1));
    while (found.size < dead.length && run.steps < most && !run.done && !options.signal?.aborted) {
      run.run(Math.min(LOOK_EVERY, most - run.steps));
      const trace = await run.trace();
      const open = dead.flatMap((n, i) =>
        !found.has(n) && (wanted ? run.steps === wanted : trace[i].every(({ objective }) => objective > 0)) ? [i] : [],
      );
      if (open.length === 0) continue;
      const images = await run.read();
      for (const i of open) {
        const image = images.slice(i * size, (i + 1) * size);
        found.set(dead[i], { start: { by: 'preactivation', steps: run.steps }, image });
      }
    }
  } finally {
    run[dispose]();
  }
  return found;
}

async function otherSeeds(
  ctx: Context,
  model: Model,
  recipe: Recipe,
  dead: readonly number[],
  options: WakeOptions,
): Promise<ReadonlyMap<number, Found>> {
  const found = new Map<number, Found>();
  const first = recipe.seeds.reduce((most, seed) => Math.max(most, seed), 0) + 1;
  const seeds = Array.from({ length: TRIED_AT_ONCE }, (_, i) => (first + i) % 2 ** 32);
  const run = await runOf(ctx, model, recipe, seeds, options);
  try {
    const images = await run.read();
    const size = sizeOf(run.shape.slice(1));
    const still = await deadOf(run);
    const alive = seeds.flatMap((seed, i) => (still.includes(i) ? [] : [{ seed, i }]));
    for (const [k, n] of dead.entries()) {
      if (k >= alive.length) break;
      const { seed, i } = alive[k];
      found.set(n, { start: { by: 'seed', seed }, image: images.slice(i * size, (i + 1) * size) });
    }
  } finally {
    run[dispose]();
  }
  return found;
}

async function bestPictures(
  ctx: Context,
  model: Model,
  recipe: Recipe,
  dead: readonly number[],
  options: WakeOptions,
): Promise<ReadonlyMap<number, Found>> {
  const { pictures, signal } = options;
  if (!pictures) return new Map();
  let best: { readonly id: ImageId; readonly image: Float32Array; readonly value: number }[] = [];
  const seeds = Array.from({ length: TRIED_AT_ONCE }, (_, i) => i);
  const run = await runOf(ctx, model, recipe, seeds, options);
  try {
    const look = async (chunk: readonly { readonly id: ImageId; readonly image: Float32Array }[]) => {
      const starts = seeds.map((): RecipeStart => ({ by: 'noise' }));
      run.restart(starts, new Map(chunk.map(({ image }, i) => [i, image])));
      const still = await deadOf(run);
      const outcomes = await run.outcome();
      const alive = chunk.flatMap((picture, i) =>
        still.includes(i) ? [] : [{ ...picture, value: outcomes[i].best.objective * Math.sign(recipe.direction) }],
      );
      best = [...best, ...alive].sort((a, b) => b.value - a.value).slice(0, dead.length);
    };
    let chunk: { readonly id: ImageId; readonly image: Float32Array }[] = [];
    for await (const picture of pixelsOf(ctx, model, pictures)) {
      chunk.push(picture);
      if (chunk.length < TRIED_AT_ONCE) continue;
      if (signal?.aborted) break;
      await look(chunk);
      chunk = [];
    }
    if (chunk.length > 0) await look(chunk);
  } finally {
    run[dispose]();
  }
  return new Map(
    best.map(
      ({ id, image }, k) => [dead[k], { start: { by: 'picture', picture: id }, image }] satisfies [number, Found],
    ),
  );
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

/** The start images that a recipe records, by their places; none for those that are as its seeds say. */
async function imagesOf(
  ctx: Context,
  model: Model,
  recipe: Recipe,
  starts: readonly RecipeStart[],
  options: WakeOptions,
): Promise<ReadonlyMap<number, Float32Array>> {
  const images = new Map<number, Float32Array>();
  const wanted = new Map<ImageId, number[]>();
  for (const [n, start] of starts.entries()) {
    if (start.by === 'preactivation') {
      const found = await beforeRectifier(ctx, model, recipe, [n], options, start.steps);
      for (const [place, { image }] of found) images.set(place, image);
    } else if (start.by === 'seed') {
      const run = await runOf(ctx, model, recipe, [start.seed], options);
      try {
        images.set(n, await run.read());
      } finally {
        run[dispose]();
      }
    } else if (start.by === 'picture') wanted.set(start.picture, [...(wanted.get(start.picture) ?? []), n]);
  }
  if (wanted.size === 0) return images;
  for await (const { id, image } of pixelsOf(ctx, model, options.pictures ?? [])) {
    for (const n of wanted.get(id) ?? []) images.set(n, image);
    wanted.delete(id);
  }
  const [missing] = wanted.keys();
  if (missing === undefined) return images;
  throw new OptionError('recipe.starts', `an image starts from picture '${missing}', which is not among those given`);
}
