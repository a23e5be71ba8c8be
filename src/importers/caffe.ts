// Caffe nets: the text of the graph (.prototxt, versions 0, 1 and 2) with the weights of a .caffemodel.
//
// All versions are upgraded to version 2 first (util/upgrade_proto.cpp). Then each layer's own rule converts it.
import { ModelFileError, UnknownNameError, type UnsupportedLayer } from '../core/errors.js';
import { createRng, seedFor } from '../core/rng.js';
import { formatShape, type Shape, sizeOf } from '../core/shape.js';
import {
  asSpec,
  type CaffeLayer,
  type CaffeRule,
  type Draft,
  type LayerRegistry,
  type Params,
  type Rules,
  type WeightSource,
} from '../graph/importing.js';
import { filled, lazyWeights, NO_WEIGHTS } from '../graph/lazyWeights.js';
import {
  type Layer,
  type LayerTable,
  type Model,
  type ModelInput,
  PLAIN,
  type Preprocessing,
  type WeightData,
} from '../graph/model.js';
import { variadic } from '../graph/tape.js';
import * as caffeLayers from '../kernels/common.js';
import { imageAmong, inferLayer, layersWith, listOf, type Missing, opsOf, tailNote } from './build.js';
import { type Blob, readWeights } from './caffemodel.js';
import { checkLayer } from './caffeRules.js';
import { inTestPhase, type RawLayer, upgrade } from './caffeVersions.js';
import { filling } from './fillers.js';
import { openBatch } from './openBatch.js';
import { messagesOf, paramsOf, parseText, stringsOf, type TextMessage } from './prototxt.js';

/** What may be said of any net beyond its files. What is said here goes before what a file says. */
export interface ImportOptions {
  /** Layers that may occur. Default: all layers of this library. If several accept a layer, the first one is used. */
  readonly layers?: LayerRegistry;
  readonly labels?: readonly string[];
  /** Preprocessing that the file does not state, or states wrongly. */
  readonly preprocessing?: Partial<Preprocessing>;
  readonly name?: string;
  /** The last layer, by its name or its blob's name. Everything after it is left out, supported or not. */
  readonly until?: string;
}

/** What may be said of a Caffe net beyond its files. */
export interface CaffeOptions extends ImportOptions {
  /**
   * Draws random weights from this seed for a net without a .caffemodel, as its fillers say, and marks the model as `seeded`.
   * Without this option such a net is `weightless`: it can be inspected, but computing with it throws.
   */
  readonly seededWeights?: number;
}

const WHAT = 'caffe';
/** Layers with weights. */
const WEIGHTED = /onvolution|InnerProduct|LSTM|RNN|Embed|Scale|Bias|PReLU/;
/**
 * The rules of every layer's folder. They do not come from the registry, so a page that reads Caffe files downloads no ONNX
 * rule.
 */
const RULES = import.meta.glob<Rules<CaffeRule>>('../kernels/*/import.ts', { eager: true, import: 'caffe' });
/** Limit for random weights: more than any published net has. */
const MAX_SEEDED = 2 ** 28;
/** Limit for the elements of a blob: a shape in a text file may claim any number. */
const MAX_ELEMENTS = 2 ** 31;

/** Layers for training only. */
const DROPPED = new Set([
  'Accuracy',
  'SoftmaxWithLoss',
  'EuclideanLoss',
  'HingeLoss',
  'SigmoidCrossEntropyLoss',
  'InfogainLoss',
  'MultinomialLogisticLoss',
  'ContrastiveLoss',
  'HDF5Output',
  'Silence',
]);
/** Layers that produce the net's inputs. */
const INPUTS = new Set(['Input', 'DummyData', 'Data', 'ImageData', 'HDF5Data', 'MemoryData', 'WindowData']);

/**
 * Makes a model from the text of a net and the bytes of its weights. Without weights the model can only be inspected, unless
 * `seededWeights` asks for random ones.
 *
 * @throws ModelFileError, UnsupportedLayersError, ShapeError
 */
export function importCaffe(prototxt: string, caffemodel?: Uint8Array, options: CaffeOptions = {}): Model {
  const { layers: registry = caffeLayers } = options;
  const takers = layersWith(registry, (layer) => layer.caffe, RULES);
  const net = parseText(prototxt);
  const top = paramsOf(net, 'prototxt');
  const raw = [...messagesOf(net, 'layer', WHAT), ...messagesOf(net, 'layers', WHAT)].map(upgrade).filter(inTestPhase);
  const wanted = options.until === undefined ? raw : ancestorsOf(options.until, raw);
  const { input, sides, layers: rawLayers, labels, preprocessing } = findInputs(net, wanted);
  const stored = caffemodel && readWeights(caffemodel);

  const shapes = new Map<string, Shape>([input, ...sides].map(({ name, shape }) => [name, shape]));
  const layers: Layer[] = [];
  const weights = new Map<string, WeightData>();
  const lost: Missing[] = [];
  const missing: string[] = [];
  /** Everything that Caffe would refuse, collected and reported together. */
  const problems: string[] = [];
  const names = new Set<string>();
  const supported = takers.flatMap(({ rules }) => Object.keys(rules));
  /** Blobs that depend on something left out: labels, and outputs of unsupported layers. */
  const unknown = new Set(labels);
  /** Number of weights that a weights file would have. */
  let absentNumbers = 0;

  for (const layer of rawLayers) {
    const { name, type, bottoms, tops } = layer;
    if (DROPPED.has(type)) continue;
    if (names.has(name)) throw new ModelFileError(WHAT, `two layers are named '${name}'; names must differ`);
    names.add(name);
    const rules = takers.flatMap(({ key, op, rules }) =>
      Object.hasOwn(rules, type) ? [{ key, rule: rules[type], op }] : [],
    );
    const lose = (unsupported?: UnsupportedLayer) => {
      lost.push({ name, type, weighted: WEIGHTED.test(type), ...(unsupported && { unsupported }) });
      for (const blob of tops) unknown.add(blob);
    };
    if (rules.length === 0) {
      lose({ name, type });
      continue;
    }
    if (bottoms.some((b) => unknown.has(b))) {
      lose();
      continue;
    }
    if (bottoms.length === 0 || tops.length === 0) {
      throw new ModelFileError(
        WHAT,
        `layer '${name}' (${type}) needs a bottom and a top, it has ${bottoms.length} and ${tops.length}`,
      );
    }
    const bottomShapes = bottoms.map((b) => {
      const shape = shapes.get(b);
      if (shape) return shape;
      throw new ModelFileError(
        WHAT,
        `layer '${name}' reads blob '${b}', which no layer before it makes. Blobs so far: ${[...shapes.keys()].slice(-8).join(', ')}`,
      );
    });
    const wrong = checkLayer(layer, bottomShapes, (blob) => shapes.has(blob));
    if (wrong.length > 0) {
      problems.push(...wrong);
      for (const blob of tops) unknown.add(blob);
      continue;
    }
    const blobs = stored?.get(name);
    const view: CaffeLayer = {
      name,
      type,
      bottoms,
      tops,
      params: paramsOf(layer.message, 'prototxt'),
      shapes: bottomShapes,
      blobs: stored ? (blobs?.length ?? 0) : undefined,
    };
    const chosen = rules
      .map(({ key, rule, op }) => ({ key, op, drafts: rule(view) }))
      .find(({ drafts }) => drafts !== undefined);
    if (!chosen?.drafts) {
      lose({ name, type, reason: 'with these parameters' });
      continue;
    }
    const { key, op } = chosen;
    const drafts = listOf(chosen.drafts);
    const read = blobsRead(drafts);
    if (blobs && blobs.length > read) {
      throw new ModelFileError(
        WHAT,
        `layer '${name}' (${type}): the weights file has ${blobs.length} blobs; as the text stands it has ${read}`,
      );
    }
    if (drafts.length !== tops.length) {
      throw new ModelFileError(
        WHAT,
        `layer '${name}' (${type}) makes ${drafts.length} blobs, the file names ${tops.length}`,
      );
    }
    for (const [i, draft] of drafts.entries()) {
      const keys: Record<string, string> = {};
      const specs: Record<string, WeightData> = {};
      for (const [slot, source] of Object.entries(draft.weights ?? {})) {
        const weightKey = `${name}.${slot}`;
        const size =
          'tensor' in source ? 0 : checkedSize('zeros' in source ? source.zeros : source.shape, `${name}.${slot}`);
        if (!stored && !('tensor' in source) && !('zeros' in source)) absentNumbers += size;
        if (options.seededWeights !== undefined && absentNumbers > MAX_SEEDED) {
          throw new ModelFileError(WHAT, `layer '${name}': the net would need more than ${MAX_SEEDED} seeded weights`);
        }
        const weight = findWeight(
          source,
          weightKey,
          stored ? (blobs ?? []) : undefined,
          options.seededWeights,
          missing,
        );
        if (!weight) continue;
        keys[slot] = weightKey;
        specs[slot] = weight;
        weights.set(weightKey, weight);
      }
      if (Object.keys(draft.weights ?? {}).some((slot) => !(slot in keys))) {
        unknown.add(tops[i]);
        continue;
      }
      const inputs = draft.inputs ?? bottoms;
      const own = op.inputs.filter((n) => !(n in keys));
      const inputShapes = inputs.map((b) => asSpec(shapes.get(b) ?? []));
      const named =
        op.inputs.length === 0 ? variadic(inputShapes) : Object.fromEntries(own.map((n, j) => [n, inputShapes[j]]));
      if (op.inputs.length > 0 && own.length !== inputs.length) {
        throw new ModelFileError(
          WHAT,
          `layer '${name}' (${type}) takes ${own.length} bottoms, the file gives ${inputs.length}`,
        );
      }
      for (const [slot, weight] of Object.entries(specs)) named[slot] = asSpec(weight.shape);
      const output = inferLayer(op, named, draft.attrs, name);
      checkedSize(output, name);
      shapes.set(tops[i], output);
      layers.push({
        name: drafts.length === 1 ? name : `${name}/${tops[i]}`,
        type: key,
        attrs: draft.attrs,
        inputs,
        output: tops[i],
        weights: keys,
      });
    }
  }
  if (problems.length > 0) throw new ModelFileError(WHAT, problems.join('; '));
  const tail = tailNote(WHAT, lost, layers, supported);
  if (missing.length > 0) {
    throw new ModelFileError(
      WHAT,
      `the weights file has no blobs for ${missing.join(', ')}. Layers in it: ${[...(stored?.keys() ?? [])].join(', ')}`,
    );
  }
  if (layers.length === 0) throw new ModelFileError(WHAT, 'the net has no layers; is this the text of a net?');
  const colour = input.shape[1] === 3;
  const defaults: Preprocessing = {
    ...PLAIN,
    order: colour ? 'bgr' : input.shape[1] === 1 ? 'gray' : 'rgb',
    mean: [0],
  };
  const model: Model = {
    name: options.name ?? top.text('name', 'caffe net'),
    input,
    ...(sides.length > 0 && { sides }),
    layers,
    ...opsOf(layers, registry),
    weights,
    ...(options.labels && { labels: options.labels }),
    ...(absentNumbers > 0 && (options.seededWeights === undefined ? { weightless: true } : { seeded: true })),
    preprocessing: { ...defaults, ...preprocessing, ...options.preprocessing },
    ...(tail && { partial: true, notes: [tail] }),
  };
  // In sequences the batch is on another axis, and side inputs have shapes of their own.
  if (sides.length > 0) return model;
  const ops: LayerTable = { ...caffeLayers, ...Object.fromEntries(takers.map(({ key, op }) => [key, op])) };
  return openBatch(model, (type) => ops[type], input.shape[0], new Set());
}

/** The named layer, or the last one that writes the blob of this name, with all layers it depends on. */
function ancestorsOf(name: string, layers: readonly RawLayer[]): readonly RawLayer[] {
  const own = layers.findIndex((l) => l.name === name);
  const last = own >= 0 ? own : layers.map((l) => l.tops.includes(name)).lastIndexOf(true);
  if (last < 0) {
    throw new UnknownNameError(
      'layer',
      name,
      layers.map((l) => l.name),
    );
  }
  const needed = new Set(layers[last].bottoms);
  const kept = [layers[last]];
  for (const layer of layers.slice(0, last).reverse()) {
    if (!layer.tops.some((blob) => needed.has(blob))) continue;
    kept.push(layer);
    for (const blob of layer.bottoms) needed.add(blob);
  }
  return kept.reverse();
}

/** The number of blobs of the weights file that a layer's drafts read. */
function blobsRead(drafts: readonly Draft[]): number {
  const indices = drafts.flatMap(({ weights = {} }) =>
    Object.values(weights).flatMap((source) =>
      'from' in source ? source.from.map((f) => f.blob) : 'blob' in source ? [source.blob] : [],
    ),
  );
  return Math.max(-1, ...indices) + 1;
}

function checkedSize(shape: Shape, where: string): number {
  const size = sizeOf(shape);
  if (shape.some((dim) => !Number.isInteger(dim) || dim < 1) || size > MAX_ELEMENTS) {
    throw new ModelFileError(WHAT, `${where}: the shape ${formatShape(shape)} is not one a net can have`);
  }
  return size;
}

interface NetInputs {
  readonly input: ModelInput;
  readonly sides: readonly ModelInput[];
  readonly layers: readonly RawLayer[];
  /** Blobs of data layers that do not exist at inference. */
  readonly labels: readonly string[];
  readonly preprocessing: Partial<Preprocessing>;
}

/** An input, before the image is selected among them. */
interface Candidate extends ModelInput {
  readonly preprocessing: Partial<Preprocessing>;
}

/** The net's inputs: from `input` with `input_dim` or `input_shape`, or from input layers. */
function findInputs(net: TextMessage, raw: readonly RawLayer[]): NetInputs {
  const layers = raw.filter((l) => !INPUTS.has(l.type));
  const { candidates, labels } = declaredInputs(net) ?? layerInputs(raw.filter((l) => INPUTS.has(l.type)));
  const read = new Set(layers.filter((l) => !DROPPED.has(l.type)).flatMap((l) => l.bottoms));
  // A blob that only a loss reads is a label too.
  const wanted = candidates.filter((c) => read.has(c.name));
  const all = wanted.length > 0 ? wanted : candidates.slice(0, 1);
  const image = imageAmong(all);
  const rest = all.filter((c) => c !== image);
  const unread = candidates.filter((c) => !all.includes(c)).map((c) => c.name);
  const twice = all.find((c, n) => all.findIndex((d) => d.name === c.name) < n);
  if (twice) throw new ModelFileError(WHAT, `two inputs are named '${twice.name}'; names must differ`);
  return {
    input: rest.length > 0 ? asInput(image) : oneImage(image),
    sides: rest.map(asInput),
    layers,
    labels: [...labels, ...unread],
    preprocessing: image.preprocessing,
  };
}

/** Inputs declared before the layers; undefined if there are none. */
function declaredInputs(net: TextMessage): { candidates: Candidate[]; labels: string[] } | undefined {
  const names = stringsOf(net, 'input');
  if (names.length === 0) return undefined;
  const shapes = messagesOf(net, 'input_shape', WHAT).map((m) => paramsOf(m, 'prototxt').numbers('dim'));
  // The older form has four numbers per input.
  const dims = paramsOf(net, 'prototxt').numbers('input_dim');
  if (shapes.length === 0 && dims.length !== 4 * names.length) {
    throw new ModelFileError(
      WHAT,
      `input_dim is given ${dims.length} times; ${names.length} inputs (${names.join(', ')}) need ${4 * names.length}`,
    );
  }
  const candidates = names.map((name, i) => {
    const shape = shapes[i] ?? dims.slice(4 * i, 4 * i + 4);
    return { name, shape, preprocessing: {} };
  });
  return { candidates, labels: [] };
}

/** Inputs from layers: all tops of an Input layer, and the first top of a data layer. The others are labels. */
function layerInputs(makers: readonly RawLayer[]): { candidates: Candidate[]; labels: string[] } {
  if (makers.length === 0) {
    throw new ModelFileError(WHAT, 'the net has no input: neither `input` nor an Input or data layer');
  }
  const candidates: Candidate[] = [];
  const labels: string[] = [];
  for (const maker of makers) {
    const p = paramsOf(maker.message, 'prototxt');
    const transform = p.message('transform_param');
    const stated = maker.type === 'Input' || maker.type === 'DummyData';
    const crop = transform.number('crop_size', p.message('data_param').number('crop_size', 0));
    const shapes = stated ? shapesOf(maker) : crop > 0 ? [[1, 3, crop, crop]] : [];
    if (maker.tops.length === 0) throw new ModelFileError(WHAT, `input layer '${maker.name}' has no top`);
    if (shapes.length === 0 && candidates.length === 0) {
      throw new ModelFileError(
        WHAT,
        `data layer '${maker.name}' (${maker.type}) does not tell the size of '${maker.tops[0]}'. Use the deploy text, which has an Input layer`,
      );
    }
    for (const [i, name] of maker.tops.entries()) {
      // A single shape applies to all tops of an Input layer.
      const shape = shapes[i] ?? (stated && shapes.length === 1 ? shapes[0] : undefined);
      if (shape) candidates.push({ name, shape, preprocessing: transformOf(transform) });
      else labels.push(name);
    }
  }
  return { candidates, labels };
}

/** The shapes that an Input or DummyData layer states: one per top, or one for all. */
function shapesOf({ type, message }: RawLayer): number[][] {
  const [holder] = messagesOf(message, type === 'Input' ? 'input_param' : 'dummy_data_param', WHAT);
  if (!holder) return [];
  const shapes = messagesOf(holder, 'shape', WHAT).map((m) => paramsOf(m, 'prototxt').numbers('dim'));
  if (shapes.length > 0) return shapes;
  const p = paramsOf(holder, 'prototxt');
  const [num, channels, height, width] = ['num', 'channels', 'height', 'width'].map((f) => p.numbers(f));
  return num.map((n, i) => [n, channels[i], height[i], width[i]].filter((d) => d !== undefined));
}

/** If there are several inputs, they keep the sizes of the file: their batch and time must match each other. */
function asInput({ name, shape }: Candidate): ModelInput {
  if (shape.length === 0) {
    throw new ModelFileError(WHAT, `input '${name}' has no shape; give it one with input_shape { dim: … }`);
  }
  checkedSize(shape, `input '${name}'`);
  return { name, shape };
}

function oneImage({ name, shape }: Candidate): ModelInput {
  if (shape.length < 2)
    throw new ModelFileError(WHAT, `input '${name}' needs at least two dimensions, got ${formatShape(shape)}`);
  // The batch size in the file is arbitrary. A model is for one image, and a plan for any number of images.
  const one = [1, ...shape.slice(1)];
  checkedSize(one, `input '${name}'`);
  return { name, shape: one };
}

/** mean_value and scale of a data layer. A mean file is only named there, so the caller must pass it. */
function transformOf(p: Params): Partial<Preprocessing> {
  const mean = p.numbers('mean_value');
  const scale = p.number('scale', 1);
  if (mean.length === 0 && scale === 1) return {};
  return { ...(mean.length > 0 && { mean }), scale, stated: true };
}

/** A layer's weight, read from the file or drawn lazily. Missing blobs are added to the list. */
function findWeight(
  source: WeightSource,
  key: string,
  blobs: readonly Blob[] | undefined,
  seed: number | undefined,
  missing: string[],
): WeightData | undefined {
  if ('tensor' in source) return source.tensor;
  if ('zeros' in source) return filled(source.zeros, 0);
  const { shape } = source;
  if (!blobs && seed === undefined) return absent(shape, key);
  if ('from' in source) {
    const parts = source.from.map(({ blob, shape: own, initial }) => {
      if (!blobs) return filled(own, initial);
      const data = storedBlob(blobs[blob], own, key, missing);
      return data && { data };
    });
    const known = parts.filter((p) => p !== undefined);
    if (known.length < parts.length) return undefined;
    return lazyWeights(shape, () => source.make(known.map(({ data }) => data).filter(isFloats)));
  }
  if (blobs) {
    const data = storedBlob(blobs[source.blob], shape, key, missing);
    return data && { shape, dtype: 'f32', data };
  }
  if (source.initial !== undefined && !source.filler?.has('type')) {
    return filled(shape, source.filler?.number('value', source.initial) ?? source.initial);
  }
  const draw = filling(shape, source.filler, source.blob);
  return lazyWeights(shape, () => {
    const rng = createRng(seedFor(seed ?? 0, key));
    return new Float32Array(sizeOf(shape)).map((_, i) => draw(rng, i));
  });
}

/** A weight that no file contains: its shape is known, but reading it throws. */
const absent = (shape: Shape, key: string): WeightData =>
  lazyWeights(shape, () => {
    throw new ModelFileError(WHAT, `'${key}' has no numbers. ${NO_WEIGHTS}`);
  });

const isFloats = (data: Float32Array | Uint16Array): data is Float32Array => data instanceof Float32Array;

/** True if a blob has this shape, ignoring axes of 1, which the older form adds. A flat list matches any shape of its size. */
function sameAsStored({ shape, data }: Blob, wanted: Shape): boolean {
  const sizes = (of: Shape) => of.filter((d) => d !== 1).join();
  return data.length === sizeOf(wanted) && (shape.length < 2 || sizes(shape) === sizes(wanted));
}

/** The numbers of a blob, which must have this shape. A missing blob is added to the list. */
function storedBlob(blob: Blob | undefined, shape: Shape, key: string, missing: string[]): Float32Array | undefined {
  if (!blob) {
    missing.push(key);
    return undefined;
  }
  if (!sameAsStored(blob, shape)) {
    throw new ModelFileError(
      WHAT,
      `'${key}' needs ${formatShape(shape)}, ${sizeOf(shape)} numbers; the weights file has ${formatShape(blob.shape)}, ${blob.data.length}`,
    );
  }
  return blob.data;
}
