// Sums of two values of one shape in Caffe and ONNX files.

import { sameShape } from '../../core/shape.js';
import { type BatchRule, together } from '../../graph/batch.js';
import type { CaffeRule, OnnxRule } from '../../graph/importing.js';

const fromCaffe: CaffeRule = ({ params, bottoms }) => {
  const p = params.message('eltwise_param');
  const sum = ['SUM', '1'].includes(p.text('operation', 'SUM'));
  return sum && bottoms.length === 2 && p.numbers('coeff').every((c) => c === 1) ? { attrs: {} } : undefined;
};
export const caffe = { Eltwise: fromCaffe };

const fromOnnx: OnnxRule = (node) => {
  const values = node.inputs.length === 2 && !node.constant(0) && !node.constant(1);
  return values && sameShape(node.shape(0), node.shape(1)) ? { attrs: {} } : undefined;
};
export const onnx = { Add: fromOnnx, Sum: fromOnnx };

export const batch: BatchRule<'a' | 'b', object> = (args) => together(args, true);
