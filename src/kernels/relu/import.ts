// Rectifiers in Caffe and ONNX files.
import { type BatchRule, numberByNumber } from '../../graph/batch.js';
import type { CaffeRule, OnnxRule } from '../../graph/importing.js';

const fromCaffe: CaffeRule = ({ params }) => ({
  attrs: { slope: params.message('relu_param').number('negative_slope', 0) },
});
export const caffe = { ReLU: fromCaffe };

const plain: OnnxRule = () => ({ attrs: { slope: 0 } });
const leaky: OnnxRule = (node) => ({ attrs: { slope: node.number('alpha', 0.01) } });
export const onnx = { Relu: plain, LeakyRelu: leaky };

export const batch: BatchRule<string, unknown> = numberByNumber;
