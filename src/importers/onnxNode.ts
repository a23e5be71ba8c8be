// A node of an ONNX graph, in the form that layer rules receive.
import { ModelFileError } from '../core/errors.js';
import type { Shape } from '../core/shape.js';
import type { OnnxNode } from '../graph/importing.js';
import { type Known, listed } from './onnxFold.js';
import type { Node } from './onnxGraph.js';
import type { Kind } from './onnxSchema.js';
import { kindOfConstant } from './onnxSchemaNode.js';
import { WHAT } from './onnxTensor.js';

/** The name of a node, or else the name of its first output. */
export const layerName = (node: Node): string => node.name || node.outputs[0];

/** What is known about the values that nodes read. */
export interface Values {
  readonly known: ReadonlyMap<string, Known>;
  readonly shapes: ReadonlyMap<string, Shape>;
  /** The element kinds of values, as far as the file and the schemas tell. */
  readonly kinds: ReadonlyMap<string, Kind>;
}

/** Typed access to the attributes of a node. */
export function attributesOf({ attributes }: Node) {
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

/** The element kind of a value, as far as the graph tells. */
export function kindIn({ known, kinds }: Values, value: string): Kind | undefined {
  const constant = known.get(value);
  return kinds.get(value) ?? (constant && kindOfConstant(constant));
}

export function onnxNode(node: Node, values: Values): OnnxNode {
  const { known, shapes } = values;
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
    kind: (index) => kindIn(values, inputs[index] ?? ''),
    shape(index) {
      const shape = shapes.get(inputs[index]) ?? at(index)?.shape;
      if (shape) return shape;
      throw new ModelFileError(WHAT, `node '${layerName(node)}' (${type}) has no input ${index}`);
    },
  };
}
