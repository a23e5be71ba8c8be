// ONNX files, opset 6 and newer: the graph through each layer's own rule, constants folded on the way.
import {
  type ConvscopeError,
  ModelFileError,
  ShapeError,
  UnknownNameError,
  type UnsupportedLayer,
} from '../core/errors.js';
import { type Shape, sameShape, sizeOf } from '../core/shape.js';
import {
  asSpec,
  type Draft,
  type LayerRegistry,
  type OnnxNode,
  type OnnxRule,
  Refusal,
  type Rules,
} from '../graph/importing.js';
import { filled, sameNumbers } from '../graph/lazyWeights.js';
import { type Layer, type LayerTable, type Model, PLAIN, type WeightData } from '../graph/model.js';
import { type Op, variadic } from '../graph/tape.js';
import * as onnxLayers from '../kernels/index.js';
import { inferLayer, layersWith, listOf, type Missing, opsOf, tailNote } from './build.js';
import type { ImportOptions } from './caffe.js';
import { expectContents } from './notTheFile.js';
import { castLike } from './onnxCastLike.js';
import { controlled, type Item, isUnknown, type Unknown } from './onnxControl.js';
import { asWeights, createFolder, type Known, listed } from './onnxFold.js';
import { type Graph, type Node, readModel } from './onnxGraph.js';
import { inlineFunctions, readsOf, sorted } from './onnxInline.js';
import { type OpenInput, openInputs } from './onnxInput.js';
import { type Kind, kindOfElement } from './onnxSchema.js';
import { checkNode, kindOfConstant } from './onnxSchemaNode.js';
import { type External, type OnnxTensor, WHAT } from './onnxTensor.js';
import { openBatch } from './openBatch.js';

/** Of every layer's folder; see the Caffe importer's. */
const RULES = import.meta.glob<Rules<OnnxRule>>('../kernels/*/import.ts', { eager: true, import: 'onnx' });

export interface OnnxOptions extends ImportOptions {
  /** Shape of the image input as the file has it, batch included, in place of what the file says; else the batch is 1. */
  readonly inputShape?: Shape;
  /** Shapes of inputs by name, where the file leaves them open. */
  readonly inputShapes?: Readonly<Record<string, Shape>>;
  /** Height and width of the image input, where the file leaves them open. */
  readonly size?: readonly [height: number, width: number];
  /** Takes the mean and variance of the file where a BatchNormalization in training mode asks for those of the pictures. */
  readonly storedStatistics?: boolean;
  /** Values of graph inputs other than the image, which then are constants of the model. Others stay open. */
  readonly inputs?: ReadonlyMap<string, OnnxTensor>;
  /** The bytes of a file beside the model that holds weights, by the name that the model gives it. */
  readonly externalData?: External;
}

type Takers = readonly { readonly key: string; readonly op: Op; readonly rules: Rules<OnnxRule> }[];

/**
 * A model from an ONNX file's bytes. Blobs keep the names of the file's values; layers those of its nodes, unless a value has
 * that name already: a name always shows the blob that has it.
 *
 * @throws ModelFileError, UnsupportedLayersError, ShapeError
 */
export function importOnnx(bytes: Uint8Array, options: OnnxOptions = {}): Model {
  expectContents('onnx', bytes);
  // In which order it exports them is a bundler's choice.
  const { layers: registry = Object.fromEntries(Object.entries(onnxLayers).sort()) } = options;
  const takers: Takers = layersWith(registry, (layer) => layer.onnx, RULES);
  const { identity, repeat, reshape, transpose } = onnxLayers;
  const opsByType: LayerTable = {
    // What the importer itself adds.
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
  // A net whose size is open may fit few sizes all the same: one for 32x32 ends in weights for that many pixels.
  let misfit: ConvscopeError | undefined;
  for (const side of SIDES) {
    try {
      return modelOf(graph, { ...options, side }, { registry, takers, opsByType });
    } catch (error) {
      const sizes = error instanceof ShapeError || error instanceof ModelFileError;
      if (!sizes || !choosesSize(graph, options)) throw error;
      // A fault that another size does not change is the file's.
      if (misfit?.message === error.message) throw error;
      misfit ??= error;
    }
  }
  throw misfit;
}

/** Sides of images of open size, the likeliest first. */
const SIDES = [224, 32, 64, 28, 96, 112, 128, 160, 192, 227, 256, 299, 320, 384, 416, 448, 512, 640];

/** True where neither the file nor the caller says how large the image is. */
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

/** The model of a graph whose functions are inlined and whose nodes are in order. */
function modelOf(
  graph: Graph,
  options: OnnxOptions & { readonly side: number },
  { registry, takers, opsByType }: Layers,
): Model {
  const { nodes, outputs } = graph;
  const known = new Map<string, Known>([...graph.initializers, ...(options.inputs ?? [])]);
  const reads = new Set([...nodes.flatMap(readsOf), ...outputs]);
  const { image, sides, notes } = openInputs(graph, known, reads, options);
  // What has no elements is known.
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

const layerName = (node: Node): string => node.name || node.outputs[0];

/** A value without elements. */
const empty = (shape: Shape): Known => ({ shape, tensor: filled(shape, 0), values: () => [] });

/** A BatchNormalization as at inference: neither training mode nor the outputs that come of it. Others as they are. */
function withStoredStatistics(node: Node): Node {
  if (node.type !== 'BatchNormalization') return node;
  const attributes = new Map([...node.attributes].filter(([name]) => name !== 'training_mode'));
  return { ...node, outputs: node.outputs.slice(0, 1), attributes };
}

/** The node that has this name, or makes the value of this name. @throws UnknownNameError */
function nodeNamed(nodes: readonly Node[], name: string): Node {
  const found = nodes.find((n) => n.outputs.includes(name)) ?? nodes.find((n) => n.name === name);
  if (found) return found;
  throw new UnknownNameError('layer', name, nodes.map(layerName));
}

/** A node and all that it depends on, in order. */
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

/** A model as far as it is made. */
interface Building {
  readonly known: Map<string, Known>;
  readonly shapes: Map<string, Shape>;
  /** What values hold, as far as the file and the schemas tell. */
  readonly kinds: Map<string, Kind>;
  readonly layers: Layer[];
  readonly weights: Map<string, WeightData>;
  /** Names of layers so far. */
  readonly names: Set<string>;
  /** Names that values have, which no other layer may take. */
  readonly values: Set<string>;
  /** Inputs that stand behind a door, by the name that the file gives them: the value that the file's nodes read. */
  readonly doors: ReadonlyMap<string, string>;
}

function startBuilding(known: Map<string, Known>, inputs: readonly OpenInput[], values: readonly string[]): Building {
  const doors = new Map<string, string>();
  const building: Building = {
    known,
    shapes: new Map(inputs.map(({ input }) => [input.name, input.shape])),
    kinds: new Map(),
    layers: [],
    weights: new Map(),
    names: new Set(),
    values: new Set(values),
    doors,
  };
  for (const { input, fileShape, order } of inputs) {
    if (!order) continue;
    const missing = [0, 1, 2, 3].filter((axis) => !order.includes(axis));
    // Axes of 1 may stand anywhere: in their own places nothing moves.
    const inOrder = order.every((axis, i) => i === 0 || axis > order[i - 1]);
    const whole = inOrder ? [0, 1, 2, 3] : [...missing, ...order];
    let from = input.name;
    const add = (name: string, type: string, attrs: Layer['attrs'], shape: Shape) => {
      building.layers.push({ name, type, attrs, inputs: [from], output: name, weights: {} });
      building.shapes.set(name, shape);
      building.names.add(name);
      from = name;
    };
    const turned = whole.map((axis) => input.shape[axis]);
    if (whole.some((axis, i) => axis !== i)) add(`${input.name} turned`, 'transpose', { order: whole }, turned);
    if (missing.length > 0) add(`${input.name} as in the file`, 'reshape', { shape: fileShape }, fileShape);
    doors.set(input.name, from);
  }
  return building;
}

/** Doors that nothing of the file goes through: its first transpose undid them. */
function withoutUnreadDoors({ layers, doors }: Building): void {
  for (const door of [...doors.values()].reverse()) {
    const read = layers.some((l) => l.inputs.includes(door));
    const at = layers.findIndex((l) => l.output === door);
    if (!read && at >= 0) layers.splice(at, 1);
  }
}

/** Makes layers and constants of the nodes, and tells which of them it could not. */
function convert(nodes: readonly Node[], reads: Set<string>, building: Building, takers: Takers): Missing[] {
  const { known, shapes, doors } = building;
  const missing: Missing[] = [];
  /** What ONNX does not take; all of it is told at once. */
  const problems: string[] = [];
  const unknown = new Set<string>();
  const lose = (node: Node, unsupported?: UnsupportedLayer) => {
    const weighted = node.inputs.some((name) => (known.get(name)?.shape.length ?? 0) > 1);
    missing.push({ name: layerName(node), type: node.type, weighted, ...(unsupported && { unsupported }) });
    for (const o of node.outputs) unknown.add(o);
  };
  const fold = createFolder();
  const queue: Item[] = [...nodes].reverse();
  const add = (items: readonly Item[] | Unknown) => {
    if (isUnknown(items))
      lose(items.node, { name: layerName(items.node), type: items.node.type, reason: items.reason });
    else {
      // What the next round of a loop reads is not known before its nodes are made.
      for (const item of items) {
        if (typeof item !== 'function') for (const name of [...readsOf(item), ...item.outputs]) reads.add(name);
      }
      queue.push(...[...items].reverse());
    }
  };
  for (;;) {
    const item = queue.pop();
    if (item === undefined) {
      if (problems.length > 0) throw new ModelFileError(WHAT, problems.join('; '));
      return missing;
    }
    if (typeof item === 'function') {
      add(item());
      continue;
    }
    const node = {
      ...item,
      inputs: item.inputs.map((name) => doors.get(name) ?? name),
      outputs: wantedOutputs(item, reads),
    };
    if (readsOf(node).some((name) => unknown.has(name))) {
      lose(node);
      continue;
    }
    const written = controlled(node, known) ?? castLike(node, (name) => kindIn(building, name));
    if (written) {
      add(written);
      continue;
    }
    const absent = node.inputs.find((i) => i !== '' && !known.has(i) && !shapes.has(i));
    if (absent !== undefined) {
      throw new ModelFileError(
        WHAT,
        `node '${layerName(node)}' (${node.type}) reads '${absent}', which no node, input or initializer makes`,
      );
    }
    const made = node.outputs.find((o) => o !== '' && (shapes.has(o) || known.has(o)));
    if (made !== undefined) throw new ModelFileError(WHAT, `two nodes make '${made}'`);
    const wrong = checkNode({ ...item, inputs: node.inputs }, item.opset, building);
    if (wrong.length > 0) {
      problems.push(...wrong);
      lose(node);
      continue;
    }
    const folded = fold({
      ...attributesOf(node),
      name: layerName(node),
      type: node.type,
      opset: node.opset,
      outputs: node.outputs.length,
      names: node.inputs,
      inputs: node.inputs.map((i) => known.get(i)),
      shapes: node.inputs.map((i) => shapes.get(i)),
      tensor: (name) => node.attributes.get(name)?.tensor,
    });
    if (folded) {
      node.outputs.forEach((output, i) => {
        if (output !== '' && folded[i]) known.set(output, folded[i]);
      });
      continue;
    }
    const unsupported = undoesDoor(node, building) ? undefined : addLayers(node, building, takers);
    if (unsupported) lose(node, unsupported);
  }
}

/** The outputs of a node that something reads; its first one in any case. */
function wantedOutputs({ type, outputs }: Node, reads: ReadonlySet<string>): string[] {
  // Whether they are read or not, they say that it is in training, or into how many parts it splits.
  if (type === 'BatchNormalization' || type === 'Split') return [...outputs];
  const wanted = outputs.map((name, i) => (i === 0 || reads.has(name) ? name : ''));
  while (wanted[wanted.length - 1] === '') wanted.pop();
  return wanted;
}

/** A file's transpose back to `[N, C, H, W]`, right behind the door: the image itself. */
function undoesDoor(node: Node, { layers, shapes, doors, names }: Building): boolean {
  if (node.type !== 'Transpose') return false;
  const input = [...doors].find(([, door]) => door === node.inputs[0])?.[0];
  const door = layers.find((l) => l.output === node.inputs[0]);
  const order = node.attributes.get('perm')?.ints;
  if (input === undefined || door?.type !== 'transpose' || !order) return false;
  const turned = door.attrs.order;
  if (!Array.isArray(turned) || order.some((axis, i) => turned[axis] !== i)) return false;
  const [output] = node.outputs;
  names.add(output);
  shapes.set(output, shapes.get(input) ?? []);
  layers.push({ name: output, type: 'identity', attrs: {}, inputs: [input], output, weights: {} });
  return true;
}

/** Adds the layers that a rule makes of the node; what comes back says why there is none. */
function addLayers(node: Node, building: Building, takers: Takers): UnsupportedLayer | undefined {
  const { known } = building;
  const rules = takers.flatMap(({ key, op, rules }) =>
    Object.hasOwn(rules, node.type) ? [{ key, rule: rules[node.type], op }] : [],
  );
  const view = onnxNode(node, building);
  let reason = rules.length > 0 ? 'with these attributes' : foreign(node.type);
  for (const { key, op, rule } of rules) {
    let drafts: ReturnType<OnnxRule>;
    try {
      drafts = rule(view);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (reason === 'with these attributes') reason = error.message;
      continue;
    }
    if (!drafts) continue;
    const all = listOf(drafts);
    if (all.length < node.outputs.length) {
      reason = `its output ${all.length + 1} is not supported`;
      continue;
    }
    for (const [i, draft] of all.entries()) {
      if (draft.empty) known.set(node.outputs[i], empty(draft.empty));
      else if (node.outputs[i])
        addLayer(node, { key, op }, draft, { output: node.outputs[i], of: all.length }, building);
    }
    return undefined;
  }
  return { name: layerName(node), type: node.type, ...(reason && { reason }) };
}

/** Only ONNX's own operators are known by their names, and those of other domains that layers name in full. */
function foreign(type: string): string | undefined {
  const [domain, name] = type.split('::');
  return name && `an operator of the domain '${domain}', which is not ONNX's ${name}`;
}

function addLayer(
  node: Node,
  { key, op }: { readonly key: string; readonly op: Op },
  draft: Draft,
  { output, of }: { readonly output: string; readonly of: number },
  building: Building,
): void {
  const { known, shapes, layers, weights, names, values } = building;
  const keys: Record<string, string> = {};
  const keep = (slot: string, wantedKey: string, weight: WeightData) => {
    // One initializer may be read by layers that need it in different forms.
    const stored = weights.get(wantedKey);
    const same = stored && sameNumbers(stored, weight) && sameShape(stored.shape, weight.shape);
    const unique = stored && !same ? `${output}.${wantedKey}` : wantedKey;
    weights.set(unique, weight);
    keys[slot] = unique;
  };
  for (const [slot, source] of Object.entries(draft.weights ?? {})) {
    if ('tensor' in source) keep(slot, source.key, source.tensor);
    else keep(slot, `${output}.${slot}`, filled('zeros' in source ? source.zeros : source.shape, 0));
  }
  let inputs = draft.inputs ?? node.inputs.filter((n) => n !== '');
  const own = op.inputs.filter((n) => !(n in keys));
  if (op.inputs.length > 0 && own.length !== inputs.length) {
    throw new ModelFileError(
      WHAT,
      `node '${layerName(node)}' (${node.type}) takes ${own.length} inputs, the file gives ${inputs.length}`,
    );
  }
  if (op.inputs.length > 0) {
    // What is known takes the place of an input as a weight.
    inputs.forEach((name, i) => {
      const constant = shapes.has(name) ? undefined : known.get(name);
      if (constant) keep(own[i], name, asWeights(constant));
    });
    inputs = inputs.filter((name) => shapes.has(name));
    // A layer needs something to be computed from.
    if (inputs.length === 0 && op.inputs.length > 0) {
      const [first] = own;
      const name = Object.hasOwn(keys, first) ? keys[first] : '';
      const constant = (draft.inputs ?? node.inputs).find((n) => known.has(n));
      if (constant !== undefined) {
        delete keys[first];
        weights.delete(name);
        asLayer(constant, building);
        inputs = [constant];
      }
    }
  } else {
    for (const name of inputs) asLayer(name, building);
  }
  const specs = inputs.map((n) => asSpec(shapes.get(n) ?? []));
  const slots = op.inputs.filter((n) => !(n in keys));
  const named = op.inputs.length === 0 ? variadic(specs) : Object.fromEntries(slots.map((n, j) => [n, specs[j]]));
  for (const [slot, weightKey] of Object.entries(keys)) named[slot] = asSpec(weights.get(weightKey)?.shape ?? []);
  const free =
    node.name !== '' && of === 1 && !names.has(node.name) && (node.name === output || !values.has(node.name));
  const name = free ? node.name : output;
  names.add(name);
  shapes.set(output, inferLayer(op, named, draft.attrs, name));
  layers.push({ name, type: key, attrs: draft.attrs, inputs, output, weights: keys });
}

/** Where a layer reads a constant as if it were computed, the constant becomes a layer: its value under its name. */
function asLayer(name: string, { known, shapes, layers, weights, names }: Building): void {
  const constant = known.get(name);
  if (!constant || shapes.has(name)) return;
  weights.set(`${name}.value`, asWeights(constant));
  shapes.set(name, constant.shape);
  names.add(name);
  layers.push({ name, type: 'identity', attrs: {}, inputs: [], output: name, weights: { x: `${name}.value` } });
}

/** Attributes of a node, by what is asked for. */
function attributesOf({ attributes }: Node) {
  return {
    has: (name: string) => attributes.has(name),
    number(name: string, otherwise: number): number {
      const a = attributes.get(name);
      return a?.int ?? a?.float ?? otherwise;
    },
    numbers(name: string): number[] | undefined {
      const a = attributes.get(name);
      return a && (a.ints.length > 0 ? a.ints : a.floats);
    },
    texts: (name: string): string[] | undefined => {
      const { strings = [] } = attributes.get(name) ?? {};
      return strings.length > 0 ? strings : undefined;
    },
    text: (name: string, otherwise: string): string => attributes.get(name)?.string ?? otherwise,
  };
}

/** What a value holds, as far as the graph tells. */
function kindIn({ known, kinds }: Building, value: string): Kind | undefined {
  const constant = known.get(value);
  return kinds.get(value) ?? (constant && kindOfConstant(constant));
}

function onnxNode(node: Node, building: Building): OnnxNode {
  const { known, shapes } = building;
  const { name, type, opset, inputs, outputs } = node;
  const at = (index: number): Known | undefined => known.get(inputs[index] ?? '');
  const attributes = attributesOf(node);
  return {
    name,
    type,
    inputs,
    outputs,
    opset,
    ...attributes,
    flag: (attribute, otherwise) => attributes.number(attribute, Number(otherwise)) !== 0,
    constant(index) {
      const tensor = at(index)?.tensor;
      return tensor && { key: inputs[index], tensor };
    },
    values: (index) => listed(at(index)),
    kind: (index) => kindIn(building, inputs[index] ?? ''),
    shape(index) {
      const shape = shapes.get(inputs[index]) ?? at(index)?.shape;
      if (shape) return shape;
      throw new ModelFileError(WHAT, `node '${layerName(node)}' (${type}) has no input ${index}`);
    },
  };
}
