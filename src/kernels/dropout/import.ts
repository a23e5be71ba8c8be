// Dropout in Caffe and ONNX files.
import { type BatchRule, numberByNumber } from '../../graph/batch.js';
import { type CaffeRule, type OnnxRule, refuse } from '../../graph/importing.js';

const fromCaffe: CaffeRule = ({ params }) => ({
  attrs: { ratio: params.message('dropout_param').number('dropout_ratio', 0.5) },
});
export const caffe = { Dropout: fromCaffe };

const fromOnnx: OnnxRule = (node) => {
  // From opset 12 the ratio is an input.
  const ratio = node.values(1)?.[0] ?? node.number('ratio', 0.5);
  // Some exporters leave the training flag set although nothing is dropped.
  const training = node.inputs[2] ? node.values(2)?.[0] : 0;
  if (training !== 0 && ratio !== 0) {
    const told = training === undefined ? 'is computed' : `is ${training}`;
    refuse(`training_mode ${told}; only 0, dropout at inference, is supported: export the net in evaluation mode`);
  }
  const inputs = [node.inputs[0]];
  const value = { attrs: { ratio }, inputs };
  return node.outputs.length > 1 ? [value, { attrs: { ratio, mask: true }, inputs }] : value;
};
export const onnx = { Dropout: fromOnnx };

export const batch: BatchRule<string, unknown> = numberByNumber;
