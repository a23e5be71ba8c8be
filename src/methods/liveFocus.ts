// A net's tape for what is looked at: all its blobs, the back-projection of one unit, what it means for the layers below, and a
// log of the unit's values.
import { grad } from '../autodiff/grad.js';
import { backwardRules } from '../autodiff/rules.js';
import { OptionError } from '../core/errors.js';
import { f32, sizeBetween } from '../core/shape.js';
import type { Context } from '../gpu/context.js';
import { type Activations, type Model, trace } from '../graph/model.js';
import { compile, type Plan } from '../graph/plan.js';
import { createTape, type Param, type Tape, type Value } from '../graph/tape.js';
import { op as channelSeed } from '../kernels/channelSeed/index.js';
import { op as reduction } from '../kernels/reduction/index.js';
import type { ReluRule } from '../kernels/relu/index.js';
import { op as reshape } from '../kernels/reshape/index.js';
import { op as select } from '../kernels/select/index.js';
import { channelAxes, channelsFirst } from '../scene/channelAxis.js';
import { withBatch } from '../scene/input.js';
import { layers as table } from '../scene/layers.js';
import { outputLayer } from '../scene/outputs.js';
import { sideLeaves } from '../scene/sides.js';

/** What is computed beside the activations. */
export interface LiveFocus {
  /** The layer whose unit is back-projected and whose history is kept. */
  readonly layer: string;
  readonly back: ReluRule | 'off';
  /** Keep the back-projection at every layer on the way: the toolbox's diffs. */
  readonly differences?: boolean;
}

/** Values of the unit that are remembered, one per step. */
export const HISTORY = 256;

/** One tape made concrete for a focus. */
export interface Compiled {
  readonly focus: LiveFocus | undefined;
  readonly plan: Plan;
  readonly image: Value;
  readonly sides: Readonly<Record<string, Value>>;
  readonly activations: ReadonlyMap<string, Value>;
  /** Names of those that depend on the image. */
  readonly seesImage: ReadonlySet<string>;
  readonly differences: ReadonlyMap<string, Value>;
  readonly gradient: Value | undefined;
  readonly history: Value | undefined;
  readonly channel: Param;
  readonly seedMode: Param;
}

/** @throws ShapeError, LimitError, OptionError */
export async function compileFocus(
  ctx: Context,
  model: Model,
  focus: LiveFocus | undefined,
  signal: AbortSignal | undefined,
): Promise<Compiled> {
  const tape = createTape();
  const image = tape.leaf(model.input.name, f32(...withBatch(model.input.shape, 1)));
  const sides = sideLeaves(tape, model, model.input.shape[0]);
  const at = trace(tape, model, image, table, { inputs: sides });
  const blobs = visible(tape, model, at, [image, ...Object.values(sides)]);
  const axes = channelAxes(tape, image);
  const activations = shownOf(tape, axes, blobs, outputBlob(model));
  const ofImage = dependents(tape, [image]);
  const seesImage = new Set([...activations].flatMap(([name, { id }]) => (ofImage.has(id) ? [name] : [])));
  const channel = tape.param('channel', 'u32', 0);
  const seedMode = tape.param('seed', 'u32', 0);
  const keep = [...activations.values()];
  const base = { focus, image, sides, activations, seesImage, channel, seedMode };
  const options = signal ? { signal } : {};
  if (!focus) {
    const plan = await compile(ctx, tape, { keep, ...options });
    return { ...base, plan, differences: new Map(), gradient: undefined, history: undefined };
  }
  const shown = activations.get(focus.layer);
  if (!shown) throw new OptionError('focus', `'${focus.layer}' is no layer that can be looked at`);
  const maxima = channelMaxima(tape, shown);
  const history = tape.log('history', tape.apply(select, { x: maxima }, { index: channel }), HISTORY);
  let gradient: Value | undefined;
  const differences = new Map<string, Value>();
  if (focus.back !== 'off') {
    // As the toolbox does: seeded with the blob as it is after in-place layers, going backwards from the layer itself.
    const seed = tape.apply(channelSeed, { x: shown, top: maxima }, { channel, mode: seedMode });
    const layer = channelsFirst(tape, axes, at(focus.layer), 1) ?? at(focus.layer);
    const below = focus.differences ? reaching(tape, layer, blobs).filter(([name]) => activations.has(name)) : [];
    // A branch of a net with several inputs may know nothing of the image: there is no back-projection to it then.
    const seen = seesImage.has(focus.layer) ? [image] : [];
    const wrt = [...seen, ...below.map(([, v]) => v)];
    const cotangents = wrt.length > 0 ? grad(tape, layer, wrt, { seed, rules: backwardRules(focus.back, {}) }) : [];
    gradient = seen.length > 0 ? cotangents[0] : undefined;
    below.forEach(([name], i) => {
      const cotangent = cotangents[seen.length + i];
      // Its channels lie where those of its layer do.
      const axis = axes.get(below[i][1].id);
      const placed = axis === undefined ? axes : new Map([...axes, [cotangent.id, axis]]);
      differences.set(name, channelsFirst(tape, placed, cotangent, 1) ?? cotangent);
    });
    keep.push(...cotangents, ...differences.values());
  }
  const plan = await compile(ctx, tape, { keep, ...options });
  return { ...base, plan, differences, gradient, history };
}

/** Every blob that has channels and depends on an input, as it is in the end, in the order in which the net makes them. */
function visible(tape: Tape, model: Model, at: Activations, inputs: readonly Value[]): Map<string, Value> {
  const blobs = new Map<string, Value>();
  for (const { output: blob } of model.layers) {
    if (blobs.has(blob)) continue;
    const value = at.final(blob);
    if (value.shape.length >= 2) blobs.set(blob, value);
  }
  const moved = dependents(tape, inputs);
  for (const [blob, { id }] of blobs) if (!moved.has(id)) blobs.delete(blob);
  return blobs;
}

/**
 * Blobs with their channels behind the batch, as they are looked at. Those of which that cannot be told are left out, but for the
 * output, which guesses are read from.
 */
function shownOf(
  tape: Tape,
  axes: ReadonlyMap<number, number>,
  blobs: ReadonlyMap<string, Value>,
  output: string | undefined,
): Map<string, Value> {
  const shown = new Map<string, Value>();
  for (const [blob, value] of blobs) {
    const first = channelsFirst(tape, axes, value, 1);
    if (first || blob === output) shown.set(blob, first ?? value);
  }
  return shown;
}

/** The blob that the output layer writes. */
const outputBlob = (model: Model): string | undefined => {
  const name = outputLayer(model);
  return model.layers.find((l) => l.name === name)?.output;
};

/** What depends on one of `values`, them included, by id. */
function dependents(tape: Tape, values: readonly Value[]): ReadonlySet<number> {
  const moved = new Set(values.map(({ id }) => id));
  for (const { inputs, output } of tape.nodes) {
    if (Object.values(inputs).some(({ id }) => moved.has(id))) moved.add(output.id);
  }
  return moved;
}

/** The greatest value of each channel, `[1, C]`. */
function channelMaxima(tape: Tape, x: Value): Value {
  const rows = tape.apply(reshape, { x }, { shape: [x.shape[0], x.shape[1], sizeBetween(x.shape, 2)] });
  return tape.apply(reduction, { x: rows }, { kind: 'max', axes: [2], keep: false });
}

/** Layers on a path to `target`, but for itself: those that a back-projection passes. */
function reaching(tape: Tape, target: Value, activations: ReadonlyMap<string, Value>): [string, Value][] {
  const needed = new Set([target.id]);
  for (const { inputs, output } of [...tape.nodes].reverse()) {
    if (needed.has(output.id)) for (const v of Object.values(inputs)) needed.add(v.id);
  }
  return [...activations].filter(([, v]) => v.id !== target.id && needed.has(v.id));
}
