// Convolution in Caffe and ONNX files.

import { onnxWindow } from '../../graph/autoPad.js';
import { type BatchRule, imageByImage } from '../../graph/batch.js';
import { type CaffeRule, caffePair, type OnnxRule, onnxParameters } from '../../graph/importing.js';

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
  const shape = node.shape(1);
  if (shape.length !== 4) return undefined;
  const [K, , R, S] = shape;
  const attrs = { ...onnxWindow(node, [R, S]), group: node.number('group', 1) };
  return { attrs, ...onnxParameters(node, K) };
};
export const onnx = { Conv: fromOnnx };

export const batch: BatchRule<string, unknown> = imageByImage;
