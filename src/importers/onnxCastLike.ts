// CastLike is a Cast to the type of another value. Functions from PyTorch's exporters use it a lot.
import type { Item, Unknown } from './onnxControl.js';
import type { Attribute, Node } from './onnxGraph.js';
import type { Kind } from './onnxSchema.js';

/** One element type for each kind, as a number of TensorProto.DataType. All floats are computed as float32. */
const ELEMENT: Readonly<Record<Kind, number>> = { float: 1, integer: 7, boolean: 9 };

/** The Cast that replaces the node; undefined if the node is not CastLike. */
export function castLike(node: Node, kindOf: (name: string) => Kind | undefined): Item[] | Unknown | undefined {
  if (node.type !== 'CastLike') return undefined;
  const kind = kindOf(node.inputs[1] ?? '');
  if (!kind) return { node, reason: 'what its second input holds is not known' };
  const to: Attribute = { int: ELEMENT[kind], floats: [], ints: [], strings: [] };
  return [{ ...node, type: 'Cast', inputs: node.inputs.slice(0, 1), attributes: new Map([['to', to]]) }];
}
