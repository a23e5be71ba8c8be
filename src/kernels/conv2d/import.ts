// Convolution in Caffe and ONNX files.
import { type BatchRule, imageByImage } from '../../graph/batch.js';
import { type CaffeRule, caffePair, type OnnxRule, onnxWindow } from '../../graph/importing.js';

const fromCaffe: CaffeRule = ({ params, shapes, blobs }) => {
  const p = params.message('convolution_param');
  const K = p.number('num_output', 0);
  const group = p.number('group', 1);
  const kernel = caffePair(p, 'kernel_size', 0, 'kernel');
  const [py, px] = caffePair(p, 'pad', 0);
  const C = shapes[0][1];
  // Some weights files lack the bias that the text leaves at its default.
  const bias = p.flag('bias_term', true) && blobs !== 1;
  return {
    attrs: { stride: caffePair(p, 'stride', 1), pad: [py, px, py, px], dilation: caffePair(p, 'dilation', 1), group },
    weights: {
      w: { blob: 0, shape: [K, C / group, ...kernel], filler: p.message('weight_filler') },
      b: bias ? { blob: 1, shape: [K], filler: p.message('bias_filler') } : { zeros: [K] },
    },
  };
};
export const caffe = { Convolution: fromCaffe };

const fromOnnx: OnnxRule = (node) => {
  const w = node.constant(1);
  if (w?.tensor.shape.length !== 4) return undefined;
  const [K, , R, S] = w.tensor.shape;
  const b = node.constant(2);
  return {
    attrs: { ...onnxWindow(node, [R, S]), group: node.number('group', 1) },
    inputs: [node.inputs[0]],
    weights: { w, b: b ?? { zeros: [K] } },
  };
};
export const onnx = { Conv: fromOnnx };

export const batch: BatchRule<string, unknown> = imageByImage;
