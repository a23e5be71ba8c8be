// Dropout in Caffe and ONNX files.
import type { CaffeRule, OnnxRule } from '../../graph/importing.js';

const fromCaffe: CaffeRule = ({ params }) => ({
  attrs: { ratio: params.message('dropout_param').number('dropout_ratio', 0.5) },
});
export const caffe = { Dropout: fromCaffe };

const fromOnnx: OnnxRule = (node) => {
  if (node.values(2)?.[0] === 1) return undefined; // asks to be trained
  // From opset 12 the ratio is an input; the mask, a second output, is never read at inference.
  return { attrs: { ratio: node.values(1)?.[0] ?? node.number('ratio', 0.5) }, inputs: [node.inputs[0]] };
};
export const onnx = { Dropout: fromOnnx };
