// What a model is made of: layers, shapes, parameters, multiply-accumulates, memory. Needs no device.
import { type Shape, sizeOf } from '../core/shape.js';
import { bytesOf } from '../graph/lazyWeights.js';
import { type Lifetime, planMemory } from '../graph/memory.js';
import type { Model, ModelInput } from '../graph/model.js';
import { openNet } from './openNet.js';

/** A layer with its shape and what it costs. */
export interface LayerReport {
  readonly name: string;
  readonly type: string;
  /** Blobs read and written. */
  readonly inputs: readonly string[];
  readonly output: string;
  readonly shape: Shape;
  readonly parameters: number;
  readonly macs: number;
}

/** A net with its layers and what they cost together. */
export interface ModelReport {
  readonly name: string;
  readonly input: ModelInput;
  readonly sides: readonly ModelInput[];
  readonly layers: readonly LayerReport[];
  readonly parameters: number;
  readonly macs: number;
  readonly bytes: {
    /** As stored in the model, f16 weights at two bytes. */
    readonly weights: number;
    /** All activations, f32; and with memory reused, as a forward pass needs it. */
    readonly activations: number;
    readonly planned: number;
    /** The largest single weight: what a device's binding limit must allow. */
    readonly largestWeight: number;
  };
}

/** What bindings begin at multiples of, on most devices. */
const ALIGNMENT = 256;

/** Reports on `model` for `batch` images; a model with several inputs in the sizes of its file. @throws ShapeError, UnknownNameError */
export function inspectModel(model: Model, batch = model.input.shape[0]): ModelReport {
  const { tape, image, at } = openNet(model, { batch, open: true });
  const counted = new Set<string>();
  const reports = model.layers.map((layer): LayerReport => {
    const output = at(layer.name);
    const node = tape.nodes[tape.nodes.length - 1];
    const keys = Object.values(layer.weights).filter((key) => !counted.has(key));
    for (const key of keys) counted.add(key);
    const parameters = keys.reduce((sum, key) => sum + sizeOf(model.weights.get(key)?.shape ?? [0]), 0);
    const macs = (node.output.id === output.id && node.op.macs?.(node.inputs, output)) || 0;
    const { name, type, inputs, output: blob } = layer;
    return { name, type, inputs, output: blob, shape: output.shape, parameters, macs };
  });

  // A view has its input's memory.
  const viewed = new Map<number, number>();
  const root = ({ id }: { readonly id: number }): number => viewed.get(id) ?? id;
  for (const { op, inputs, output } of tape.nodes) if (op.view) viewed.set(output.id, root(inputs[op.view]));
  const last = new Map<number, number>();
  tape.nodes.forEach((node, i) => {
    for (const v of Object.values(node.inputs)) last.set(root(v), i);
  });
  const rivals = new Map<number, Set<number>>(tape.nodes.map(({ output }) => [output.id, new Set()]));
  for (const { op, inputs, output } of tape.nodes) {
    if (op.view) continue;
    for (const id of Object.values(inputs).map(root)) {
      rivals.get(id)?.add(output.id);
      rivals.get(output.id)?.add(id);
    }
  }
  const lifetimes = tape.nodes.flatMap(({ op, output: { id, shape } }, i): Lifetime[] =>
    op.view
      ? []
      : [{ id, bytes: sizeOf(shape) * 4, first: i, last: last.get(id) ?? i, rivals: rivals.get(id) ?? new Set() }],
  );
  const weightBytes = [...model.weights.values()].map(bytesOf);
  return {
    name: model.name,
    input: { name: model.input.name, shape: image.shape },
    sides: model.sides ?? [],
    layers: reports,
    parameters: reports.reduce((sum, l) => sum + l.parameters, 0),
    macs: reports.reduce((sum, l) => sum + l.macs, 0),
    bytes: {
      weights: weightBytes.reduce((a, b) => a + b, 0),
      activations: lifetimes.reduce((sum, l) => sum + l.bytes, 0),
      planned: planMemory(lifetimes, ALIGNMENT).sizes.reduce((a, b) => a + b, 0),
      largestWeight: Math.max(0, ...weightBytes),
    },
  };
}
