// Functions of two values in ONNX files.
import { type BatchRule, together } from '../../graph/batch.js';
import type { OnnxNode, OnnxRule } from '../../graph/importing.js';
import { isPerChannel } from '../prelu/import.js';
import type { FunctionName } from './index.js';

const rule =
  (f: FunctionName): OnnxRule =>
  (node) =>
    node.inputs.length === 2 ? { attrs: { f } } : undefined;

/** A known input that holds integers. */
const isWhole = (node: OnnxNode, index: number): boolean => node.values(index) !== undefined && !node.constant(index);

export const onnx = {
  Add: rule('add'),
  Sub: rule('sub'),
  Mul: rule('mul'),
  // Of whole numbers, which are told by a known one: their quotient is whole.
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
  // A slope per channel is ../prelu's.
  PRelu: (node: OnnxNode) => (isPerChannel(node) ? undefined : rule('prelu')(node)),
  // A constant power is pointwise.
  Pow: (node: OnnxNode) => (node.values(1)?.length === 1 && !node.constant(0) ? undefined : rule('pow')(node)),
};

/** Caffe has none. */
export const caffe = {};

export const batch: BatchRule<'a' | 'b', object> = (args) => together(args);
