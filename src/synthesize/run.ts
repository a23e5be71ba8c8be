// A run: one study compiled for one net on one device, and where it stands.
import { dispose } from '../core/dispose.js';
import { NotFiniteError, OptionError } from '../core/errors.js';
import { formatShape, type Shape, sizeBetween, sizeOf } from '../core/shape.js';
import type { Context } from '../gpu/context.js';
import type { Model } from '../graph/model.js';
import { compile, type Plan } from '../graph/plan.js';
import { createTape } from '../graph/tape.js';
import { isRestless } from '../optim/chain.js';
import { type AnyPart, createParts, type Kind, type Made } from '../parts/part.js';
import { createPreprocessor, type Picture } from '../scene/input.js';
import { type ImageSpace, spaceOf } from '../scene/space.js';
import type { Unit } from '../scene/unit.js';
import { createLook, type Look } from './look.js';
import { CAPACITY, columnsOf, recordOf, type StepRecord } from './recorder.js';
import { type RecipeStart, reportStart, type StartReport } from './starts.js';
import { buildStep, type Step, type StepOptions } from './step.js';
import { checkRun, partsIn, type Resolved, type Runnable, resolve, type Study } from './study.js';

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

/** What a run may be told beyond its recipe. */
export interface RunOptions extends Omit<StepOptions, 'references'> {
  /** Pictures that objectives name, such as that of a caricature: pictures, or numbers in the net's input layout; one or several. */
  readonly references?: Readonly<Record<string, Picture | Float32Array | readonly (Picture | Float32Array)[]>>;
  readonly signal?: AbortSignal;
  /** Parts of one's own, beside those of the library. */
  readonly parts?: readonly AnyPart[];
}

/** A method's recipe, and the study that it stands for. */
export interface Composed<R extends Runnable> {
  readonly recipe: R;
  /** The study that a recipe stands for. Called again when the recipe of a run changes. */
  compose(recipe: R): Study;
}

/** Compiles a run of a study, or of a method's recipe. Nothing is computed until `run`. @throws OptionError, UnknownNameError, ShapeError, LimitError */
export async function createRun<R extends Runnable = Study>(
  ctx: Context,
  model: Model,
  { recipe, compose }: Composed<R>,
  options: RunOptions = {},
): Promise<Run<R>> {
  const { signal, ...rest } = options;
  const own = options.parts ?? [];
  // A study of parts that were made needs none by name: a page that only has such does not download all of them.
  const used = partsIn(compose(recipe));
  const registry = used ? createParts([...new Set([...own, ...used])]) : (await import('./parts.js')).parts.with(own);
  const made = (next: R): Resolved => {
    const study = compose(next);
    checkRun(study, 'recipe');
    return resolve(study, registry);
  };
  const parts = made(recipe);
  const references = await inputsOf(ctx, model, options.references);
  const given = { ...rest, references };
  const space = spaceOf(model, parts.canvas, given);
  const shape = [recipe.seeds.length, ...space.shape];
  const tape = createTape();
  const step = buildStep(tape, model, parts, shape, given);
  const plan = await compile(ctx, tape, signal && { signal });
  let look: Look | undefined;
  try {
    // An image that is its own variable lies in its leaf.
    look = parts.params.editable ? undefined : await createLook(ctx, model, parts, shape, given, signal);
  } catch (error) {
    plan[dispose]();
    throw error;
  }
  const another = (next: R, more: StepOptions): Promise<Run<R>> =>
    createRun(ctx, model, { recipe: next, compose }, { ...given, ...more });
  const run = new Run(model, recipe, parts, space, shape, plan, step, look, made, another);
  run.reset();
  return run;
}

/** A compiled run of one recipe. Dispose of it to free its memory. */
export class Run<R extends Runnable = Study> implements Disposable {
  #recipe: R;
  /** Variables in place of those that the parameterization starts with, by places in the batch. */
  #given: ReadonlyMap<number, readonly Float32Array[]> = new Map();
  /** The starts that the recipe records have been made. */
  #restarted = false;
  #reported = 0;
  #stopped = false;

  /** Made by `createRun`. */
  constructor(
    readonly model: Model,
    recipe: R,
    readonly parts: Resolved,
    readonly space: ImageSpace,
    /** `[seeds, C, H, W]`. */
    readonly shape: Shape,
    readonly plan: Plan,
    private readonly step: Step,
    /** Of images that are made of other variables. */
    private readonly look: Look | undefined,
    private readonly made: (recipe: R) => Resolved,
    /** A run of the same method, net and options. It is not ended by the signal while it compiles. */
    readonly another: (recipe: R, options: StepOptions) => Promise<Run<R>>,
  ) {
    this.#recipe = recipe;
  }

  /** The recipe as it is now, with all that `adjust` changed. */
  get recipe(): R {
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

  /** The one unit that the objective is about, if there is one. */
  get unit(): Unit | undefined {
    return this.step.watched?.unit;
  }

  /** The image being made, mean-subtracted and in the net's channel order, for views. */
  get image(): { readonly buffer: GPUBuffer; readonly shape: Shape } {
    return { buffer: this.look?.buffer ?? this.plan.buffer(this.step.variables[0]), shape: this.shape };
  }

  /** Back to the start images; `seeds` must be as many as before, and are started from as the recipe says. */
  reset(seeds?: readonly number[]): void {
    if (seeds) {
      const [batch] = this.shape;
      if (seeds.length !== batch)
        throw new OptionError('seeds', `this run has ${batch} images, got ${seeds.length} seeds`);
      const { starts: _, ...recipe } = this.#recipe;
      this.#recipe = { ...recipe, seeds } as unknown as R;
      this.#given = new Map();
    }
    this.#begin();
  }

  /**
   * Back to the start, with other variables in some places of the batch: of pixels, one image `[C, H, W]`, mean-subtracted. `starts`
   * says for each image how it came to its start, and goes into the recipe.
   */
  restart(starts: readonly RecipeStart[], variables: ReadonlyMap<number, readonly Float32Array[]>): void {
    const recipe = { ...this.#recipe, starts };
    checkRun(recipe, 'recipe');
    this.#recipe = recipe;
    this.#restarted = true;
    this.from(variables);
  }

  /** Back to the start, with other variables in some places of the batch; the recipe stays as it is. */
  from(variables: ReadonlyMap<number, readonly Float32Array[]>): void {
    this.#given = variables;
    this.#begin();
  }

  #begin(): void {
    const { variables, slots, start, best, majority, step, seeds, ones, state } = this.step;
    const { plan } = this;
    const { space } = this;
    const { params } = this.parts;
    const rows = this.#recipe.seeds.map((seed, n) => this.#given.get(n) ?? params.start(space, seed));
    for (const [i, variable] of variables.entries()) {
      const size = sizeBetween(variable.shape, 1);
      const data = new Float32Array(sizeOf(variable.shape));
      for (const [n, row] of rows.entries()) {
        if (row[i]?.length !== size) {
          const rule = `'${params.spec.name}' starts '${variable.label}' with ${row[i]?.length ?? 'no'} numbers`;
          throw new OptionError('params', `${rule}, of ${formatShape(variable.shape)} an image has ${size}`);
        }
        data.set(row[i], n * size);
      }
      plan.write(variable, data);
      if (this.look) continue;
      for (const leaf of [start, best, majority]) plan.write(leaf, data);
    }
    for (const slot of slots) plan.write(slot, new Float32Array(sizeOf(slot.shape)));
    plan.write(step, new Uint32Array(1));
    if (plan.uses(seeds)) plan.write(seeds, Uint32Array.from(this.#recipe.seeds));
    plan.write(ones, new Float32Array(sizeOf(ones.shape)).fill(1));
    plan.write(state, new Float32Array(sizeOf(state.shape)));
    this.look?.update(plan, this.step);
    for (const leaf of [start, best, majority]) this.look?.copyTo(plan, leaf);
    plan.rewind();
    this.#reported = 0;
    this.#stopped = false;
    this.adjust({});
  }

  /**
   * Changes numbers of the parts, or the length, while the run goes on. No recompiling, so the parts themselves stay.
   *
   * @throws OptionError
   */
  adjust(change: Partial<R>): void {
    const recipe = { ...this.#recipe, ...change };
    const next = this.made(recipe);
    const [was, is] = [fixedIn(this.parts), fixedIn(next)];
    const changed = [...new Set([...was.keys(), ...is.keys()])].find((key) => was.get(key) !== is.get(key));
    if (changed !== undefined) {
      throw new OptionError(
        `recipe: ${changed}`,
        `cannot change while a run goes on, from ${was.get(changed) ?? 'nothing'} to ${is.get(changed) ?? 'nothing'}. Start another run`,
      );
    }
    if (recipe.seeds.join() !== this.#recipe.seeds.join()) {
      throw new OptionError('recipe.seeds', 'cannot change while a run goes on. Start again with reset(seeds)');
    }
    this.step.controls.set(this.plan, keyed(next));
    this.plan.set(this.step.last, recipe.steps - 1);
    this.#recipe = recipe;
  }

  /**
   * Runs up to `steps` more steps and returns how many; waits for nothing.
   *
   * @throws OptionError for a recipe that records starts, before `wake` has made them
   */
  run(steps = 1): number {
    if (this.#recipe.starts && !this.#restarted) {
      throw new OptionError('recipe.starts', 'these starts have to be made first: await wake(ctx, model, run)');
    }
    const room = CAPACITY - (this.steps - this.#reported);
    const n = Math.min(steps, this.#recipe.steps - this.steps, room);
    if (this.#stopped || n <= 0) return 0;
    // Steps a submit: few enough that a page's other work on the GPU gets its turn. Uniforms can only change between submits.
    for (let left = n; left > 0; ) {
      let together = left;
      for (const { param, steps: until, first, then } of this.step.switches) {
        const before = until - this.steps;
        this.plan.set(param, before > 0 ? first : then);
        if (before > 0) together = Math.min(together, before);
      }
      this.plan.run({ steps: together });
      left -= together;
    }
    this.look?.update(this.plan, this.step);
    return n;
  }

  /**
   * Records of the steps since the last call, for each image.
   *
   * @throws NotFiniteError when the objective, the gradient or the image is NaN or infinite
   */
  async records(): Promise<StepRecord[][]> {
    const from = this.#reported;
    const to = this.steps;
    const [batch] = this.shape;
    const rows: StepRecord[][] = Array.from({ length: batch }, () => []);
    if (to === from) return rows;
    const data = await this.plan.read(this.step.log);
    this.#reported = to;
    let moving = isRestless(this.parts.optim);
    for (let step = from; step < to; step++) {
      for (let n = 0; n < batch; n++) {
        const get = columnsOf(data, (step % CAPACITY) * batch + n);
        if (get('finite') === 0) {
          this.#stopped = true;
          throw new NotFiniteError(
            `${this.parts.objective.label}, seed ${this.#recipe.seeds[n]}, step ${step}: objective ${get('objective')}, ` +
              `‖gradient‖ ${get('gradient')}, ‖image‖ ${get('norm')}. Lower the learning rate, or check the model's weights.`,
          );
        }
        if (step === to - 1 && get('gradient') > 0) moving = true;
        rows[n].push(recordOf(get, this.unit?.index));
      }
    }
    if (!moving) this.#stopped = true;
    return rows;
  }

  /** Where each image stands. */
  async outcome(): Promise<Outcome[]> {
    const data = await this.plan.read(this.step.state);
    return this.#recipe.seeds.map((seed, n) => {
      const get = columnsOf(data, n);
      const succeeded = this.steps > 0 && get('firstStep') >= 0;
      return {
        seed,
        best: { objective: get('best'), step: get('bestStep') },
        ...(succeeded && { majority: { objective: get('first'), step: get('firstStep') } }),
        stuck: this.steps > 0 && get('gradient') === 0 && !isRestless(this.parts.optim),
        start: reportStart(this.#recipe.starts?.[n] ?? { by: 'noise' }, seed),
      };
    });
  }

  /** The images `[seeds, C, H, W]`, mean-subtracted. A majority image is the start where there was no success. */
  read(snapshot: Snapshot = 'last'): Promise<Float32Array> {
    const { best, majority, variables } = this.step;
    if (snapshot !== 'last') return this.plan.read({ best, majority }[snapshot]);
    return this.look?.read() ?? this.plan.read(variables[0]);
  }

  /** The variables of each image, as `from` takes them. */
  async variables(): Promise<ReadonlyMap<number, readonly Float32Array[]>> {
    const all = await Promise.all(this.step.variables.map((variable) => this.plan.read(variable)));
    return new Map(
      this.#recipe.seeds.map((_, n) => [
        n,
        all.map((data, i) => {
          const size = sizeBetween(this.step.variables[i].shape, 1);
          return data.slice(n * size, (n + 1) * size);
        }),
      ]),
    );
  }

  /** Frees the plan and its memory on the device. */
  [dispose](): void {
    this.look?.[dispose]();
    this.plan[dispose]();
  }
}

/** Pictures as the net takes them. */
async function inputsOf(
  ctx: Context,
  model: Model,
  pictures: NonNullable<RunOptions['references']> = {},
): Promise<Readonly<Record<string, Float32Array>>> {
  const inputs: Record<string, Float32Array> = {};
  if (Object.keys(pictures).length === 0) return inputs;
  using preprocessor = createPreprocessor(ctx, model);
  for (const [name, given] of Object.entries(pictures)) {
    const parts: Float32Array[] = [];
    for (const picture of Array.isArray(given)
      ? (given as readonly (Picture | Float32Array)[])
      : [given as Picture | Float32Array]) {
      parts.push(picture instanceof Float32Array ? picture : await preprocessor.read(picture));
    }
    const all = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
    let at = 0;
    for (const part of parts) {
      all.set(part, at);
      at += part.length;
    }
    inputs[name] = all;
  }
  return inputs;
}

/** What of each part cannot change while a run goes on: its name, and the fields that are not live. As text, to be compared. */
function fixedIn({
  objective,
  params,
  transforms,
  regularize,
  optim,
  backward,
}: Resolved): ReadonlyMap<string, string> {
  const lists = { transforms, regularize, optim, backward };
  const all: readonly (readonly [string, Made<Kind>])[] = [
    ['objective', objective],
    ['params', params],
    ...Object.entries(lists).flatMap(([kind, parts]) => parts.map((part, i) => [`${kind}[${i}]`, part] as const)),
  ];
  return new Map(
    all.map(([key, { spec, live }]) => [
      key,
      JSON.stringify(Object.entries(spec).filter(([field]) => !live.includes(field))),
    ]),
  );
}

/** The options of each part, by the key under which its live numbers are found. */
function keyed({ transforms, regularize, optim }: Resolved): ReadonlyMap<string, Readonly<Record<string, unknown>>> {
  return new Map(
    Object.entries({ transforms, regularize, optim }).flatMap(([kind, parts]) =>
      parts.map(({ spec }, i) => [`${kind}[${i}]`, spec] as const),
    ),
  );
}
