// A model is layers, weights, labels and preprocessing, without a device. `trace` puts the requested part of it on a tape.
import { OptionError, ShapeError, UnknownNameError } from '../core/errors.js';
import { formatShape, type Shape, sameShape } from '../core/shape.js';
import type { Op, Tape, Value } from './tape.js';
import { variadic } from './tape.js';

/** Weights as in the file. `f16` data is raw half-precision bits. `data` may be computed when it is first read. */
export type WeightData =
  | { readonly shape: Shape; readonly dtype: 'f32'; readonly data: Float32Array }
  | { readonly shape: Shape; readonly dtype: 'f16'; readonly data: Uint16Array };

/** How pixels become the net's input: `input = (pixel − mean) · scale`, pixels in 0..255. Never guessed from a name. */
export interface Preprocessing {
  /** Channel order of the net's input. */
  readonly order: 'rgb' | 'bgr' | 'gray';
  /** Subtracted, in the net's channel order: one number per channel, or a whole `[C, H, W]` image. */
  readonly mean: readonly number[] | { readonly shape: Shape; readonly data: Float32Array };
  /** Multiplied after the mean is subtracted: one number, or one per channel. */
  readonly scale: number | readonly number[];
  /** How a picture of another shape is fitted: crop the largest centred square, or stretch. */
  readonly fit: 'crop' | 'stretch';
  /** Background colour for transparent pictures: red, green and blue from 0 to 255. Default white. */
  readonly background?: readonly [red: number, green: number, blue: number];
  /** The net's fourth channel is the picture's alpha, from 0 to 255. Colours then stay as in the file. Default false. */
  readonly alpha?: boolean;
  /** True if the model's file or the caller gave these values; false if they are defaults. */
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

/** An input of a model: a blob that no layer produces. */
export interface ModelInput {
  readonly name: string;
  /** An image is always `[N, C, H, W]`, also if the file's order differs. */
  readonly shape: Shape;
  /**
   * The axes of the input in the file, if they are not `nchw`: `nhwc` for channels last, `chw` for a file without a batch.
   * `arrangeInput` brings an array of that layout into `[N, C, H, W]`.
   */
  readonly layout?: string;
  /** True if the file leaves height and width open. The size in `shape` was chosen then, and others are possible. */
  readonly openSize?: boolean;
  /**
   * For an input other than the image. True: it has one row per image, and a single row serves all images. False: all images
   * share all of it. Absent if the file does not tell.
   */
  readonly perPicture?: boolean;
}

/** A net as data: layers, weights, and how pictures become its input. It knows no device. */
export interface Model {
  readonly name: string;
  /** The image, or else the main input. Methods optimize it and differentiate with respect to it. */
  readonly input: ModelInput;
  /** Further inputs: the words so far, a condition. Their shapes are as in the file. */
  readonly sides?: readonly ModelInput[];
  readonly layers: readonly Layer[];
  /**
   * Ops by layer type that take precedence over those given to `trace`: layers that only ONNX has, or your own. Importers set
   * this. Methods already know the layers that Caffe has. A model made by hand must bring all others: `ops: { matMul:
   * layers.matMul }`. A model without `ops` is plain data and can be posted to a worker.
   */
  readonly ops?: LayerTable;
  readonly weights: ReadonlyMap<string, WeightData>;
  /** `labels[i]` names class i of the last layer. */
  readonly labels?: readonly string[];
  readonly preprocessing: Preprocessing;
  /** Name of the statistics of pictures like those that it was trained on; `natural` where nothing is said. */
  readonly statistics?: string;
  /**
   * Choices that the importer made, one sentence each, to show to the person who opened the file: a chosen size, a recognised
   * layout, an omitted end of the net.
   */
  readonly notes?: readonly string[];
  /**
   * Set if images of a batch cannot share the graph, with the `reason`. The graph takes `size` images at once. If `size` is 1,
   * every method still accepts any batch: images run one by one.
   */
  readonly batch?: { readonly size: number; readonly reason: string };
  /**
   * True if the end of the file's graph was left out because it is not supported. The last layer is then not the file's output.
   */
  readonly partial?: boolean;
  /**
   * True if the weights are random because the caller asked for that. Results must say so, because the net has learned nothing.
   */
  readonly seeded?: boolean;
  /** True if there is no weights file. Such a net can be inspected; computing with it throws. */
  readonly weightless?: boolean;
}

/** Layer type → the op that computes it. */
export type LayerTable = Readonly<Record<string, Op>>;

/**
 * Activations by name, appended to the tape when first asked for.
 *
 * A layer's name means its own output: `conv1` is the value before an in-place `relu1`, `relu1` the value after it. Other names
 * mean blobs.
 */
export interface Activations {
  (name: string): Value;
  /**
   * The final content of the blob that layer `name` writes, after in-place layers. Caffe's `net.blobs[name]` holds it, and the
   * Deep Visualization Toolbox shows it.
   */
  final(name: string): Value;
}

/** Default preprocessing: pixels unchanged, in RGB. */
export const PLAIN: Preprocessing = { order: 'rgb', mean: [0, 0, 0], scale: 1, fit: 'crop', stated: false };

/** What `trace` may put in place of what the model has. */
export interface TraceOptions {
  /** Values of `model.sides`, by name. A side is required only if a requested activation depends on it. */
  readonly inputs?: Readonly<Record<string, Value>>;
  /** Values that replace weights, by their keys in `model.weights`. Training changes these. */
  readonly weights?: ReadonlyMap<string, Value>;
  /**
   * Called before each layer is applied, with its op's inputs by name, including weights. The returned value replaces the
   * layer's output, such as dropout with a mask during training. Undefined keeps the layer.
   */
  replace?(layer: Layer, inputs: Readonly<Record<string, Value>>): Value | undefined;
}

/**
 * Puts `model` on `tape` with `image` `[N, C, H, W]` as input. It is lazy: it appends only ancestors of requested activations.
 *
 * @throws ShapeError naming the layer, UnknownNameError with the nearest name, OptionError for a missing input
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
    throw new OptionError('batch', `'${model.name}' takes exactly ${size} pictures at once, got ${N}: ${reason}`);
  }
  return oneByOne(tape, model, image, ops, { ...options, inputs });
}

/** Side inputs with one row per image: a single row is repeated for all images. */
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

/** Traces the images of a batch separately on one tape, and concatenates the requested activations. */
function oneByOne(tape: Tape, model: Model, image: Value, table: LayerTable, options: TraceOptions): Activations {
  const row = (x: Value, n: number) => tape.apply(table.slice, { x }, { axis: 0, start: n, end: n + 1 });
  const rows = new Set(model.sides?.filter((s) => s.perPicture).map((s) => s.name));
  const each = Array.from({ length: image.shape[0] }, (_, n) => {
    const inputs = Object.entries(options.inputs ?? {}).map(([name, x]) => [name, rows.has(name) ? row(x, n) : x]);
    return traceAtOnce(tape, model, row(image, n), table, { ...options, inputs: Object.fromEntries(inputs) });
  });
  const joined = new Map<string, Value>();
  const join = (key: string, values: readonly Value[]): Value => {
    // A scalar per image becomes a list with one entry per image.
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

  /** The value of an input, or of a layer that was traced before. */
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

/** The image and the given side inputs, by name. */
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

/** The values that replace weights. Checks that each weight exists and has that shape. */
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

/** Every name that `trace` accepts: layers in order, and blobs without a layer of that name. */
export function layerNames(model: Model): string[] {
  const names = new Set(model.layers.map((l) => l.name));
  for (const layer of model.layers) names.add(layer.output);
  for (const { name } of inputsOf(model)) names.add(name);
  return [...names];
}

/** The image first, then the side inputs. */
const inputsOf = (model: Model): readonly ModelInput[] => [model.input, ...(model.sides ?? [])];

/** The source of a blob: the index of a layer, or an input. */
type Source = number | ModelInput;

const isValue = (v: Value | undefined): v is Value => v !== undefined;
const isIndex = (s: Source): s is number => typeof s === 'number';

/** For each layer, the source of each of its inputs. An in-place layer creates a new version of its blob. */
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

/** For each layer, the indices of the layers that it reads. An in-place layer creates a new version of its blob. */
export const makersOf = (model: Model): readonly (readonly number[])[] =>
  blobVersions(model).sources.map((sources) => sources.filter(isIndex));

/** The index of the layer for `name`: the layer of that name, or the last one that writes the blob of that name. */
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
