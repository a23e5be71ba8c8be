// Arithmetic of two values in ONNX files.
import type { OnnxNode, OnnxRule } from '../../graph/importing.js';
import { isPerChannel } from '../prelu/import.js';
import type { FunctionName } from './index.js';

const rule =
  (f: FunctionName): OnnxRule =>
  (node) =>
    node.inputs.length === 2 ? { attrs: { f } } : undefined;

export const onnx = {
  Add: rule('add'),
  Sub: rule('sub'),
  Mul: rule('mul'),
  Div: rule('div'),
  Max: rule('max'),
  Min: rule('min'),
  // A slope per channel is ../prelu's.
  PRelu: (node: OnnxNode) => (isPerChannel(node) ? undefined : rule('prelu')(node)),
  // A constant power is pointwise.
  Pow: (node: OnnxNode) => (node.values(1)?.length === 1 && !node.constant(0) ? undefined : rule('pow')(node)),
};

/** Caffe has none. */
export const caffe = {};
