// ONNX files, opset 6 and newer: the graph through each layer's own rule, constants folded on the way.
import { ModelFileError, UnknownNameError, type UnsupportedLayer, UnsupportedLayersError } from '../core/errors.js';
import { formatShape, type Shape, sameShape, sizeOf } from '../core/shape.js';
import { asSpec, type OnnxNode, type OnnxRule, Refusal, type Rules } from '../graph/importing.js';
import { filled, reshaped, sameNumbers } from '../graph/lazyWeights.js';
import { type Layer, type Model, type ModelInput, PLAIN, type WeightData } from '../graph/model.js';
import { variadic } from '../graph/tape.js';
import * as onnxLayers from '../kernels/index.js';
import { imageAmong, inferLayer, layersWith, listOf, opsOf } from './build.js';
import type { ImportOptions } from './caffe.js';
import { asWeights, fold, isFoldable, type Known, listed } from './onnxFold.js';
import {
  type External,
  type Graph,
  type GraphInput,
  MAX_ELEMENTS,
  type Node,
  type OnnxTensor,
  readModel,
  WHAT,
} from './onnxGraph.js';

/** Of every layer's folder; see the Caffe importer's. */
const RULES = import.meta.glob<Rules<OnnxRule>>('../kernels/*/import.ts', { eager: true, import: 'onnx' });

export interface OnnxOptions extends ImportOptions {
  /** Shape of the image input, batch included, in place of what the file says; else the batch is 1. */
  readonly inputShape?: Shape;
  /** Shapes of inputs by name, where the file leaves them open. */
  readonly inputShapes?: Readonly<Record<string, Shape>>;
  /** Height and width of the image input, where the file leaves them open. */
  readonly size?: readonly [height: number, width: number];
  /** Takes the mean and variance of the file where a BatchNormalization in training mode asks for those of the pictures. */
  readonly storedStatistics?: boolean;
  /** The last layer wanted: what comes after it is left out, whether it is supported or not. */
  readonly until?: string;
  /** Values of graph inputs other than the image, which then are constants of the model. Others stay open. */
  readonly inputs?: ReadonlyMap<string, OnnxTensor>;
  /** The bytes of a file beside the model that holds weights, by the name that the model gives it. */
  readonly externalData?: External;
}

/**
 * A model from an ONNX file's bytes. Blobs keep the names of the file's values; layers those of its nodes.
 *
 * @throws ModelFileError, UnsupportedLayersError, ShapeError
 */
export function importOnnx(bytes: Uint8Array, options: OnnxOptions = {}): Model {
  // In which order it exports them is a bundler's choice.
  const { layers: registry = Object.fromEntries(Object.entries(onnxLayers).sort()) } = options;
  const takers = layersWith(registry, (layer) => layer.onnx, RULES);
  const { graph, opset } = readModel(bytes, options.externalData);
  const known = new Map<string, Known>([...graph.initializers, ...(options.inputs ?? [])]);
  const uses = countUses(graph);
  const { input, sides } = openInputs(graph, known, uses, options);
  const shapes = new Map<string, Shape>([input, ...sides].map(({ name, shape }) => [name, shape]));
  const layers: Layer[] = [];
  const weights = new Map<string, WeightData>();
  /** Biases that a rule made up. */
  const zeros = new Set<WeightData>();
  const unsupported: UnsupportedLayer[] = [];
  const unknown = new Set<string>();
  const names = new Set<string>();
  const supported = takers.flatMap(({ rules }) => Object.keys(rules));

  for (const node of options.storedStatistics ? graph.nodes.map(withStoredStatistics) : graph.nodes) {
    if (node.inputs.some((i) => unknown.has(i))) {
      for (const o of node.outputs) unknown.add(o);
      continue;
    }
    // Tails such as Shape → Gather → Concat → Reshape are numbers by now.
    const attribute = (name: string) => node.attributes.get(name);
    if (isFoldable(node.type)) {
      const folded = fold({
        type: node.type,
        inputs: node.inputs.map((i) => known.get(i)),
        shapes: node.inputs.map((i) => shapes.get(i)),
        tensor: (name) => attribute(name)?.tensor,
        ints: (name) => attribute(name)?.ints ?? [],
        int: (name, otherwise) => attribute(name)?.int ?? otherwise,
        float: (name) => attribute(name)?.float,
      });
      if (folded) {
        known.set(node.outputs[0], folded);
        continue;
      }
    }
    if (mergeBias(node, known, uses, layers, weights, shapes, zeros)) continue;

    const rules = takers.flatMap(({ key, op, rules }) =>
      Object.hasOwn(rules, node.type) ? [{ key, rule: rules[node.type], op }] : [],
    );
    const unread = node.inputs.find((i) => i !== '' && !known.has(i) && !shapes.has(i));
    if (unread !== undefined) {
      throw new ModelFileError(
        WHAT,
        `node '${layerName(node)}' (${node.type}) reads '${unread}', which nothing before it makes`,
      );
    }
    const view = onnxNode(node, opset, known, shapes);
    let refusal: string | undefined;
    const chosen = rules
      .map((r) => ({
        ...r,
        drafts: attempt(
          () => r.rule(view),
          (reason) => {
            refusal ??= reason;
          },
        ),
      }))
      .find((r) => r.drafts !== undefined);
    if (!chosen?.drafts) {
      const reason = refusal ?? (rules.length > 0 ? 'with these attributes' : undefined);
      unsupported.push({ name: layerName(node), type: node.type, ...(reason && { reason }) });
      for (const o of node.outputs) unknown.add(o);
      continue;
    }
    const { key, op } = chosen;
    const drafts = listOf(chosen.drafts);
    for (const [i, draft] of drafts.entries()) {
      const keys: Record<string, string> = {};
      const output = node.outputs[i];
      for (const [slot, source] of Object.entries(draft.weights ?? {})) {
        const weightKey = 'tensor' in source ? source.key : `${output}.${slot}`;
        const weight: WeightData =
          'tensor' in source ? source.tensor : filled('zeros' in source ? source.zeros : source.shape, 0);
        if (!('tensor' in source)) zeros.add(weight);
        // One initializer may be read by layers that need it in different forms.
        const stored = weights.get(weightKey);
        const same = stored && sameNumbers(stored, weight) && sameShape(stored.shape, weight.shape);
        const unique = stored && !same ? `${output}.${weightKey}` : weightKey;
        weights.set(unique, weight);
        keys[slot] = unique;
      }
      const inputs = draft.inputs ?? node.inputs.filter((n) => n !== '');
      const own = op.inputs.filter((n) => !(n in keys));
      for (const n of inputs) asLayer(n, { known, shapes, layers, weights, names });
      const specs = inputs.map((n) => asSpec(shapes.get(n) ?? []));
      if (op.inputs.length > 0 && own.length !== inputs.length) {
        throw new ModelFileError(
          WHAT,
          `node '${layerName(node)}' (${node.type}) takes ${own.length} inputs, the file gives ${inputs.length}`,
        );
      }
      const named = op.inputs.length === 0 ? variadic(specs) : Object.fromEntries(own.map((n, j) => [n, specs[j]]));
      for (const [slot, weightKey] of Object.entries(keys)) named[slot] = asSpec(weights.get(weightKey)?.shape ?? []);
      const name = names.has(layerName(node)) || drafts.length > 1 ? output : layerName(node);
      const made = shapes.has(output) || known.has(output) ? output : names.has(name) ? name : undefined;
      if (made !== undefined) throw new ModelFileError(WHAT, `two nodes make '${made}'`);
      names.add(name);
      shapes.set(output, inferLayer(op, named, draft.attrs, name));
      layers.push({ name, type: key, attrs: draft.attrs, inputs, output, weights: keys });
    }
  }
  if (unsupported.length > 0) throw new UnsupportedLayersError(WHAT, unsupported, [...new Set(supported)]);
  for (const output of graph.outputs) asLayer(output, { known, shapes, layers, weights, names });
  if (layers.length === 0) throw new ModelFileError(WHAT, 'the graph has no layers');
  return {
    name: options.name ?? (graph.name || 'onnx net'),
    input,
    ...(sides.length > 0 && { sides }),
    layers,
    ...opsOf(layers, registry),
    weights,
    ...(options.labels && { labels: options.labels }),
    preprocessing: { ...PLAIN, order: input.shape[1] === 1 ? 'gray' : 'rgb', mean: [0], ...options.preprocessing },
  };
}

const layerName = (node: Node): string => node.name || node.outputs[0];

/** A BatchNormalization as at inference: neither training mode nor the outputs that come of it. Others as they are. */
function withStoredStatistics(node: Node): Node {
  if (node.type !== 'BatchNormalization') return node;
  const attributes = new Map([...node.attributes].filter(([name]) => name !== 'training_mode'));
  return { ...node, outputs: node.outputs.slice(0, 1), attributes };
}

/** How many nodes and outputs read each value. */
function countUses({ nodes, outputs }: Graph): Map<string, number> {
  const uses = new Map<string, number>();
  for (const name of [...nodes.flatMap((n) => n.inputs), ...outputs]) uses.set(name, (uses.get(name) ?? 0) + 1);
  return uses;
}

/** Where a layer reads a constant as if it were computed, the constant becomes a layer: its value under its name. */
function asLayer(
  name: string,
  into: {
    readonly known: ReadonlyMap<string, Known>;
    readonly shapes: Map<string, Shape>;
    readonly layers: Layer[];
    readonly weights: Map<string, WeightData>;
    readonly names: Set<string>;
  },
): void {
  const constant = into.known.get(name);
  if (!constant || into.shapes.has(name)) return;
  into.weights.set(`${name}.value`, asWeights(constant));
  into.shapes.set(name, constant.shape);
  into.names.add(name);
  into.layers.push({ name, type: 'identity', attrs: {}, inputs: [], output: name, weights: { x: `${name}.value` } });
}

/** `Add(MatMul(x, W), b)`: the bias joins the fully connected layer that it follows. */
function mergeBias(
  node: Node,
  known: ReadonlyMap<string, Known>,
  uses: ReadonlyMap<string, number>,
  layers: Layer[],
  weights: Map<string, WeightData>,
  shapes: Map<string, Shape>,
  zeros: ReadonlySet<WeightData>,
): boolean {
  if (node.type !== 'Add' || node.inputs.length !== 2) return false;
  const [constant, value] = known.has(node.inputs[1]) ? [node.inputs[1], node.inputs[0]] : node.inputs;
  if (uses.get(value) !== 1) return false;
  const bias = known.get(constant);
  const last = layers[layers.length - 1];
  if (!bias?.tensor || last?.output !== value || (last.type !== 'fc' && last.type !== 'conv2d')) return false;
  const old = weights.get(last.weights.b);
  const shape = shapes.get(value);
  if (!old || !shape || !last.weights.b.endsWith('.b') || sizeOf(bias.tensor.shape) !== sizeOf(old.shape)) return false;
  // A convolution's bias is one per channel: [C,1,1].
  const channels = last.type === 'conv2d' ? bias.tensor.shape.slice(-2).every((d) => d === 1) : true;
  if (!channels || !zeros.has(old)) return false;
  weights.delete(last.weights.b);
  weights.set(constant, reshaped(bias.tensor, old.shape));
  layers[layers.length - 1] = { ...last, output: node.outputs[0], weights: { ...last.weights, b: constant } };
  shapes.set(node.outputs[0], shape);
  return true;
}

/** What a rule says, or nothing where it refuses; the reason goes to `refused`. */
function attempt<T>(rule: () => T, refused: (reason: string) => void): T | undefined {
  try {
    return rule();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    refused(error.message);
    return undefined;
  }
}

function onnxNode(
  node: Node,
  opset: number,
  known: ReadonlyMap<string, Known>,
  shapes: ReadonlyMap<string, Shape>,
): OnnxNode {
  const { name, type, inputs, outputs, attributes } = node;
  const at = (index: number): Known | undefined => known.get(inputs[index] ?? '');
  return {
    name,
    type,
    inputs,
    outputs,
    opset,
    number(attribute, otherwise) {
      const a = attributes.get(attribute);
      return a?.int ?? a?.float ?? otherwise;
    },
    flag(attribute, otherwise) {
      const value = attributes.get(attribute)?.int;
      return value === undefined ? otherwise : value !== 0;
    },
    numbers(attribute) {
      const a = attributes.get(attribute);
      return a && (a.ints.length > 0 ? a.ints : a.floats);
    },
    text: (attribute, otherwise) => attributes.get(attribute)?.string ?? otherwise,
    constant(index) {
      const tensor = at(index)?.tensor;
      return tensor && { key: inputs[index], tensor };
    },
    values: (index) => listed(at(index)),
    shape(index) {
      const shape = shapes.get(inputs[index]) ?? at(index)?.shape;
      if (shape) return shape;
      throw new ModelFileError(WHAT, `node '${layerName(node)}' (${type}) has no input ${index}`);
    },
  };
}

/** The inputs that no initializer feeds and some node reads: the image first. */
function openInputs(
  graph: Graph,
  known: ReadonlyMap<string, Known>,
  uses: ReadonlyMap<string, number>,
  options: OnnxOptions,
): { input: ModelInput; sides: ModelInput[] } {
  const declared = graph.inputs.filter((i) => !known.has(i.name));
  if (declared.length === 0) {
    throw new ModelFileError(WHAT, 'the graph needs an input beside its weights, it has none');
  }
  const read = declared.filter((i) => uses.has(i.name));
  const open = read.length > 0 ? read : declared.slice(0, 1);
  const image = imageAmong(open);
  const { inputShape, inputShapes = {} } = options;
  const twice = open.find((i, n) => open.findIndex((j) => j.name === i.name) < n);
  if (twice) throw new ModelFileError(WHAT, `two inputs are named '${twice.name}'; names must differ`);
  for (const name of Object.keys(inputShapes)) {
    if (!open.some((i) => i.name === name)) {
      throw new UnknownNameError(
        'input',
        name,
        open.map((i) => i.name),
      );
    }
  }
  const sized = (of: GraphInput): ModelInput => {
    const given = Object.hasOwn(inputShapes, of.name) ? inputShapes[of.name] : of === image ? inputShape : undefined;
    // A batch that is left open is 1; that of the only input is 1 in any case, and a plan takes as many as asked for.
    const dims = given ?? of.shape.map((dim, i) => (i === 0 && (open.length === 1 || dim === undefined) ? 1 : dim));
    return { name: of.name, shape: checkedShape(of, dims, of === image) };
  };
  return { input: sized(image), sides: open.filter((i) => i !== image).map(sized) };
}

function checkedShape({ name, shape }: GraphInput, dims: readonly (number | undefined)[], isImage: boolean): Shape {
  if (!dims.every((d): d is number => d !== undefined && Number.isInteger(d) && d > 0)) {
    const shown = shape.map((d) => d ?? '?').join(',');
    throw new ModelFileError(
      WHAT,
      `input '${name}' is [${shown}]; give its size with ${isImage ? 'inputShape' : 'inputShapes'}`,
    );
  }
  if (sizeOf(dims) > MAX_ELEMENTS) throw new ModelFileError(WHAT, `input '${name}' ${formatShape(dims)} is too large`);
  return dims;
}
