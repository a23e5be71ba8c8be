// A net at work on one image after another: all its activations, the back-projection of one unit, and what that means for the
// layers below it, ready to be drawn where they are. Nothing is read back but what is asked for.

import { grad } from '../autodiff/grad.js';
import { backwardRules } from '../autodiff/rules.js';
import { dispose } from '../core/dispose.js';
import { OptionError } from '../core/errors.js';
import { f32, type Shape, sizeBetween, sizeOf } from '../core/shape.js';
import type { Context } from '../gpu/context.js';
import { createReadback, type Readback } from '../gpu/readback.js';
import { type Activations, type Model, trace } from '../graph/model.js';
import { compile, type Plan } from '../graph/plan.js';
import { createTape, type Param, type Tape, type Value } from '../graph/tape.js';
import { op as channelSeed, SEED_MODES, type SeedMode } from '../kernels/channelSeed/index.js';
import { op as reduction } from '../kernels/reduction/index.js';
import type { ReluRule } from '../kernels/relu/index.js';
import { op as reshape } from '../kernels/reshape/index.js';
import { op as unit } from '../kernels/unit/index.js';
import { type Guess, guessesOf, outputLayer } from './forward.js';
import { withBatch } from './input.js';
import { layers as table } from './layers.js';

/** A blob of the net that can be looked at. */
export interface LiveLayer {
  readonly name: string;
  /** `[1, C, H, W]`, or `[1, C]` for units without a map. */
  readonly shape: Shape;
}

/** Memory on the device, to be drawn and not to be kept: another focus may free it. */
export interface LiveBuffer {
  readonly buffer: GPUBuffer;
  readonly shape: Shape;
}

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
interface Compiled {
  readonly focus: LiveFocus | undefined;
  readonly plan: Plan;
  readonly image: Value;
  readonly activations: ReadonlyMap<string, Value>;
  readonly differences: ReadonlyMap<string, Value>;
  readonly gradient: Value | undefined;
  readonly history: Value | undefined;
  readonly channel: Param;
  readonly seedMode: Param;
}

/** A net that is looked at while its input changes. Dispose of it to free its memory. */
export interface Live extends Disposable {
  readonly model: Model;
  readonly layers: readonly LiveLayer[];
  readonly focus: LiveFocus | undefined;
  /** Compiles for another focus; steps go on with the old one until the new one is there. The last call wins. */
  setFocus(focus: LiveFocus, options?: { readonly signal?: AbortSignal }): Promise<void>;
  /** The unit of the focus; acts at the next step. */
  setUnit(channel: number): void;
  setSeed(mode: SeedMode): void;
  /** Computes everything for the input in `image` `[1, C, H, W]`. One submit; waits for nothing. */
  step(image: GPUBuffer): void;
  /** The activations of a layer after the last step. */
  activation(layer: string): LiveBuffer | undefined;
  /** The unit's back-projection at a layer below it; absent where it is not computed. */
  difference(layer: string): LiveBuffer | undefined;
  /** The unit's back-projection at the input. */
  gradient(): LiveBuffer | undefined;
  /**
   * The likeliest classes; none before the first step with a focus. Reads the output back: ask a few times a second, not at
   * every step.
   */
  guesses(top?: number): Promise<Guess[]>;
  /** All activations of a layer after the last step, read back; absent before the first step with a focus. */
  read(layer: string): Promise<Float32Array | undefined>;
  /** One activation, read back; absent as all of them are. */
  value(layer: string, index: number): Promise<number | undefined>;
  /** The unit's greatest activation at the last steps, the oldest first; NaN for steps that were none. */
  history(): Promise<Float32Array>;
}

export interface LiveOptions {
  /** What to look at from the start; it can be changed at any time. */
  readonly focus?: LiveFocus;
  readonly signal?: AbortSignal;
}

/** Prepares to look at `model`. @throws ShapeError, LimitError, UnknownNameError, OptionError */
export async function createLive(ctx: Context, model: Model, options: LiveOptions = {}): Promise<Live> {
  const output = outputLayer(model);
  let current = await compileFocus(ctx, model, output, options.focus, options.signal);
  const layers = [...current.activations].map(([name, { shape }]): LiveLayer => ({ name, shape }));
  let channel = 0;
  let seed: SeedMode = 'activation';
  let turn = 0;
  let stale = new AbortController();
  let disposed = false;
  /** Steps since the history began. */
  let counted = 0;
  /** The plan has numbers: a new focus is a new plan, whose memory is zeros until it was run. */
  let stepped = false;
  let single: Readback | undefined;

  const apply = (): void => {
    current.plan.set(current.channel, channel);
    current.plan.set(current.seedMode, SEED_MODES.indexOf(seed));
  };
  const bufferOf = (value: Value | undefined): LiveBuffer | undefined =>
    value && { buffer: current.plan.buffer(value), shape: value.shape };

  return {
    model,
    layers,
    get focus() {
      return current.focus;
    },
    async setFocus(focus, { signal } = {}) {
      const mine = ++turn;
      stale.abort();
      stale = new AbortController();
      const either = signal ? AbortSignal.any([signal, stale.signal]) : stale.signal;
      let next: Compiled;
      try {
        next = await compileFocus(ctx, model, output, focus, either);
      } catch (error) {
        // Another focus took this one's place.
        if (mine !== turn && either.aborted) return;
        throw error;
      }
      if (mine !== turn || disposed) {
        next.plan[dispose]();
        return;
      }
      const old = current;
      current = next;
      counted = 0;
      stepped = false;
      apply();
      old.plan[dispose]();
    },
    setUnit(next) {
      const layer = layers.find((l) => l.name === current.focus?.layer);
      if (layer && !(Number.isInteger(next) && next >= 0 && next < layer.shape[1])) {
        throw new OptionError('unit', `'${layer.name}' has channels 0 to ${layer.shape[1] - 1}, got ${next}`);
      }
      if (next !== channel) {
        counted = 0;
        current.plan.rewind();
      }
      channel = next;
      apply();
    },
    setSeed(mode) {
      seed = mode;
      apply();
    },
    step(image) {
      const { plan } = current;
      const encoder = ctx.device.createCommandEncoder({ label: 'input' });
      encoder.copyBufferToBuffer(image, 0, plan.buffer(current.image), 0, sizeOf(current.image.shape) * 4);
      ctx.device.queue.submit([encoder.finish()]);
      plan.run();
      counted++;
      stepped = true;
    },
    activation: (layer) => bufferOf(current.activations.get(layer)),
    difference: (layer) => bufferOf(current.differences.get(layer)),
    gradient: () => bufferOf(current.gradient),
    async guesses(top = 5) {
      const { plan, activations } = current;
      const value = activations.get(blobOf(model, output));
      if (!value || !stepped) return [];
      const [guesses] = guessesOf(model, output, { shape: value.shape, data: await plan.read(value) }, top);
      return guesses;
    },
    async read(layer) {
      const value = current.activations.get(layer);
      return value && stepped ? await current.plan.read(value) : undefined;
    },
    async value(layer, index) {
      const source = bufferOf(current.activations.get(layer));
      if (!source || !stepped || !(index >= 0 && index < sizeOf(source.shape))) return undefined;
      single ??= createReadback(ctx, 'activation', 4);
      const [value] = new Float32Array(await single.read(source.buffer, index * 4));
      return value;
    },
    async history() {
      const { plan, history } = current;
      const filled = Math.min(counted, HISTORY);
      const out = new Float32Array(HISTORY).fill(Number.NaN);
      if (!history || filled === 0) return out;
      const rows = await plan.read(history);
      // Rows are written in turn: the one after the last is the oldest.
      for (let i = 0; i < filled; i++) out[HISTORY - filled + i] = rows[(counted - filled + i) % HISTORY];
      return out;
    },
    [dispose]() {
      disposed = true;
      stale.abort();
      single?.dispose();
      current.plan[dispose]();
    },
  };
}

/** The blob that a layer writes. */
const blobOf = (model: Model, name: string): string => model.layers.find((l) => l.name === name)?.output ?? name;

async function compileFocus(
  ctx: Context,
  model: Model,
  output: string,
  focus: LiveFocus | undefined,
  signal: AbortSignal | undefined,
): Promise<Compiled> {
  const tape = createTape();
  const image = tape.leaf(model.input.name, f32(...withBatch(model.input.shape, 1)));
  const at = trace(tape, model, image, table);
  const activations = visible(model, at, output);
  const channel = tape.param('channel', 'u32', 0);
  const seedMode = tape.param('seed', 'u32', 0);
  const keep = [...activations.values()];
  const base = { focus, image, activations, channel, seedMode };
  const options = signal ? { signal } : {};
  if (!focus) {
    const plan = await compile(ctx, tape, { keep, ...options });
    return { ...base, plan, differences: new Map(), gradient: undefined, history: undefined };
  }
  const shown = activations.get(focus.layer);
  if (!shown) throw new OptionError('focus', `'${focus.layer}' is no layer that can be looked at`);
  const maxima = channelMaxima(tape, shown);
  const history = tape.log('history', tape.apply(unit, { x: maxima }, { index: channel }), HISTORY);
  let gradient: Value | undefined;
  const differences = new Map<string, Value>();
  if (focus.back !== 'off') {
    // As the toolbox does: seeded with the blob as it is after in-place layers, going backwards from the layer itself.
    const seed = tape.apply(channelSeed, { x: shown, top: maxima }, { channel, mode: seedMode });
    const layer = at(focus.layer);
    const below = focus.differences ? reaching(tape, layer, activations) : [];
    const rules = backwardRules(focus.back, {});
    const [first, ...rest] = grad(tape, layer, [image, ...below.map(([, v]) => v)], { seed, rules });
    gradient = first;
    rest.forEach((value, i) => {
      differences.set(below[i][0], value);
    });
    keep.push(first, ...rest);
  }
  const plan = await compile(ctx, tape, { keep, ...options });
  return { ...base, plan, differences, gradient, history };
}

/** Every blob that has channels, as it is in the end, in the order in which the net makes them. */
function visible(model: Model, at: Activations, output: string): Map<string, Value> {
  const blobs = new Map<string, Value>();
  const wanted = ancestors(model, output);
  for (const { output: blob } of model.layers) {
    if (blobs.has(blob) || !wanted.has(blob)) continue;
    const value = at.final(blob);
    if (value.shape.length >= 2) blobs.set(blob, value);
  }
  return blobs;
}

/** Blobs that lead to a layer: the rest of the file would be computed for nothing. */
function ancestors(model: Model, output: string): Set<string> {
  const wanted = new Set([blobOf(model, output)]);
  for (const layer of [...model.layers].reverse()) {
    if (wanted.has(layer.output)) for (const blob of layer.inputs) wanted.add(blob);
  }
  return wanted;
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
