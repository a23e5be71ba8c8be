// Convolution in one and three dimensions in ONNX files.
import { type BatchRule, imageByImage } from '../../graph/batch.js';
import { type OnnxRule, onnxWindowNd } from '../../graph/importing.js';

const fromOnnx: OnnxRule = (node) => {
  const w = node.constant(1);
  if (w?.tensor.shape.length !== 3 && w?.tensor.shape.length !== 5) return undefined;
  const [K, , ...taps] = w.tensor.shape;
  return {
    attrs: { ...onnxWindowNd(node, taps), group: node.number('group', 1) },
    inputs: [node.inputs[0]],
    weights: { w, b: node.constant(2) ?? { zeros: [K] } },
  };
};
export const onnx = { Conv: fromOnnx };

/** Caffe has none. */
export const caffe = {};

export const batch: BatchRule<string, unknown> = imageByImage;
