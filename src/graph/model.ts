// A model is layers, weights, labels and preprocessing, with no device in sight. `trace` puts the part of it
// that somebody asks for on a tape.
import { OptionError, ShapeError, UnknownNameError } from '../core/errors.js';
import { formatShape, type Shape, sameShape } from '../core/shape.js';
import type { Op, Tape, Value } from './tape.js';
import { variadic } from './tape.js';

/** Weights as they are in the file. `f16` data is raw half-precision bits. `data` may be made when it is first read. */
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
  /** What the transparent part of a picture is laid on: red, green and blue from 0 to 255. Default white. */
  readonly background?: readonly [red: number, green: number, blue: number];
  /** The net's fourth channel is the picture's alpha, from 0 to 255; colours are then as they are in the file. Default false. */
  readonly alpha?: boolean;
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

/** Something that is given to a model: a blob that no layer makes. */
export interface ModelInput {
  readonly name: string;
  /** An image is always `[N, C, H, W]`, whatever the file has. */
  readonly shape: Shape;
  /**
   * The axes of the file's own input, where they are not `nchw`: `nhwc` for channels last, `chw` for a file without a batch.
   * An array made for the file is brought into `[N, C, H, W]` at the door.
   */
  readonly layout?: string;
  /** True where the file leaves height and width open: those of `shape` were chosen, and others are possible. */
  readonly openSize?: boolean;
  /**
   * For an input beside the image: true where it has one row for each picture, and one row that is given serves all; false where
   * all pictures share the whole of it. Absent where the file does not tell.
   */
  readonly perPicture?: boolean;
}

export interface Model {
  readonly name: string;
  /** The image, or whatever the net is about: what methods optimize and differentiate with respect to. */
  readonly input: ModelInput;
  /** Further inputs, beside the image: a sentence so far, a condition. Their shapes are as in the file. */
  readonly sides?: readonly ModelInput[];
  readonly layers: readonly Layer[];
  /**
   * Ops by layer type that come before those that `trace` is given: of layers that only ONNX has, or of the caller's own.
   * Importers set it. Methods know the layers that Caffe has too; a model made by hand brings others:
   * `ops: { matMul: layers.matMul }`. A model that brings none is data alone, and can be posted to a worker.
   */
  readonly ops?: LayerTable;
  readonly weights: ReadonlyMap<string, WeightData>;
  /** `labels[i]` names class i of the last layer. */
  readonly labels?: readonly string[];
  readonly preprocessing: Preprocessing;
  /**
   * What the importer had to decide, one sentence each, to be shown to the person who opened the file: a size that was taken, a
   * layout that was recognised, a tail that was left out.
   */
  readonly notes?: readonly string[];
  /**
   * Set where rows of a batch cannot share the graph: `size` pictures are what it takes at once, and `reason` says why. Of a
   * size of 1 every method takes any batch all the same: the pictures go through one after the other.
   */
  readonly batch?: { readonly size: number; readonly reason: string };
  /** True where the end of the file's graph was left out because it is not supported: its last layer is not the file's output. */
  readonly partial?: boolean;
  /** True where the weights were drawn at random because somebody asked for it. Results have to say so: nothing was learned. */
  readonly seeded?: boolean;
  /** True where the files have the net's text alone. Such a net can be inspected; computing with it throws. */
  readonly weightless?: boolean;
}

/** Layer type → the op that computes it. */
export type LayerTable = Readonly<Record<string, Op>>;

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

export interface TraceOptions {
  /** Values of `model.sides`, by name. Only those that the activations asked for depend on are needed. */
  readonly inputs?: Readonly<Record<string, Value>>;
  /** Values that take the place of weights, by their keys in `model.weights`: what training changes. */
  readonly weights?: ReadonlyMap<string, Value>;
  /**
   * Asked before each layer is applied, with its op's inputs by name, weights included. What it returns takes the place
   * of the layer's output: dropout with a mask while training. Undefined leaves the layer as it is.
   */
  replace?(layer: Layer, inputs: Readonly<Record<string, Value>>): Value | undefined;
}

/**
 * Puts `model` on `tape` over `image` `[N, C, H, W]`, lazily: only ancestors of what is asked for are appended.
 *
 * @throws ShapeError naming the layer, UnknownNameError with the nearest name, OptionError for an input that nobody gave
 */
export function trace(
  tape: Tape,
  model: Model,
  image: Value,
  table: LayerTable,
  options: TraceOptions = {},
): Activations {
  const ops = { ...table, ...model.ops };
  const inputs = rowsForAll(tape, model, image, ops, options.inputs);
  const N = image.shape[0];
  if (!model.batch || model.batch.size === N) return traceAtOnce(tape, model, image, ops, { ...options, inputs });
  const { size, reason } = model.batch;
  if (size !== 1) {
    throw new OptionError(
      'batch',
      `'${model.name}' takes ${size} pictures at once, no more and no fewer, got ${N}: ${reason}`,
    );
  }
  return oneByOne(tape, model, image, ops, { ...options, inputs });
}

/** Inputs beside the image that have one row for each picture: one row that is given serves all. */
function rowsForAll(
  tape: Tape,
  model: Model,
  image: Value,
  table: LayerTable,
  inputs: TraceOptions['inputs'] = {},
): Readonly<Record<string, Value>> {
  const N = image.shape[0];
  const rows = new Set(model.sides?.filter((s) => s.perPicture).map((s) => s.name));
  return Object.fromEntries(
    Object.entries(inputs).map(([name, x]) => {
      if (!rows.has(name) || x.shape[0] === N || x.shape[0] !== 1) return [name, x];
      const attrs = { axis: 0, length: 1, along: 0, per: 1 };
      return [name, tape.apply(table.repeat, { x, like: image }, attrs)];
    }),
  );
}

/** The pictures of a batch on one tape, each by itself, joined where they are asked for. */
function oneByOne(tape: Tape, model: Model, image: Value, table: LayerTable, options: TraceOptions): Activations {
  const row = (x: Value, n: number) => tape.apply(table.slice, { x }, { axis: 0, start: n, end: n + 1 });
  const rows = new Set(model.sides?.filter((s) => s.perPicture).map((s) => s.name));
  const each = Array.from({ length: image.shape[0] }, (_, n) => {
    const inputs = Object.entries(options.inputs ?? {}).map(([name, x]) => [name, rows.has(name) ? row(x, n) : x]);
    return traceAtOnce(tape, model, row(image, n), table, { ...options, inputs: Object.fromEntries(inputs) });
  });
  const joined = new Map<string, Value>();
  const join = (key: string, values: readonly Value[]): Value => {
    // A single number of each picture is a list of them.
    const rows = values.map((x) => (x.shape.length > 0 ? x : tape.apply(table.reshape, { x }, { shape: [1] })));
    const value = joined.get(key) ?? tape.apply(table.concat, variadic(rows), { axis: 0 });
    joined.set(key, value);
    return value;
  };
  const at = (name: string) =>
    name === model.input.name
      ? image
      : join(
          `at ${name}`,
          each.map((a) => a(name)),
        );
  const final = (name: string) =>
    join(
      `final ${name}`,
      each.map((a) => a.final(name)),
    );
  return Object.assign(at, { final });
}

function traceAtOnce(tape: Tape, model: Model, image: Value, ops: LayerTable, options: TraceOptions): Activations {
  const made = new Map<number, Value>();
  const weights = new Map<string, Value>(checkedWeights(model, options.weights));
  const given = givenInputs(model, image, options.inputs);
  const versions = blobVersions(model);
  const byName = new Map(model.layers.map((layer, i) => [layer.name, i]));

  const weight = (key: string): Value => {
    let value = weights.get(key);
    if (!value) {
      const data = model.weights.get(key);
      if (!data) throw new UnknownNameError('weight', key, [...model.weights.keys()]);
      value = tape.constant(key, data.shape, () => weightsAsF32(data));
      weights.set(key, value);
    }
    return value;
  };

  /** What is there already: an input, or a layer that was asked for before. */
  const present = (source: Source, reader: string): Value | undefined => {
    if (typeof source === 'number') return made.get(source);
    const value = given.get(source.name);
    if (value) return value;
    throw new OptionError(
      'inputs',
      `'${reader}' needs input '${source.name}' ${formatShape(source.shape)}, which was not given; ` +
        `give it by name: { inputs: { ${JSON.stringify(source.name)}: … } }`,
    );
  };

  // Iterative, so that a very deep net cannot overflow the stack.
  const build = (target: number, asked: string): Value => {
    const stack = [target];
    while (stack.length > 0) {
      const index = stack[stack.length - 1];
      if (made.has(index)) {
        stack.pop();
        continue;
      }
      const layer = model.layers[index];
      const values = versions.sources[index].map((source) => present(source, layer.name));
      const ready = values.filter(isValue);
      if (ready.length < values.length) {
        stack.push(...versions.sources[index].filter(isIndex).filter((s) => !made.has(s)));
        continue;
      }
      stack.pop();
      made.set(index, applyLayer(tape, layer, ready, weight, ops, options.replace));
    }
    const value = made.get(target);
    if (!value) throw new ShapeError('trace', `layer '${asked}' was not built`);
    return value;
  };
  const from = (source: Source, asked: string): Value =>
    typeof source === 'number' ? build(source, asked) : (present(source, asked) ?? image);

  const at = (name: string): Value => {
    const source = byName.get(name) ?? versions.last.get(name);
    if (source === undefined) throw new UnknownNameError('layer', name, layerNames(model));
    return from(source, name);
  };
  const final = (name: string): Value => {
    const layer = byName.get(name);
    const last = versions.last.get(layer === undefined ? name : model.layers[layer].output);
    return last === undefined ? at(name) : from(last, name);
  };
  return Object.assign(at, { final });
}

/** The image and the side inputs that were given, by name. */
function givenInputs(model: Model, image: Value, inputs: TraceOptions['inputs'] = {}): ReadonlyMap<string, Value> {
  const sides = model.sides ?? [];
  const given = new Map([[model.input.name, image]]);
  for (const [name, value] of Object.entries(inputs)) {
    const side = sides.find((s) => s.name === name);
    if (!side) {
      throw new UnknownNameError(
        'side input',
        name,
        sides.map((s) => s.name),
      );
    }
    if (side.perPicture === false && !sameShape(value.shape, side.shape)) {
      throw new ShapeError(
        `input '${name}'`,
        `all pictures share it, so it is ${formatShape(side.shape)}, got ${formatShape(value.shape)}`,
      );
    }
    if (value.shape.length !== side.shape.length) {
      throw new ShapeError(
        `input '${name}'`,
        `it has ${side.shape.length} dimensions, as ${formatShape(side.shape)}, got ${formatShape(value.shape)}`,
      );
    }
    given.set(name, value);
  }
  return given;
}

/** The values that take the place of weights: of weights that exist, in their shapes. */
function checkedWeights(model: Model, weights: TraceOptions['weights'] = new Map()): ReadonlyMap<string, Value> {
  for (const [key, { shape }] of weights) {
    const stored = model.weights.get(key);
    if (!stored) throw new UnknownNameError('weight', key, [...model.weights.keys()]);
    if (!sameShape(stored.shape, shape)) {
      throw new ShapeError(`weight '${key}'`, `must be ${formatShape(stored.shape)}, got ${formatShape(shape)}`);
    }
  }
  return weights;
}

/** Every name `trace` answers to: layers in order, and blobs that no layer is named after. */
export function layerNames(model: Model): string[] {
  const names = new Set(model.layers.map((l) => l.name));
  for (const layer of model.layers) names.add(layer.output);
  for (const { name } of inputsOf(model)) names.add(name);
  return [...names];
}

/** The image first, then the side inputs. */
const inputsOf = (model: Model): readonly ModelInput[] => [model.input, ...(model.sides ?? [])];

/** Where a blob comes from: a layer, by its index, or an input. */
type Source = number | ModelInput;

const isValue = (v: Value | undefined): v is Value => v !== undefined;
const isIndex = (s: Source): s is number => typeof s === 'number';

/** For each layer, what made each of its inputs; in-place layers make new versions of a blob. */
function blobVersions(model: Model): { sources: Source[][]; last: ReadonlyMap<string, Source> } {
  const last = new Map<string, Source>(inputsOf(model).map((input) => [input.name, input]));
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

/** For each layer, by index, which layers made what it reads: in-place layers make new versions of a blob. */
export const makersOf = (model: Model): readonly (readonly number[])[] =>
  blobVersions(model).sources.map((sources) => sources.filter(isIndex));

/** The layer that answers to `name`: its own, or the last to write the blob of that name. */
export function makerOf(model: Model, name: string): number | undefined {
  const own = model.layers.findIndex((l) => l.name === name);
  const last = own >= 0 ? own : blobVersions(model).last.get(name);
  return typeof last === 'number' ? last : undefined;
}

function applyLayer(
  tape: Tape,
  layer: Layer,
  values: readonly Value[],
  weight: (key: string) => Value,
  table: LayerTable,
  replace: TraceOptions['replace'],
): Value {
  if (!Object.hasOwn(table, layer.type)) {
    throw new UnknownNameError(
      `layer type (layer '${layer.name}'; a model may bring it in ops)`,
      layer.type,
      Object.keys(table),
    );
  }
  const op = table[layer.type];
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
    const replaced = replace?.(layer, inputs);
    return replaced ?? tape.apply(op, inputs, layer.attrs);
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
