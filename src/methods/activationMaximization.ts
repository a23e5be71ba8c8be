// Regularized activation maximization: the optimizer of the Deep Visualization Toolbox (Yosinski et al. 2015,
// optimize/gradient_optimizer.py), step for step, as one compiled plan. The order of a step matters and is:
//
//   x ← clip(x + mean, 0, 255) − mean        before the forward pass
//   record objective, argmax, norms; keep the best image and the first at which the unit is its layer's maximum
//   g ← ∂unit/∂x
//   unless g = 0 or this is the last step:
//     x ← (x + rate·g)·(1 − decay);  blur on every k-th step;  zero small values, small norms, small benefits and
//     small contributions, each by its percentile, one after another, the last two with the g of the old x
//
// All of it runs on the device: a step reads nothing back, and the trace is appended to a buffer.

import { grad } from '../autodiff/grad.js';
import { dispose } from '../core/dispose.js';
import { NotFiniteError, OptionError } from '../core/errors.js';
import { createRng } from '../core/rng.js';
import { f32, type Shape, u32 } from '../core/shape.js';
import type { Context } from '../gpu/context.js';
import { type Model, trace } from '../graph/model.js';
import { compile, type Plan } from '../graph/plan.js';
import { createTape, type Param, type Value } from '../graph/tape.js';
import { argMaxRows } from '../kernels/argMax/rows.js';
import { ascentState, COLUMNS, type Column, choose, clipPixels, count, stepUp } from '../kernels/ascent/index.js';
import { op as concat } from '../kernels/concat/index.js';
import { sumRows } from '../kernels/reduction/rows.js';
import { clipBelowPercentile, gaussianBlur, imageSize, type ProjectionInputs } from '../regularize/index.js';
import { unitsOf } from '../scene/channelAxis.js';
import { type HostTensor, imageShape, meanImage, scaled } from '../scene/input.js';
import { layers } from '../scene/layers.js';
import { rectifiersAt } from '../scene/rectifiers.js';
import { sideInputs } from '../scene/sides.js';
import { formatUnit, locateUnit, parseUnit, type Unit, unitOf } from '../scene/unit.js';
import { checkRecipe, type LearningRate, type Recipe, type Regularization, type Start } from './recipe.js';
import { type RecipeStart, reportStart, type StartReport } from './starts.js';

/** One line of the trace, for one image. Its numbers are those of the step's image before the update. */
export interface TraceRow {
  readonly step: number;
  /** The unit's activation. */
  readonly objective: number;
  /** ‖g‖ over the whole image. */
  readonly gradient: number;
  /** Learning rate of the step. */
  readonly rate: number;
  /** ‖x‖, ‖x − x₀‖ and the standard deviation of x, mean-subtracted. */
  readonly norm: number;
  readonly distance: number;
  readonly deviation: number;
  /** The layer's strongest unit (flat index), and whether it is this one. */
  readonly argmax: number;
  readonly isMax: boolean;
}

/** Which image of a run: the last, the one with the highest objective, or the first whose unit led its layer. */
export type Snapshot = 'last' | 'best' | 'majority';

/** Where one image of the batch stands. */
export interface Outcome {
  readonly seed: number;
  readonly best: { readonly objective: number; readonly step: number };
  /** Absent while the unit has not been its layer's maximum. */
  readonly majority?: { readonly objective: number; readonly step: number };
  /** The gradient is exactly zero: ascent cannot move (the toolbox's 'grad 0 failure'). */
  readonly stuck: boolean;
  /** How the image came to its start. `dead`: it is no preferred image, and must not be shown as one. */
  readonly start: StartReport;
}

export interface AscentOptions {
  readonly signal?: AbortSignal;
  /** Compile every regularizer, also those that the recipe leaves at 0, so that `adjust` can turn them on. */
  readonly adjustable?: boolean;
  /** The model's side inputs, by name; they stay as they are. */
  readonly inputs?: Readonly<Record<string, HostTensor>>;
  /** What is raised: the unit, or its value without the rectifiers that its layer ends in. Default `unit`. */
  readonly objective?: 'unit' | 'preactivation';
}

/** Starts a run. Nothing is computed until `run`. @throws OptionError, UnknownNameError, ShapeError, LimitError */
export async function createAscent(
  ctx: Context,
  model: Model,
  recipe: Recipe,
  options: AscentOptions = {},
): Promise<Ascent> {
  checkRecipe(recipe);
  const { adjustable = false, signal } = options;
  const [C, H, W] = imageShape(model);
  const batch = recipe.seeds.length;
  const shape = [batch, C, H, W];

  const tape = createTape();
  const x = tape.leaf('image', f32(...shape));
  const x0 = tape.leaf('start', f32(...shape));
  const best = tape.leaf('best', f32(...shape));
  const majority = tape.leaf('majority', f32(...shape));
  const step = tape.leaf('step', u32(1));
  const seed = tape.leaf('seed', f32(batch));
  const state = tape.leaf('state', f32(batch, COLUMNS.length));
  const mean = tape.constant('mean', [C, H, W], meanImage(model.preprocessing, [C, H, W]));

  const clipped = tape.apply(clipPixels, { x, mean }, { low: 0, high: 255 });
  const address = parseUnit(recipe.unit);
  const left = options.objective === 'preactivation' ? rectifiersAt(model, address.layer) : new Set();
  const pixels = scaled(tape, clipped, model.preprocessing);
  const at = trace(tape, model, pixels, layers, {
    inputs: sideInputs(tape, model, batch, options.inputs),
    replace: (layer, { x }) => (left.has(layer.name) ? x : undefined),
  });
  const layer = unitsOf(tape, pixels, address.layer, at(address.layer));
  const unit = locateUnit(address, layer.shape);
  const { index } = unit;
  const objective = unitOf(tape, layer, unit, { wholeFrom: 0.5 }); // the argmax runs the whole net forward anyway
  const [g] = grad(tape, objective, [clipped], { seed });

  const sum = (kind: 'sum' | 'squares' | 'distance', a: Value, b: Value = a) => tape.apply(sumRows, { a, b }, { kind });
  const sums = tape.apply(
    concat,
    { x0: sum('sum', clipped), x1: sum('squares', clipped), x2: sum('distance', clipped, x0) },
    { axis: 0 },
  );
  const rates: RateParams = {
    policy: tape.param('policy', 'u32', 0),
    rate: tape.param('rate', 'f32', 0),
    wanted: tape.param('wanted', 'f32', 0),
    late: tape.param('late', 'f32', 0),
  };
  const last = tape.param('last step', 'u32', recipe.steps - 1);
  const row = tape.apply(
    ascentState,
    { objective, top: tape.apply(argMaxRows, { x: layer }, {}), gg: sum('squares', g), sums, before: state, step },
    { index, last, ...rates, size: imageSize(x) },
  );

  const decay = tape.param('decay', 'f32', recipe.decay);
  let image = tape.apply(stepUp, { x: clipped, g, state: row }, { decay });
  const setters: ((plan: Plan, r: Regularization) => void)[] = [(plan, r) => plan.set(decay, r.decay)];
  const project = (
    wanted: boolean,
    make: () => { project(i: ProjectionInputs): Value; set(p: Plan, r: Regularization): void },
  ) => {
    if (!wanted && !adjustable) return;
    const regularizer = make();
    image = regularizer.project({ image, gradient: g, step });
    setters.push(regularizer.set);
  };
  project(recipe.blurEvery > 0 && recipe.blurRadius > 0, () => {
    const blur = gaussianBlur(tape);
    return { ...blur, set: (p, r) => blur.set(p, { radius: r.blurRadius, every: r.blurEvery }) };
  });
  for (const [kind, field] of CLIPS) {
    project(recipe[field] > 0, () => {
      const clip = clipBelowPercentile(tape, kind);
      return { ...clip, set: (p, r) => clip.set(p, r[field]) };
    });
  }

  tape.assign(x, tape.apply(choose, { a: image, b: clipped, state: row }, { column: 'live' }));
  tape.assign(best, tape.apply(choose, { a: clipped, b: best, state: row }, { column: 'isBest' }));
  tape.assign(majority, tape.apply(choose, { a: clipped, b: majority, state: row }, { column: 'isFirst' }));
  tape.assign(state, row);
  tape.assign(step, tape.apply(count, { x: step }, {}));
  const log = tape.log('trace', row, TRACE_CAPACITY);

  const plan = await compile(ctx, tape, signal ? { signal } : {});
  const values = { x, x0, best, majority, step, seed, state, log, last, rates };
  const ascent = new Ascent(model, recipe, unit, shape, plan, values, (r) => {
    for (const set of setters) set(plan, r);
  });
  ascent.reset();
  return ascent;
}

/** Steps whose rows the device holds: `run` must not get further ahead of `trace` than this. */
const TRACE_CAPACITY = 256;

/** In the order in which they are applied. */
const CLIPS = [
  ['value', 'smallValuePercentile'],
  ['norm', 'smallNormPercentile'],
  ['benefit', 'benefitPercentile'],
  ['contribution', 'contributionPercentile'],
] as const;

type RateParams = Readonly<Record<'policy' | 'rate' | 'wanted' | 'late', Param>>;

interface AscentValues {
  readonly x: Value;
  readonly x0: Value;
  readonly best: Value;
  readonly majority: Value;
  readonly step: Value;
  readonly seed: Value;
  readonly state: Value;
  readonly log: Value;
  readonly last: Param;
  readonly rates: RateParams;
}

/** A compiled run of one recipe. Dispose of it to free its memory. */
export class Ascent implements Disposable {
  #recipe: Recipe;
  /** Start images in place of those that the recipe's `start` and the seeds say, by their places in the batch. */
  #given: ReadonlyMap<number, Float32Array> = new Map();
  /** The starts that the recipe records have been made. */
  #restarted = false;
  #reported = 0;
  #stopped = false;

  /** Made by `createAscent`. */
  constructor(
    readonly model: Model,
    recipe: Recipe,
    readonly unit: Unit,
    /** `[seeds, C, H, W]`. */
    readonly shape: Shape,
    readonly plan: Plan,
    private readonly values: AscentValues,
    private readonly setRegularization: (r: Regularization) => void,
  ) {
    this.#recipe = recipe;
  }

  /** The recipe as it is now, with all that `adjust` changed. */
  get recipe(): Recipe {
    return this.#recipe;
  }

  /** Steps run since the start. */
  get steps(): number {
    return this.plan.steps;
  }

  /** True after the last step, or when no image can move any more. */
  get done(): boolean {
    return this.#stopped || this.steps >= this.#recipe.steps;
  }

  /** The image being made, mean-subtracted and in the net's channel order, for views. */
  get image(): { readonly buffer: GPUBuffer; readonly shape: Shape } {
    return { buffer: this.plan.buffer(this.values.x), shape: this.shape };
  }

  /** Back to the start images; `seeds` must be as many as before, and are started from as the recipe's `start` says. */
  reset(seeds?: readonly number[]): void {
    if (seeds) {
      const [batch] = this.shape;
      if (seeds.length !== batch)
        throw new OptionError('seeds', `this run has ${batch} images, got ${seeds.length} seeds`);
      const { starts: _, ...recipe } = this.#recipe;
      this.#recipe = { ...recipe, seeds };
      this.#given = new Map();
    }
    this.#begin();
  }

  /**
   * Back to the start, with other images `[C, H, W]`, mean-subtracted, in some places of the batch. `starts` says for each image
   * how it came to its start, and goes into the recipe.
   */
  restart(starts: readonly RecipeStart[], images: ReadonlyMap<number, Float32Array>): void {
    const recipe = { ...this.#recipe, starts };
    checkRecipe(recipe);
    this.#recipe = recipe;
    this.#given = images;
    this.#restarted = true;
    this.#begin();
  }

  #begin(): void {
    const [batch, C, H, W] = this.shape;
    const { seeds, start: kind } = this.#recipe;
    const size = C * H * W;
    const mean = meanImage(this.model.preprocessing, [C, H, W]);
    const start = new Float32Array(batch * size);
    for (const [n, seed] of seeds.entries()) start.set(this.#given.get(n) ?? startImage(kind, seed, mean), n * size);
    const { x, x0, best, majority, step, seed, state } = this.values;
    this.plan.write(x, start);
    this.plan.write(x0, start);
    this.plan.write(best, start);
    this.plan.write(majority, start);
    this.plan.write(step, new Uint32Array(1));
    this.plan.write(seed, new Float32Array(batch).fill(this.#recipe.direction));
    this.plan.write(state, new Float32Array(batch * COLUMNS.length));
    this.plan.rewind();
    this.#reported = 0;
    this.#stopped = false;
    this.adjust({});
  }

  /** Changes regularizers, learning rate or length while the run goes on. No recompiling. @throws OptionError */
  adjust(change: Partial<Regularization & Pick<Recipe, 'steps' | 'learningRate'>>): void {
    const recipe = { ...this.#recipe, ...change };
    checkRecipe(recipe);
    this.setRegularization(recipe);
    this.#recipe = recipe;
    this.plan.set(this.values.last, recipe.steps - 1);
    setLearningRate(this.plan, this.values.rates, recipe.learningRate);
  }

  /**
   * Runs up to `steps` more steps and returns how many; waits for nothing.
   *
   * @throws OptionError for a recipe that records starts, before `wake` has made them
   */
  run(steps = 1): number {
    if (this.#recipe.starts && !this.#restarted) {
      throw new OptionError('recipe.starts', 'these starts have to be made first: await wake(ctx, model, ascent)');
    }
    const room = TRACE_CAPACITY - (this.steps - this.#reported);
    const n = Math.min(steps, this.#recipe.steps - this.steps, room);
    if (this.#stopped || n <= 0) return 0;
    // Steps a submit: few enough that a page's other work on the GPU gets its turn.
    this.plan.run({ steps: n });
    return n;
  }

  /**
   * Rows since the last call, for each image.
   *
   * @throws NotFiniteError when the objective, the gradient or the image is NaN or infinite
   */
  async trace(): Promise<TraceRow[][]> {
    const from = this.#reported;
    const to = this.steps;
    const [batch] = this.shape;
    const rows: TraceRow[][] = Array.from({ length: batch }, () => []);
    if (to === from) return rows;
    const data = await this.plan.read(this.values.log);
    this.#reported = to;
    let moving = false;
    for (let step = from; step < to; step++) {
      for (let n = 0; n < batch; n++) {
        const get = columnsOf(data, ((step % TRACE_CAPACITY) * batch + n) * COLUMNS.length);
        if (get('finite') === 0) {
          this.#stopped = true;
          throw new NotFiniteError(
            `Unit ${formatUnit({ ...this.unit })}, seed ${this.#recipe.seeds[n]}, step ${step}: objective ${get('objective')}, ` +
              `‖gradient‖ ${get('gradient')}, ‖image‖ ${get('norm')}. Lower the learning rate, or check the model's weights.`,
          );
        }
        if (step === to - 1 && get('gradient') > 0) moving = true;
        rows[n].push({
          step: get('step'),
          objective: get('objective'),
          gradient: get('gradient'),
          rate: get('rate'),
          norm: get('norm'),
          distance: get('distance'),
          deviation: get('deviation'),
          argmax: get('top'),
          isMax: get('top') === this.unit.index,
        });
      }
    }
    if (!moving) this.#stopped = true;
    return rows;
  }

  /** Where each image stands. */
  async outcome(): Promise<Outcome[]> {
    const data = await this.plan.read(this.values.state);
    return this.#recipe.seeds.map((seed, n) => {
      const get = columnsOf(data, n * COLUMNS.length);
      const succeeded = this.steps > 0 && get('firstStep') >= 0;
      return {
        seed,
        best: { objective: get('best'), step: get('bestStep') },
        ...(succeeded && { majority: { objective: get('first'), step: get('firstStep') } }),
        stuck: this.steps > 0 && get('gradient') === 0,
        start: reportStart(this.#recipe.starts?.[n] ?? { by: 'noise' }, seed),
      };
    });
  }

  /** The images `[seeds, C, H, W]`, mean-subtracted. A majority image is the start where there was no success. */
  read(snapshot: Snapshot = 'last'): Promise<Float32Array> {
    const { x, best, majority } = this.values;
    return this.plan.read({ last: x, best, majority }[snapshot]);
  }

  [dispose](): void {
    this.plan[dispose]();
  }
}

function columnsOf(data: Float32Array, offset: number): (column: Column) => number {
  return (column) => data[offset + COLUMNS.indexOf(column)];
}

function setLearningRate(plan: Plan, params: RateParams, rate: LearningRate): void {
  const POLICIES = ['constant', 'progress', 'progress01'];
  plan.set(params.policy, POLICIES.indexOf(rate.policy));
  plan.set(params.rate, rate.policy === 'constant' ? rate.lr : rate.maxLr);
  if (rate.policy === 'progress') plan.set(params.wanted, rate.desiredProgress);
  if (rate.policy === 'progress01') {
    plan.set(params.wanted, rate.earlyProgress);
    plan.set(params.late, rate.lateProgressMult);
  }
}

/** Standard deviation of the noise around the mean image. DVT: `np.random.normal(0, 10, x.shape)`. */
const START_DEVIATION = 10;

/** x₀ `[C, H, W]`, mean-subtracted: NumPy's legacy generator in C order, as the toolbox draws it. */
export function startImage(start: Start, seed: number, mean: Float32Array): Float32Array {
  const rng = createRng(seed);
  if (start === 'mean') return new Float32Array(mean.length);
  if (start === 'randu') return mean.map((m) => rng.uniform() * 255 - m);
  return mean.map(() => START_DEVIATION * rng.normal());
}
