// Parametric rectifiers in Caffe and ONNX files.

import { sizeOf } from '../../core/shape.js';
import type { CaffeRule, OnnxRule } from '../../graph/importing.js';

const fromCaffe: CaffeRule = ({ params, shapes }) => {
  const p = params.message('prelu_param');
  const shape = [p.flag('channel_shared', false) ? 1 : shapes[0][1]];
  return { attrs: {}, weights: { slope: { blob: 0, shape, filler: p.message('filler') } } };
};
export const caffe = { PReLU: fromCaffe };

const fromOnnx: OnnxRule = (node) => {
  const slope = node.constant(1);
  if (!slope) return undefined;
  const size = sizeOf(slope.tensor.shape);
  // A slope per channel is [C,1,1]; any other broadcast is not a PReLU of channels.
  if (size !== 1 && size !== node.shape(0)[1]) return undefined;
  return {
    attrs: {},
    inputs: [node.inputs[0]],
    weights: { slope: { key: slope.key, tensor: { ...slope.tensor, shape: [size] } } },
  };
};
export const onnx = { PRelu: fromOnnx };
