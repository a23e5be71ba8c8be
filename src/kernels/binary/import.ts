// Functions of two values in ONNX files.
import { type BatchRule, together } from '../../graph/batch.js';
import { type OnnxNode, type OnnxRule, onnxOperandShape, refuse } from '../../graph/importing.js';
import { reshaped } from '../../graph/lazyWeights.js';
import { isPerChannel } from '../prelu/import.js';
import type { FunctionName } from './index.js';

const rule =
  (f: FunctionName): OnnxRule =>
  (node) => {
    if (node.inputs.length !== 2) return undefined;
    const shape = onnxOperandShape(node);
    if (!shape) return { attrs: { f } };
    const b = node.constant(1);
    if (!b)
      refuse(
        'axis and broadcast with a computed second input; convert the file to opset 7 with onnx.version_converter',
      );
    return {
      attrs: { f },
      inputs: [node.inputs[0]],
      weights: { b: { key: b.key, tensor: reshaped(b.tensor, shape) } },
    };
  };

/** True for an input of integers. */
const isWhole = (node: OnnxNode, index: number): boolean => node.kind(index) === 'integer';

export const onnx = {
  Add: rule('add'),
  Sub: rule('sub'),
  Mul: rule('mul'),
  // The quotient of integers is an integer.
  Div: (node: OnnxNode) => rule(isWhole(node, 0) || isWhole(node, 1) ? 'intDiv' : 'div')(node),
  Mod: (node: OnnxNode) => rule(node.flag('fmod', false) ? 'fmod' : 'mod')(node),
  Greater: rule('greater'),
  GreaterOrEqual: rule('greaterEqual'),
  Less: rule('less'),
  LessOrEqual: rule('lessEqual'),
  Equal: rule('equal'),
  And: rule('and'),
  Or: rule('or'),
  Xor: rule('xor'),
  Max: rule('max'),
  Min: rule('min'),
  // ../prelu handles one slope per channel.
  PRelu: (node: OnnxNode) => (isPerChannel(node) ? undefined : rule('prelu')(node)),
  // ../pointwise handles a constant power, except of integers, whose power is an integer.
  Pow: (node: OnnxNode) => {
    if (isWhole(node, 0)) return rule('intPow')(node);
    return node.values(1)?.length === 1 && !node.constant(0) ? undefined : rule('pow')(node);
  },
};

/** Caffe has none. */
export const caffe = {};

export const batch: BatchRule<'a' | 'b', object> = (args) => together(args);
