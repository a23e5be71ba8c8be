// Concatenation in Caffe and ONNX files.
import type { CaffeRule, OnnxRule } from '../../graph/importing.js';

const fromCaffe: CaffeRule = ({ params }) => {
  const p = params.message('concat_param');
  return { attrs: { axis: p.number('axis', p.number('concat_dim', 1)) } };
};
export const caffe = { Concat: fromCaffe };

const fromOnnx: OnnxRule = (node) => ({ attrs: { axis: node.number('axis', 1) } });
export const onnx = { Concat: fromOnnx };
