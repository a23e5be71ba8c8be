// A net in training: a model whose weights are leaves of the tape instead of constants.
import type { Layer, Model, WeightData } from '../src/graph/model.js';
import { type Activations, weightsAsF32 } from '../src/graph/model.js';
import type { Plan } from '../src/graph/plan.js';
import type { Tape, Value } from '../src/graph/tape.js';
import { importCaffe } from '../src/importers/caffe.js';
import { dropoutMask } from '../src/kernels/dropoutMask/index.js';
import { openNet } from '../src/scene/openNet.js';

const texts = import.meta.glob<string>('./nets/*.prototxt', { query: '?raw', import: 'default', eager: true });

/** The definition of one of this project's nets, with random weights from `seed` as its fillers say. */
export function untrained(name: string, seed: number, options: Partial<Model> = {}): Model {
  return { ...importCaffe(texts[`./nets/${name}.prototxt`], undefined, { seededWeights: seed }), ...options };
}

export const lastLayer = (model: Model): string => model.layers[model.layers.length - 1].name;

/** Weights on a tape, by the keys of `model.weights`. */
export interface Net {
  readonly model: Model;
  readonly weights: ReadonlyMap<string, Value>;
}

/** Puts the weights of `model` on the tape as leaves. `writeWeights` initializes them. */
export function netOn(tape: Tape, model: Model): Net {
  const leaf = ([key, { shape }]: [string, WeightData]): [string, Value] => [
    key,
    tape.leaf(`${model.name}/${key}`, { shape, dtype: 'f32' }),
  ];
  return { model, weights: new Map([...model.weights].map(leaf)) };
}

/** Writes the model's own weights into its leaves. */
export function writeWeights(plan: Plan, { model, weights }: Net): void {
  for (const [key, leaf] of weights) {
    const data = model.weights.get(key);
    if (data && plan.uses(leaf)) plan.write(leaf, weightsAsF32(data));
  }
}

/** The model with the current weights of its leaves. */
export async function readWeights(plan: Plan, { model, weights }: Net): Promise<Model> {
  const now = new Map<string, WeightData>();
  for (const [key, leaf] of weights) now.set(key, { shape: leaf.shape, dtype: 'f32', data: await plan.read(leaf) });
  const { seeded: _, ...trained } = model;
  return { ...trained, weights: now };
}

export interface TrainTraceOptions {
  readonly inputs?: Readonly<Record<string, Value>>;
  /** The training step, a u32 [1]. With it, dropout layers drop values; without it, they pass all values. */
  readonly step?: Value;
  /** Distinguishes the masks of several traces. */
  readonly seed?: number;
}

/** The net's activations for `image`, with the weights of this step. */
export function traceNet(tape: Tape, net: Net, image: Value, options: TrainTraceOptions = {}): Activations {
  const { step, inputs = {}, seed = 0 } = options;
  const dropped = (layer: Layer, values: Readonly<Record<string, Value>>): Value | undefined => {
    const { ratio } = layer.attrs;
    if (!step || layer.type !== 'dropout' || typeof ratio !== 'number') return undefined;
    const place = net.model.layers.indexOf(layer);
    return tape.apply(dropoutMask, { x: values.x, step }, { ratio, seed: seed * 1000 + place });
  };
  return openNet(net.model, { tape, image, inputValues: inputs, weights: net.weights, replace: dropped }).at;
}

/** Every weight of some nets. */
export const weightsOf = (nets: readonly Net[]): Value[] => nets.flatMap(({ weights }) => [...weights.values()]);

/** The weights of some nets that decay, and their biases, which do not. */
export function decayingOf(nets: readonly Net[]): { readonly decaying: Value[]; readonly biases: Value[] } {
  const all = nets.flatMap(({ weights }) => [...weights]);
  const those = (decay: boolean) => all.flatMap(([key, w]) => (key.endsWith('.w') === decay ? [w] : []));
  return { decaying: those(true), biases: those(false) };
}
