// One step of a study on a tape. The order matters, and is that of the Deep Visualization Toolbox:
//
//   v ← projections before                    such as the pixel range
//   image = parameterization(v)
//   record objective, argmax and norms; keep the best image and the first at which the unit leads its layer
//   g = ∂(objective − Σ penalties)/∂v         through transforms and net
//   unless g = 0 or this is the last step:
//     v ← v + rate·direction(g)               the chain of update rules
//     v ← projections after                   one after another, with the g of the old v
//
// All of it runs on the device: a step reads nothing back, and the row that it records is appended to a buffer.
import { grad } from '../autodiff/grad.js';
import { OptionError, ShapeError } from '../core/errors.js';
import { f32, formatShape, type Shape, sameShape, u32 } from '../core/shape.js';
import type { Model } from '../graph/model.js';
import type { Param, Tape, Value } from '../graph/tape.js';
import { choose, count, stepUp } from '../kernels/ascent/index.js';
import { binary } from '../kernels/binary/index.js';
import { sumRows } from '../kernels/reduction/rows.js';
import type { Stage, Update, Watched } from '../parts/kinds.js';
import { type Controls, createControls } from '../parts/live.js';
import type { Kind, Made } from '../parts/part.js';
import { type HostTensor, meanImage, scaled } from '../scene/input.js';
import { openNet } from '../scene/openNet.js';
import { createRandom } from '../scene/random.js';
import { rectifiersAt } from '../scene/rectifiers.js';
import { type Recorder, record } from './recorder.js';
import type { Resolved } from './study.js';

export interface StepOptions {
  /** The model's side inputs, by name; they stay as they are. */
  readonly inputs?: Readonly<Record<string, HostTensor>>;
  /** Take the objective without the rectifiers that its layers end in: it then has a gradient on both sides of zero. */
  readonly beforeRectifiers?: boolean;
}

/** A step's values, to be written before it and read after it. */
export interface Step extends Recorder {
  /** The variables of the images, `[N, …]` each. */
  readonly variables: readonly Value[];
  /** What the update rules remember. */
  readonly slots: readonly Value[];
  /** The images that the step recorded: before the update, `[N, C, H, W]`, mean-subtracted. */
  readonly image: Value;
  readonly step: Value;
  /** u32 `[N]`, for random numbers. */
  readonly seeds: Value;
  /** ∂objective/∂objective, `[N]`: ones. */
  readonly ones: Value;
  readonly last: Param;
  readonly watched: Watched | undefined;
  /** Numbers of parts that can be set between runs. */
  readonly controls: Controls;
}

/** Appends one step to `tape`, for images `shape` `[N, C, H, W]`. @throws OptionError, UnknownNameError, ShapeError */
export function buildStep(tape: Tape, model: Model, parts: Resolved, shape: Shape, options: StepOptions = {}): Step {
  const [N, C, H, W] = shape;
  const { params } = parts;
  const variables = params.variables(shape).map(({ label, shape: own }) => tape.leaf(label, f32(...own)));
  const step = tape.leaf('step', u32(1));
  const seeds = tape.leaf('seeds', u32(N));
  const ones = tape.leaf('seed', f32(N));
  const mean = tape.constant('mean', [C, H, W], meanImage(model.preprocessing, [C, H, W]));
  const controls = createControls(tape);
  const random = createRandom(
    tape,
    () => seeds,
    () => step,
  );
  const stage: Stage = { tape, batch: N, step, random };
  const projections = projectionsOf(parts);

  const held = variables.map((variable, i) => {
    if (i > 0) return variable;
    const before = projections.filter(({ when }) => when === 'before');
    return before.reduce(
      (x, p) => ofShape(p.key, p, p.project(stage, { image: x, mean }, controls.of(p.key)), shape),
      variable,
    );
  });
  const image = ofShape('params', params, params.image(stage, held, mean), shape);
  const shown = parts.transforms.reduce(
    (x, t, i) => ofShape(`transforms[${i}]`, t, t.apply(stage, x, controls.of(`transforms[${i}]`)), shape),
    image,
  );
  const left = options.beforeRectifiers
    ? new Set(parts.objective.layers.flatMap((layer) => [...rectifiersAt(model, layer)]))
    : new Set<string>();
  const scene = openNet(model, {
    tape,
    image: scaled(tape, shown, model.preprocessing),
    step,
    seeds,
    ...(options.inputs && { inputs: options.inputs }),
    replace: (layer, { x }) => (left.has(layer.name) ? x : undefined),
  });
  const objective = ofShape('objective', parts.objective, parts.objective.build(scene), [N]);
  const penalized = parts.regularize.reduce((sum, part, i) => {
    if (!('penalty' in part)) return sum;
    const key = `regularize[${i}]`;
    return binary(tape, 'sub', sum, ofShape(key, part, part.penalty(scene, image, controls.of(key)), [N]));
  }, objective);
  const gradients = grad(tape, penalized, held, { seed: ones });

  const squared = () =>
    gradients
      .map((g) => tape.apply(sumRows, { a: g, b: g }, { kind: 'squares' }))
      .reduce((a, b) => binary(tape, 'add', a, b));
  const slots: Value[] = [];
  const updates = held.map((variable, i) => {
    const chain = chainOf(stage, parts.optim, variable, gradients[i], objective, squared, controls);
    slots.push(...chain.slots.map(({ leaf }) => leaf));
    return { ...chain, next: tape.apply(stepUp, { x: variable, d: chain.direction, rate: chain.rate }, {}) };
  });

  const watched = parts.objective.watch?.(scene);
  const last = tape.param('last step', 'u32', 0);
  const recorder = record(tape, { image, objective, gg: squared(), rate: updates[0].rate, step, last, watched });

  for (const [i, { next, slots: own }] of updates.entries()) {
    const after = i > 0 ? [] : projections.filter(({ when = 'after' }) => when === 'after');
    const projected = after.reduce(
      (x, p) =>
        ofShape(p.key, p, p.project(stage, { image: x, mean, gradient: gradients[0] }, controls.of(p.key)), shape),
      next,
    );
    const moving = (a: Value, b: Value) => tape.apply(choose, { a, b, state: recorder.row }, { column: 'live' });
    tape.assign(variables[i], moving(projected, held[i]));
    for (const { leaf, next: value } of own) tape.assign(leaf, moving(value, leaf));
  }
  tape.assign(step, tape.apply(count, { x: step }, {}));
  return { ...recorder, variables, slots, image, step, seeds, ones, last, watched, controls };
}

/** The projections among the regularizers, each with its key. @throws OptionError where there is no image to edit */
function projectionsOf({ params, regularize }: Resolved) {
  return regularize.flatMap((part, i) => {
    if (!('project' in part)) return [];
    if (!params.editable) {
      throw new OptionError(
        `regularize[${i}]`,
        `'${part.spec.name}' edits the image itself, which '${params.spec.name}' makes of other variables; leave it out, or take pixels`,
      );
    }
    return [{ ...part, key: `regularize[${i}]` }];
  });
}

/** What a part returned, held against the shape that it must have. @throws ShapeError naming the part */
function ofShape(path: string, { spec }: Made<Kind>, value: Value, shape: Shape): Value {
  if (sameShape(value.shape, shape)) return value;
  throw new ShapeError(
    path,
    `'${spec.name}' must return ${formatShape(shape)}, it returned ${formatShape(value.shape)}`,
  );
}

/** What the chain of update rules makes of one variable's gradient. */
function chainOf(
  stage: Stage,
  rules: readonly Made<'update rule'>[],
  variable: Value,
  gradient: Value,
  objective: Value,
  squaredNorm: () => Value,
  controls: Controls,
) {
  const { tape, batch: rows } = stage;
  const slots: { readonly leaf: Value; readonly next: Value }[] = [];
  let update: Update = { direction: gradient };
  for (const [i, rule] of rules.entries()) {
    if (update.rate) {
      throw new OptionError(
        'optim',
        `'${rules[i - 1].spec.name}' says how far a step goes, so nothing may follow it; put it last`,
      );
    }
    const own = Object.fromEntries(
      Object.entries(rule.slots?.(variable) ?? {}).map(([name, spec]) => [
        name,
        tape.leaf(`${variable.label} ${name}`, spec),
      ]),
    );
    const inputs = { variable, gradient: update.direction, slots: own, rows, objective, squaredNorm };
    update = rule.update(stage, inputs, controls.of(`optim[${i}]`));
    ofShape(`optim[${i}]`, rule, update.direction, variable.shape);
    for (const [name, next] of Object.entries(update.slots ?? {})) {
      if (!own[name])
        throw new OptionError(`optim[${i}]`, `'${rule.spec.name}' writes a slot '${name}' that it does not declare`);
      slots.push({ leaf: own[name], next });
    }
  }
  if (!update.rate) {
    const names = rules.map(({ spec }) => spec.name).join(', ');
    throw new OptionError(
      'optim',
      `its last rule must say how far a step goes, such as sgd or adam; got ${names || 'none'}`,
    );
  }
  return { direction: update.direction, rate: update.rate, slots };
}
