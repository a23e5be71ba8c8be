// One step of a study on a tape. The order matters, and is that of the Deep Visualization Toolbox:
//
//   v ← projections before                    such as the pixel range
//   image = parameterization(v)
//   record objective, argmax and norms; keep the best image and the first at which the unit leads its layer
//   g = ∂(objective − Σ penalties)/∂v         through transforms and net, by the rules of the way back
//   unless g = 0 or this is the last step:
//     v ← v + rate·direction(g)               the chain of update rules
//     v ← projections after                   one after another, with the g of the old v
//
// All of it runs on the device: a step reads nothing back, and the row that it records is appended to a buffer.
import { grad } from '../autodiff/grad.js';
import { OptionError } from '../core/errors.js';
import { f32, type Shape } from '../core/shape.js';
import type { Model } from '../graph/model.js';
import type { Param, Tape, Value } from '../graph/tape.js';
import { choose, count, stepUp } from '../kernels/ascent/index.js';
import { binary } from '../kernels/binary/index.js';
import { chain, isRestless } from '../optim/chain.js';
import type { Watched } from '../parts/kinds.js';
import { type Controls, createControls } from '../parts/live.js';
import { ofShape } from '../parts/ofShape.js';
import { vjpsOf } from '../parts/vjpsOf.js';
import { type HostTensor, scaled } from '../scene/input.js';
import { openNet } from '../scene/openNet.js';
import { rectifiersAt } from '../scene/rectifiers.js';
import type { Given } from '../scene/space.js';
import { type Recorder, record } from './recorder.js';
import { createStage } from './stage.js';
import type { Resolved } from './study.js';
import { transformed } from './transformed.js';

/** What a step may be told: statistics, nets, pictures and numbers by the names that parts call them, and more. */
export interface StepOptions extends Given {
  /** The model's side inputs, by name; they stay as they are. */
  readonly inputs?: Readonly<Record<string, HostTensor>>;
  /** Take the objective without the rectifiers that its layers end in: it then has a gradient on both sides of zero. */
  readonly beforeRectifiers?: boolean;
}

/** A param that is `first` in so many first steps, and `then` after them. */
interface Switch {
  readonly param: Param;
  readonly steps: number;
  readonly first: number;
  readonly then: number;
}

/** A step's values, to be written before it and read after it. */
export interface Step extends Recorder {
  /** The variables of the images, `[N, …]` each. */
  readonly variables: readonly Value[];
  /** What the update rules remember. */
  readonly slots: readonly Value[];
  /** The start images. */
  readonly start: Value;
  /** The images that the step recorded: before the update, `[N, C, H, W]`, mean-subtracted. */
  readonly image: Value;
  readonly step: Value;
  /** u32 `[N]`, for random numbers. */
  readonly seeds: Value;
  /** ∂objective/∂objective, `[N]`: ones. */
  readonly ones: Value;
  readonly last: Param;
  /** Numbers that change when so many steps are made. */
  readonly switches: readonly Switch[];
  readonly watched: Watched | undefined;
  /** Numbers of parts that can be set between runs. */
  readonly controls: Controls;
}

/** Appends one step to `tape`, for images `shape` `[N, C, H, W]`. @throws OptionError, UnknownNameError, ShapeError */
export function buildStep(tape: Tape, model: Model, parts: Resolved, shape: Shape, options: StepOptions = {}): Step {
  const [N] = shape;
  const { params } = parts;
  const stage = createStage(tape, model, N, parts.canvas, options);
  const { step, seeds, mean, last } = stage;
  const variables = params.variables(shape, stage.space).map(({ label, shape: own }) => tape.leaf(label, f32(...own)));
  const start = tape.leaf('start', f32(...shape));
  const ones = tape.leaf('seed', f32(N));
  const controls = createControls(tape);
  const projections = projectionsOf(parts);

  const held = variables.map((variable, i) => {
    if (i > 0) return variable;
    const before = projections.filter(({ when }) => when === 'before');
    return before.reduce(
      (x, p) => ofShape(p.key, p, p.project(stage, { image: x, mean, start }, controls.of(p.key)), shape),
      variable,
    );
  });
  const image = ofShape('params', params, params.image(stage, held, mean), shape);
  const shown = transformed(stage, image, parts.transforms, controls);
  const left = options.beforeRectifiers
    ? new Set(parts.objective.layers.flatMap((layer) => [...rectifiersAt(model, layer)]))
    : new Set<string>();
  const scene = openNet(model, {
    tape,
    image: scaled(tape, shown, model.preprocessing),
    step,
    seeds,
    random: stage.random,
    ...(options.inputs && { inputs: options.inputs }),
    ...(options.references && { references: options.references }),
    ...(options.nets && { nets: options.nets }),
    replace: (layer, { x }) => (left.has(layer.name) ? x : undefined),
  });
  const objective = ofShape('objective', parts.objective, parts.objective.build(scene), [N]);
  const penalized = parts.regularize.reduce((sum, part, i) => {
    if (!('penalty' in part)) return sum;
    const key = `regularize[${i}]`;
    return binary(tape, 'sub', sum, ofShape(key, part, part.penalty(scene, image, controls.of(key), stage.space), [N]));
  }, objective);
  const switches: Switch[] = [];
  const rules = vjpsOf(parts.backward, {
    tape,
    step,
    switched(label, steps, first, then) {
      const param = tape.param(label, 'f32', first);
      switches.push({ param, steps, first, then });
      return param;
    },
  });
  const gradients = grad(tape, penalized, held, { seed: ones, rules });

  const steps = chain(
    stage,
    parts.optim,
    held.map((variable, i) => ({ variable, gradient: gradients[i] })),
    objective,
    (i) => controls.of(`optim[${i}]`),
  );

  const watched = parts.objective.watch?.(scene);
  const recorder = record(tape, {
    image,
    start,
    objective,
    gg: steps.squaredNorm(),
    rate: steps.rate,
    step,
    last,
    watched,
    restless: isRestless(parts.optim),
  });

  const moving = (a: Value, b: Value) => tape.apply(choose, { a, b, state: recorder.row }, { column: 'live' });
  for (const [i, variable] of held.entries()) {
    const after = i > 0 ? [] : projections.filter(({ when = 'after' }) => when === 'after');
    const projected = after.reduce(
      (x, p) =>
        ofShape(
          p.key,
          p,
          p.project(stage, { image: x, mean, start, gradient: gradients[0] }, controls.of(p.key)),
          variable.shape,
        ),
      tape.apply(stepUp, { x: variable, d: steps.directions[i], rate: steps.rate }, {}),
    );
    tape.assign(variables[i], moving(projected, variable));
  }
  for (const { leaf, next } of steps.slots) tape.assign(leaf, moving(next, leaf));
  tape.assign(step, tape.apply(count, { x: step }, {}));
  const slots = steps.slots.map(({ leaf }) => leaf);
  return { ...recorder, start, variables, slots, image, step, seeds, ones, last, switches, watched, controls };
}

/** The projections among the regularizers, each with its key. @throws OptionError where there is nothing that one may edit */
function projectionsOf({ params, regularize }: Resolved) {
  return regularize.flatMap((part, i) => {
    if (!('project' in part)) return [];
    if (!params.editable && !(params.code && part.code)) {
      throw new OptionError(
        `regularize[${i}]`,
        `'${part.spec.name}' edits the image itself, which '${params.spec.name}' makes of other variables; leave it out, or take pixels`,
      );
    }
    return [{ ...part, key: `regularize[${i}]` }];
  });
}
