// The ONNX importer, for opset 6 and newer. Each layer's own rule converts a node. Constants are folded on the way.
import { type ConvscopeError, ModelFileError, ShapeError, UnknownNameError } from '../core/errors.js';
import { type Shape, sizeOf } from '../core/shape.js';
import type { LayerRegistry, OnnxRule, Rules } from '../graph/importing.js';
import { type LayerTable, type Model, PLAIN } from '../graph/model.js';
import * as onnxLayers from '../kernels/index.js';
import { layersWith, opsOf, tailNote } from './build.js';
import type { ImportOptions } from './caffe.js';
import { expectContents } from './notTheFile.js';
import { convert } from './onnxConvert.js';
import type { Known } from './onnxFold.js';
import { type Graph, type Node, readModel } from './onnxGraph.js';
import { inlineFunctions, readsOf, sorted } from './onnxInline.js';
import { openInputs } from './onnxInput.js';
import { asLayer, empty, startBuilding, type Takers, withoutUnreadDoors } from './onnxLayers.js';
import { layerName } from './onnxNode.js';
import { kindOfElement } from './onnxSchema.js';
import { checkInitializers } from './onnxSchemaNode.js';
import { type External, type OnnxTensor, WHAT } from './onnxTensor.js';
import { openBatch } from './openBatch.js';

/** The rules of every layer's folder; see caffe.ts. */
const RULES = import.meta.glob<Rules<OnnxRule>>('../kernels/*/import.ts', { eager: true, import: 'onnx' });

/** What may be said of an ONNX net beyond its file. */
export interface OnnxOptions extends ImportOptions {
  /** Shape of the image input, in the order of the file and with its batch. Overrides the file. Default batch: 1. */
  readonly inputShape?: Shape;
  /** Shapes of inputs by name, for sizes that the file leaves open. */
  readonly inputShapes?: Readonly<Record<string, Shape>>;
  /** Height and width of the image input, if the file leaves them open. */
  readonly size?: readonly [height: number, width: number];
  /** A BatchNormalization in training mode uses the mean and variance stored in the file, not those of the batch. */
  readonly storedStatistics?: boolean;
  /** Values of graph inputs other than the image. They become constants of the model. Other inputs stay open. */
  readonly inputs?: ReadonlyMap<string, OnnxTensor>;
  /** Returns the bytes of a weight file next to the model, by the name that the model uses. */
  readonly externalData?: External;
}

/**
 * Makes a model from the bytes of an ONNX file. Blobs keep the names of the file's values. Layers keep the names of its nodes,
 * unless a value has that name already. So a name always shows the blob of that name.
 *
 * @throws ModelFileError, UnsupportedLayersError, ShapeError
 */
export function importOnnx(bytes: Uint8Array, options: OnnxOptions = {}): Model {
  expectContents('onnx', bytes);
  // The export order depends on the bundler, so it is sorted here.
  const { layers: registry = Object.fromEntries(Object.entries(onnxLayers).sort()) } = options;
  const takers: Takers = layersWith(registry, (layer) => layer.onnx, RULES);
  const { identity, repeat, reshape, transpose } = onnxLayers;
  const opsByType: LayerTable = {
    // Layers that the importer itself adds.
    ...{ identity, repeat, reshape, transpose },
    ...Object.fromEntries(takers.map(({ key, op }) => [key, op])),
  };
  const file = readModel(bytes, options.externalData);
  const inlined = sorted(inlineFunctions(file.graph.nodes, file.functions));
  const modes = options.storedStatistics ? inlined.map(withStoredStatistics) : inlined;
  const wanted = options.until === undefined ? undefined : nodeNamed(modes, options.until);
  const nodes = wanted ? ancestorsOf(wanted, modes) : modes;
  const outputs = wanted ? wanted.outputs.slice(0, 1) : file.graph.outputs;
  const graph = { ...file.graph, nodes, outputs };
  const contradictions = checkInitializers(graph.inputs, graph.initializers);
  if (contradictions.length > 0) throw new ModelFileError(WHAT, contradictions.join('; '));
  // A net with an open size may still accept only a few sizes. For example, a net for 32x32 may end in weights for that many
  // pixels.
  let misfit: ConvscopeError | undefined;
  for (const side of SIDES) {
    try {
      return modelOf(graph, { ...options, side }, { registry, takers, opsByType });
    } catch (error) {
      const sizes = error instanceof ShapeError || error instanceof ModelFileError;
      if (!sizes || !choosesSize(graph, options)) throw error;
      // If the error is the same at another size, the file is at fault.
      if (misfit?.message === error.message) throw error;
      misfit ??= error;
    }
  }
  throw misfit;
}

/** Sizes to try for an open image size, the most likely first. */
const SIDES = [224, 32, 64, 28, 96, 112, 128, 160, 192, 227, 256, 299, 320, 384, 416, 448, 512, 640];

/** True if neither the file nor the caller gives the size of the image. */
function choosesSize(graph: Graph, options: OnnxOptions): boolean {
  if (options.size || options.inputShape) return false;
  const known = new Map<string, Known>([...graph.initializers, ...(options.inputs ?? [])]);
  const { image } = openInputs(graph, known, new Set(graph.nodes.flatMap(readsOf)), options);
  return image.input.openSize === true && !Object.hasOwn(options.inputShapes ?? {}, image.input.name);
}

/** What layers there are. */
interface Layers {
  readonly registry: LayerRegistry;
  readonly takers: Takers;
  readonly opsByType: LayerTable;
}

/** Makes the model of a graph whose functions are inlined and whose nodes are sorted. */
function modelOf(
  graph: Graph,
  options: OnnxOptions & { readonly side: number },
  { registry, takers, opsByType }: Layers,
): Model {
  const { nodes, outputs } = graph;
  const known = new Map<string, Known>([...graph.initializers, ...(options.inputs ?? [])]);
  const reads = new Set([...nodes.flatMap(readsOf), ...outputs]);
  const { image, sides, notes } = openInputs(graph, known, reads, options);
  // A value without elements counts as known.
  for (const { input, fileShape } of [image, ...sides])
    if (sizeOf(fileShape) === 0) known.set(input.name, empty(fileShape));
  checkOutputs(outputs, [...nodes.flatMap((n) => n.outputs), ...known.keys(), ...graph.inputs.map((i) => i.name)]);

  const building = startBuilding(known, [image, ...sides], [...nodes.flatMap((n) => n.outputs), ...known.keys()]);
  const { layers, weights, kinds, doors } = building;
  for (const { name, type } of graph.inputs) {
    if (type > 0 && !known.has(name)) kinds.set(doors.get(name) ?? name, kindOfElement(type));
  }
  const missing = convert(nodes, reads, building, takers);
  const supported = takers.flatMap(({ rules }) => Object.keys(rules));
  const tail = tailNote(WHAT, missing, layers, supported);
  for (const output of outputs) asLayer(output, building);
  withoutUnreadDoors(building);
  if (layers.length === 0) throw new ModelFileError(WHAT, 'the graph has no layers');
  const { input } = image;
  const model: Model = {
    name: options.name ?? (graph.name || 'onnx net'),
    input,
    ...(sides.length > 0 && { sides: sides.map((s) => s.input) }),
    layers,
    ...opsOf(layers, registry),
    weights,
    ...(options.labels && { labels: options.labels }),
    preprocessing: { ...PLAIN, order: input.shape[1] === 1 ? 'gray' : 'rgb', mean: [0], ...options.preprocessing },
    ...(notes.length + (tail ? 1 : 0) > 0 && { notes: [...notes, ...(tail ? [tail] : [])] }),
    ...(tail && { partial: true }),
  };
  const given = new Set([...(options.inputShape ? [input.name] : []), ...Object.keys(options.inputShapes ?? {})]);
  return openBatch(model, (type) => opsByType[type], image.batch, given);
}

/**
 * Turns a BatchNormalization into its inference form, without training mode and without the outputs that only training has.
 * Other nodes stay unchanged.
 */
function withStoredStatistics(node: Node): Node {
  if (node.type !== 'BatchNormalization') return node;
  const attributes = new Map([...node.attributes].filter(([name]) => name !== 'training_mode'));
  return { ...node, outputs: node.outputs.slice(0, 1), attributes };
}

/** The node of this name, or the one that produces the value of this name. @throws UnknownNameError */
function nodeNamed(nodes: readonly Node[], name: string): Node {
  const found = nodes.find((n) => n.outputs.includes(name)) ?? nodes.find((n) => n.name === name);
  if (found) return found;
  throw new UnknownNameError('layer', name, nodes.map(layerName));
}

/** A node and everything that it depends on, in order. */
function ancestorsOf(wanted: Node, nodes: readonly Node[]): readonly Node[] {
  const needed = new Set(readsOf(wanted));
  const kept: Node[] = [wanted];
  for (const node of [...nodes.slice(0, nodes.indexOf(wanted))].reverse()) {
    if (!node.outputs.some((o) => needed.has(o))) continue;
    kept.push(node);
    for (const name of readsOf(node)) needed.add(name);
  }
  return kept.reverse();
}

function checkOutputs(outputs: readonly string[], made: readonly string[]): void {
  const values = new Set(made);
  const absent = outputs.filter((name) => !values.has(name));
  if (absent.length > 0) {
    throw new ModelFileError(
      WHAT,
      `the graph's output '${absent[0]}' is made by no node. Values there are: ${made.slice(-8).join(', ')}`,
    );
  }
}
