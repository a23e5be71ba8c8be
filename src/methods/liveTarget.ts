// A net's tape for what is looked at: all its blobs, the back-projection of one unit, what it means for the layers below, and a
// log of the unit's values.
import { attributeTo } from '../attribute/attribute.js';
import type { Method } from '../attribute/parts.js';
import { channelMaxima, seedOfChannel } from '../attribute/start.js';
import { OptionError } from '../core/errors.js';
import type { Context } from '../gpu/context.js';
import type { Activations, Model } from '../graph/model.js';
import { compile, type Plan } from '../graph/plan.js';
import type { Param, Tape, Value } from '../graph/tape.js';
import { op as select } from '../kernels/select/index.js';
import type { TapedAttribution } from '../parts/kinds.js';
import { channelAxes, channelsFirst } from '../scene/channelAxis.js';
import { openNet, type Scene } from '../scene/openNet.js';
import { outputLayer } from '../scene/outputs.js';

/** What is computed beside the activations. */
export interface LiveTarget {
  /** The layer whose unit is back-projected and whose history is kept. */
  readonly layer: string;
  /** How cotangents pass the ops on their way back; `off` for no back-projection. */
  readonly back: Method | 'off';
  /** Keep the back-projection at every layer on the way: the toolbox's diffs. */
  readonly differences?: boolean;
  /** A map of what mattered to the unit, of its layer `[1, C, …]` and its channel: see `liveMap`. @throws as its method does */
  readonly map?: (scene: Scene, layer: Value, channel: Param) => TapedAttribution;
}

/** Values of the unit that are remembered, one per step. */
export const HISTORY = 256;

/** One tape made concrete for a target. */
export interface Compiled {
  readonly target: LiveTarget | undefined;
  readonly plan: Plan;
  readonly image: Value;
  readonly sides: Readonly<Record<string, Value>>;
  readonly activations: ReadonlyMap<string, Value>;
  /** Names of those that depend on the image. */
  readonly seesImage: ReadonlySet<string>;
  readonly differences: ReadonlyMap<string, Value>;
  readonly gradient: Value | undefined;
  readonly map: TapedAttribution | undefined;
  readonly history: Value | undefined;
  readonly channel: Param;
  readonly seedMode: Param;
}

/** @throws ShapeError, LimitError, OptionError */
export async function compileTarget(
  ctx: Context,
  model: Model,
  target: LiveTarget | undefined,
  signal: AbortSignal | undefined,
): Promise<Compiled> {
  const scene = openNet(model, { open: true });
  const { tape, image, at, inputs: sides } = scene;
  const blobs = visible(tape, model, at, [image, ...Object.values(sides)]);
  const axes = channelAxes(tape, image);
  const activations = shownOf(tape, axes, blobs, outputBlob(model));
  const ofImage = dependents(tape, [image]);
  const seesImage = new Set([...activations].flatMap(([name, { id }]) => (ofImage.has(id) ? [name] : [])));
  const channel = tape.param('channel', 'u32', 0);
  const seedMode = tape.param('seed', 'u32', 0);
  const keep = [...activations.values()];
  const base = { target, image, sides, activations, seesImage, channel, seedMode };
  const options = signal ? { signal } : {};
  if (!target) {
    const plan = await compile(ctx, tape, { keep, ...options });
    return { ...base, plan, differences: new Map(), gradient: undefined, map: undefined, history: undefined };
  }
  const shown = activations.get(target.layer);
  if (!shown) throw new OptionError('target', `'${target.layer}' is no layer that can be looked at`);
  const maxima = channelMaxima(tape, shown);
  const history = tape.log('history', tape.apply(select, { x: maxima }, { index: channel }), HISTORY);
  const layer = channelsFirst(tape, axes, at(target.layer), 1) ?? at(target.layer);
  const map = target.map?.(scene, layer, channel);
  if (map) keep.push(map.map);
  let gradient: Value | undefined;
  const differences = new Map<string, Value>();
  if (target.back !== 'off') {
    // As the toolbox does: seeded with the blob as it is after in-place layers, going backwards from the layer itself.
    const seed = seedOfChannel(tape, shown, channel, seedMode);
    const below = target.differences ? reaching(tape, layer, blobs).filter(([name]) => activations.has(name)) : [];
    // A branch of a net with several inputs may know nothing of the image: there is no back-projection to it then.
    const seen = seesImage.has(target.layer) ? [image] : [];
    const wrt = [...seen, ...below.map(([, v]) => v)];
    const question = { target: { from: layer, seed }, method: target.back };
    const cotangents = wrt.length > 0 ? attributeTo(scene, question, wrt) : [];
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
  return { ...base, plan, differences, gradient, map, history };
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

/** Layers on a path to `target`, but for itself: those that a back-projection passes. */
function reaching(tape: Tape, target: Value, activations: ReadonlyMap<string, Value>): [string, Value][] {
  const needed = new Set([target.id]);
  for (const { inputs, output } of [...tape.nodes].reverse()) {
    if (needed.has(output.id)) for (const v of Object.values(inputs)) needed.add(v.id);
  }
  return [...activations].filter(([, v]) => v.id !== target.id && needed.has(v.id));
}
