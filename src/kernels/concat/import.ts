// Concatenation in Caffe and ONNX files.
import { sizeOf } from '../../core/shape.js';
import { type BatchRule, together } from '../../graph/batch.js';
import type { CaffeRule, OnnxRule } from '../../graph/importing.js';
import type { Attrs } from './index.js';

const fromCaffe: CaffeRule = ({ params }) => {
  const p = params.message('concat_param');
  return { attrs: { axis: p.number('axis', p.number('concat_dim', 1)) } };
};
export const caffe = { Concat: fromCaffe };

/** Values without elements add nothing. */
const fromOnnx: OnnxRule = (node) => {
  const axis = node.number('axis', 1);
  const inputs = node.inputs.filter((_, i) => sizeOf(node.shape(i)) > 0);
  if (inputs.length > 0) return { attrs: { axis }, inputs };
  const first = node.shape(0);
  const along = axis < 0 ? axis + first.length : axis;
  const length = node.inputs.reduce((sum, _, i) => sum + node.shape(i)[along], 0);
  return { attrs: { axis }, empty: first.map((d, i) => (i === along ? length : d)) };
};
export const onnx = { Concat: fromOnnx };

export const batch: BatchRule<string, Attrs> = (args) => {
  const { inputs, output, attrs } = args;
  const axis = attrs.axis < 0 ? attrs.axis + output.length : attrs.axis;
  // All axes except the concatenated one must have equal lengths.
  const found = together({ ...args, inputs }, true);
  return found?.at.axis === axis ? undefined : found;
};
