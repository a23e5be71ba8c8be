// A model is data: layers, weights, labels and preprocessing, with no device in sight. `trace` puts the part of it
// that somebody asks for on a tape.
import { ShapeError, UnknownNameError } from '../core/errors.js';
import type { Shape, Spec } from '../core/shape.js';
import type { Op, Tape, Value } from './tape.js';
import { variadic } from './tape.js';

/** Weights as they are in the file. `f16` data is raw half-precision bits. */
export type WeightData =
  | { readonly shape: Shape; readonly dtype: 'f32'; readonly data: Float32Array }
  | { readonly shape: Shape; readonly dtype: 'f16'; readonly data: Uint16Array };

/** How pixels become the net's input: `input = (pixel − mean) · scale`, pixels in 0..255. Never guessed from a name. */
export interface Preprocessing {
  /** Channel order of the net's input. */
  readonly order: 'rgb' | 'bgr' | 'gray';
  /** Subtracted, in the net's channel order: one number per channel, or a whole `[C, H, W]` image. */
  readonly mean: readonly number[] | { readonly shape: Shape; readonly data: Float32Array };
  /** Multiplied after the mean is taken off: one number, or one per channel. */
  readonly scale: number | readonly number[];
  /** How a picture of another shape is fitted: centre crop of the largest square, or stretched. */
  readonly fit: 'crop' | 'stretch';
  /** True where the model's file or the caller said so, false where these are mere defaults. */
  readonly stated: boolean;
}

/** One layer: a registered op, the blobs it reads and the one it writes. */
export interface Layer {
  readonly name: string;
  /** Key in the layer registry. */
  readonly type: string;
  readonly attrs: Readonly<Record<string, unknown>>;
  /** Blobs read, in the order of the op's inputs that are not weights. */
  readonly inputs: readonly string[];
  /** Blob written. Equal to an input for Caffe's in-place layers. */
  readonly output: string;
  /** Op input → key in `Model.weights`. */
  readonly weights: Readonly<Record<string, string>>;
}

export interface Model {
  readonly name: string;
  readonly input: { readonly name: string; readonly shape: Shape };
  readonly layers: readonly Layer[];
  readonly weights: ReadonlyMap<string, WeightData>;
  /** `labels[i]` names class i of the last layer. */
  readonly labels?: readonly string[];
  readonly preprocessing: Preprocessing;
}

/** What the registry must say of a layer for it to be traced. */
export type LayerTable = Readonly<Record<string, { readonly op: Op; readonly macs?: Macs }>>;

/** Multiply-accumulates of a layer, from its inputs and output. Layers without products leave it out. */
export type Macs = (inputs: Readonly<Record<string, Spec>>, output: Spec) => number;

/**
 * Activations by name, appended to the tape when first asked for.
 *
 * A name is a layer's (its own output: `conv1` is before an in-place `relu1`, `relu1` after it), else a blob's.
 */
export interface Activations {
  (name: string): Value;
  /**
   * The final content of the blob that `name` writes, after in-place layers: what Caffe's `net.blobs[name]` holds
   * and the Deep Visualization Toolbox shows.
   */
  final(name: string): Value;
}

/** Default preprocessing where nothing is said: pixels as they are, in RGB. */
export const PLAIN: Preprocessing = { order: 'rgb', mean: [0, 0, 0], scale: 1, fit: 'crop', stated: false };

/**
 * Puts `model` on `tape` over `image` `[N, C, H, W]`, lazily: only ancestors of what is asked for are appended.
 *
 * @throws ShapeError naming the layer, UnknownNameError with the nearest name
 */
export function trace(tape: Tape, model: Model, image: Value, table: LayerTable): Activations {
  const made = new Map<number, Value>();
  const weights = new Map<string, Value>();
  const versions = blobVersions(model);
  const byName = new Map(model.layers.map((layer, i) => [layer.name, i]));

  const weight = (key: string): Value => {
    let value = weights.get(key);
    if (!value) {
      const data = model.weights.get(key);
      if (!data) throw new UnknownNameError('weight', key, [...model.weights.keys()]);
      value = tape.constant(key, data.shape, weightsAsF32(data));
      weights.set(key, value);
    }
    return value;
  };

  // Iterative, so that a very deep net cannot overflow the stack.
  const build = (target: number): Value => {
    const stack = [target];
    while (stack.length > 0) {
      const index = stack[stack.length - 1];
      if (made.has(index)) {
        stack.pop();
        continue;
      }
      const sources = versions.sources[index];
      const missing = sources.filter((s) => s !== IMAGE && !made.has(s));
      if (missing.length > 0) {
        stack.push(...missing);
        continue;
      }
      stack.pop();
      const values = sources.map((s) => (s === IMAGE ? image : made.get(s)));
      made.set(index, applyLayer(tape, model.layers[index], values.filter(isValue), weight, table));
    }
    const value = made.get(target);
    if (!value) throw new ShapeError('trace', `layer ${target} was not built`);
    return value;
  };

  const at = (name: string): Value => {
    const layer = byName.get(name) ?? versions.last.get(name);
    if (layer === undefined) throw new UnknownNameError('layer', name, layerNames(model));
    return layer === IMAGE ? image : build(layer);
  };
  const final = (name: string): Value => {
    const layer = byName.get(name);
    const blob = layer === undefined ? name : model.layers[layer].output;
    const last = versions.last.get(blob);
    return last === undefined || last === IMAGE ? at(name) : build(last);
  };
  return Object.assign(at, { final });
}

/** Every name `trace` answers to: layers in order, and blobs that no layer is named after. */
export function layerNames(model: Model): string[] {
  const names = new Set(model.layers.map((l) => l.name));
  for (const layer of model.layers) names.add(layer.output);
  names.add(model.input.name);
  return [...names];
}

const IMAGE = -1;
const isValue = (v: Value | undefined): v is Value => v !== undefined;

/** For each layer, which layer made each of its inputs; in-place layers make new versions of a blob. */
function blobVersions(model: Model): { sources: number[][]; last: ReadonlyMap<string, number> } {
  const last = new Map<string, number>([[model.input.name, IMAGE]]);
  const sources = model.layers.map((layer, i) => {
    const from = layer.inputs.map((blob) => {
      const source = last.get(blob);
      if (source === undefined) {
        throw new UnknownNameError(`blob (read by layer '${layer.name}')`, blob, [...last.keys()]);
      }
      return source;
    });
    last.set(layer.output, i);
    return from;
  });
  return { sources, last };
}

function applyLayer(
  tape: Tape,
  layer: Layer,
  values: readonly Value[],
  weight: (key: string) => Value,
  table: LayerTable,
): Value {
  if (!Object.hasOwn(table, layer.type)) {
    throw new UnknownNameError(`layer type (layer '${layer.name}')`, layer.type, Object.keys(table));
  }
  const { op } = table[layer.type];
  const names = op.inputs.filter((name) => !(name in layer.weights));
  if (op.inputs.length > 0 && names.length !== values.length) {
    throw new ShapeError(
      layer.name,
      `${op.name} takes ${names.length} inputs (${names.join(', ')}), got ${values.length}`,
    );
  }
  const inputs =
    op.inputs.length === 0 ? variadic(values) : Object.fromEntries(names.map((name, i) => [name, values[i]]));
  for (const [name, key] of Object.entries(layer.weights)) inputs[name] = weight(key);
  try {
    const value = tape.apply(op, inputs, layer.attrs);
    return value;
  } catch (error) {
    if (error instanceof ShapeError) throw new ShapeError(`layer '${layer.name}'`, error.message);
    throw error;
  }
}

const expanded = new WeakMap<Uint16Array, Float32Array>();

/** The weights as f32. Half-precision data is expanded once per array. */
export function weightsAsF32(weights: WeightData): Float32Array {
  if (weights.dtype === 'f32') return weights.data;
  let data = expanded.get(weights.data);
  if (!data) {
    data = Float32Array.from(weights.data, halfToFloat);
    expanded.set(weights.data, data);
  }
  return data;
}

/** IEEE 754 binary16 bits to a number. */
export function halfToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
