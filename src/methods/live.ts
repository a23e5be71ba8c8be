// The live toolbox of Yosinski et al. 2015, §2. A net works on one image after another: all its activations, the back-projection of
// one unit, and that back-projection at the layers below, ready to be drawn from where they are. Only what is asked for is read back.

import { dispose } from '../core/dispose.js';
import { OptionError, UnknownNameError } from '../core/errors.js';
import { formatShape, type Shape, sizeOf } from '../core/shape.js';
import type { Context } from '../gpu/context.js';
import { createReadback, type Readback } from '../gpu/readback.js';
import type { Model, ModelInput } from '../graph/model.js';
import type { Value } from '../graph/tape.js';
import { SEED_MODES, type SeedMode } from '../kernels/channelSeed/index.js';
import type { TapedAttribution } from '../parts/kinds.js';
import { type Guess, guessesOf } from '../scene/forward.js';
import type { HostTensor } from '../scene/input.js';
import { outputLayer } from '../scene/outputs.js';
import { type Compiled, compileTarget, HISTORY, type LiveTarget } from './liveTarget.js';

export { HISTORY, type LiveTarget } from './liveTarget.js';

/** A blob of the net that can be looked at. */
export interface LiveLayer {
  readonly name: string;
  /** `[1, C, H, W]`, or `[1, C]` for units without a map. */
  readonly shape: Shape;
  /** False in a branch that only side inputs reach: its units have no back-projection to the image. */
  readonly seesImage: boolean;
}

/** Memory on the device, to be drawn and not to be kept: another target may free it. */
export interface LiveBuffer {
  readonly buffer: GPUBuffer;
  readonly shape: Shape;
}

/** A map of attribution on the device, and what it says. */
export type LiveMapBuffer = LiveBuffer & Omit<TapedAttribution, 'map'>;

/** A net that is looked at while its input changes. Dispose of it to free its memory. */
export interface Live extends Disposable {
  readonly model: Model;
  readonly layers: readonly LiveLayer[];
  readonly target: LiveTarget | undefined;
  /** Compiles for another target; steps go on with the old one until the new one is there. The last call wins. */
  setTarget(target: LiveTarget, options?: { readonly signal?: AbortSignal }): Promise<void>;
  /** The unit of the target; acts at the next step. */
  setUnit(channel: number): void;
  /** What the way back starts with; acts at the next step. */
  setSeed(mode: SeedMode): void;
  /** Another value of a side input, `data` in its shape; acts at the next step. @throws UnknownNameError, OptionError */
  setInput(name: string, data: Float32Array): void;
  /** Computes everything for the input in `image` `[1, C, H, W]`. One submit; waits for nothing. */
  step(image: GPUBuffer): void;
  /** The activations of a layer after the last step. */
  activation(layer: string): LiveBuffer | undefined;
  /** The unit's back-projection at a layer below it; absent where it is not computed. */
  difference(layer: string): LiveBuffer | undefined;
  /** The unit's back-projection at the input. */
  gradient(): LiveBuffer | undefined;
  /** What mattered to the unit in the input, if the target has a map. */
  map(): LiveMapBuffer | undefined;
  /**
   * The likeliest classes; none before the first step with a target. Reads the output back: ask a few times a second, not at
   * every step.
   */
  guesses(top?: number): Promise<Guess[]>;
  /** All activations of a layer after the last step, read back; absent before the first step with a target. */
  read(layer: string): Promise<Float32Array | undefined>;
  /** One activation, or one number of the unit's back-projection at the layer, read back; absent where it is not computed. */
  value(layer: string, index: number, kind?: 'activation' | 'difference'): Promise<number | undefined>;
  /** The unit's greatest activation at the last steps, the oldest first; NaN for steps that were none. */
  history(): Promise<Float32Array>;
}

/** What a live net may be told when it is opened. */
export interface LiveOptions {
  /** What to look at from the start; it can be changed at any time. */
  readonly target?: LiveTarget;
  /** The model's side inputs, by name: each that it has. */
  readonly inputs?: Readonly<Record<string, HostTensor>>;
  readonly signal?: AbortSignal;
}

/** Prepares to look at `model`. @throws ShapeError, LimitError, UnknownNameError, OptionError */
export async function createLive(ctx: Context, model: Model, options: LiveOptions = {}): Promise<Live> {
  const output = outputLayer(model);
  const given = new Map(
    (model.sides ?? []).map((side) => [side.name, checkedSide(side, options.inputs?.[side.name]?.data)]),
  );
  for (const name of Object.keys(options.inputs ?? {})) if (!given.has(name)) throw unknownSide(model, name);
  let current = await compileTarget(ctx, model, options.target, options.signal);
  const layers = [...current.activations].map(
    ([name, { shape }]): LiveLayer => ({ name, shape, seesImage: current.seesImage.has(name) }),
  );
  let channel = 0;
  let seed: SeedMode = 'activation';
  let turn = 0;
  let stale = new AbortController();
  let disposed = false;
  /** Steps since the history began. */
  let counted = 0;
  /** The plan has numbers: a new target is a new plan, whose memory is zeros until it was run. */
  let stepped = false;
  let single: Readback | undefined;

  const apply = (): void => {
    current.plan.set(current.channel, channel);
    current.plan.set(current.seedMode, SEED_MODES.indexOf(seed));
    for (const name of given.keys()) writeSide(name);
  };
  const writeSide = (name: string): void => {
    const leaf = current.sides[name];
    const data = given.get(name);
    if (data && current.plan.uses(leaf)) current.plan.write(leaf, data);
  };
  const bufferOf = (value: Value | undefined): LiveBuffer | undefined =>
    value && { buffer: current.plan.buffer(value), shape: value.shape };

  apply();
  return {
    model,
    layers,
    get target() {
      return current.target;
    },
    async setTarget(target, { signal } = {}) {
      const mine = ++turn;
      stale.abort();
      stale = new AbortController();
      const either = signal ? AbortSignal.any([signal, stale.signal]) : stale.signal;
      let next: Compiled;
      try {
        next = await compileTarget(ctx, model, target, either);
      } catch (error) {
        // Another target took this one's place.
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
      const layer = layers.find((l) => l.name === current.target?.layer);
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
    setInput(name, data) {
      const side = model.sides?.find((s) => s.name === name);
      if (!side) throw unknownSide(model, name);
      given.set(name, checkedSide(side, data));
      writeSide(name);
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
    map() {
      if (!current.map) return undefined;
      const { map, ...said } = current.map;
      return { ...said, buffer: current.plan.buffer(map), shape: map.shape };
    },
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
    async value(layer, index, kind = 'activation') {
      const source = bufferOf((kind === 'difference' ? current.differences : current.activations).get(layer));
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

/** A side input's numbers, as many as it has. */
function checkedSide({ name, shape }: ModelInput, data: Float32Array | undefined): Float32Array {
  if (!data) {
    throw new OptionError(
      'inputs',
      `the net needs '${name}' ${formatShape(shape)}, which was not given; give it by name`,
    );
  }
  if (data.length !== sizeOf(shape)) {
    throw new OptionError('inputs', `'${name}' ${formatShape(shape)} has ${sizeOf(shape)} numbers, got ${data.length}`);
  }
  return data;
}

const unknownSide = ({ sides = [] }: Model, name: string): UnknownNameError =>
  new UnknownNameError(
    'input',
    name,
    sides.map((side) => side.name),
  );

/** The blob that a layer writes. */
const blobOf = (model: Model, name: string): string => model.layers.find((l) => l.name === name)?.output ?? name;
