// Creates the layers of a model from the nodes of an ONNX graph, one after another.
import { ModelFileError, type UnsupportedLayer } from '../core/errors.js';
import { type Shape, sameShape } from '../core/shape.js';
import { asSpec, type Draft, type OnnxRule, Refusal, type Rules } from '../graph/importing.js';
import { filled, sameNumbers } from '../graph/lazyWeights.js';
import type { Layer, WeightData } from '../graph/model.js';
import { type Op, variadic } from '../graph/tape.js';
import { inferLayer, listOf } from './build.js';
import { asWeights, type Known } from './onnxFold.js';
import type { Node } from './onnxGraph.js';
import type { OpenInput } from './onnxInput.js';
import { layerName, onnxNode } from './onnxNode.js';
import type { Kind } from './onnxSchema.js';
import { WHAT } from './onnxTensor.js';

/** Layers that may occur, with their rules. */
export type Takers = readonly { readonly key: string; readonly op: Op; readonly rules: Rules<OnnxRule> }[];

/** A model under construction. */
export interface Building {
  readonly known: Map<string, Known>;
  readonly shapes: Map<string, Shape>;
  /** The element kinds of values, as far as the file and the schemas tell. */
  readonly kinds: Map<string, Kind>;
  readonly layers: Layer[];
  readonly weights: Map<string, WeightData>;
  /** Names of layers so far. */
  readonly names: Set<string>;
  /** Names of values, which no other layer may use. */
  readonly values: Set<string>;
  /** Inputs with a door (see onnxInput.ts): the file's name for the input → the converted value that nodes read. */
  readonly doors: ReadonlyMap<string, string>;
}

/** Starts with the inputs, and with doors for those in another layout. */
export function startBuilding(
  known: Map<string, Known>,
  inputs: readonly OpenInput[],
  values: readonly string[],
): Building {
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
    // Moving axes of 1 moves no data, so a reshape is enough if the other axes keep their order.
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

/** Removes doors that nothing reads, because the file's first transpose undoes them. */
export function withoutUnreadDoors({ layers, doors }: Building): void {
  for (const door of [...doors.values()].reverse()) {
    const read = layers.some((l) => l.inputs.includes(door));
    const at = layers.findIndex((l) => l.output === door);
    if (!read && at >= 0) layers.splice(at, 1);
  }
}

/** A value without elements. */
export const empty = (shape: Shape): Known => ({ shape, tensor: filled(shape, 0), values: () => [] });

/** True if the node transposes the image back to `[N, C, H, W]` directly after a door. The result is the image itself. */
export function undoesDoor(node: Node, { layers, shapes, doors, names }: Building): boolean {
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

/** Adds the layers that a rule makes of the node. If there are none, returns the reason. */
export function addLayers(node: Node, building: Building, takers: Takers): UnsupportedLayer | undefined {
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

/** The name for the error message of an operator from another domain; layers list the ones they support by full name. */
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
    // Several layers may read one initializer in different forms.
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
    // A layer needs at least one computed input.
    if (inputs.length > 0 && !inputs.some((name) => shapes.has(name))) asLayer(inputs[0], building);
    // A known input becomes a weight.
    inputs.forEach((name, i) => {
      const constant = shapes.has(name) ? undefined : known.get(name);
      if (constant) keep(own[i], name, asWeights(constant));
    });
    inputs = inputs.filter((name) => shapes.has(name));
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

/** If a layer needs a constant as a computed input, the constant becomes a layer with its name. */
export function asLayer(name: string, { known, shapes, layers, weights, names }: Building): void {
  const constant = known.get(name);
  if (!constant || shapes.has(name)) return;
  weights.set(`${name}.value`, asWeights(constant));
  shapes.set(name, constant.shape);
  names.add(name);
  layers.push({ name, type: 'identity', attrs: {}, inputs: [], output: name, weights: { x: `${name}.value` } });
}
