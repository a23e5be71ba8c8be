// Convolution in one and three dimensions in ONNX files.

import { onnxWindowNd } from '../../graph/autoPad.js';
import { type BatchRule, imageByImage } from '../../graph/batch.js';
import { type OnnxRule, onnxParameters } from '../../graph/importing.js';

const fromOnnx: OnnxRule = (node) => {
  const shape = node.shape(1);
  if (shape.length !== 3 && shape.length !== 5) return undefined;
  const [K, , ...taps] = shape;
  const attrs = { ...onnxWindowNd(node, taps), group: node.number('group', 1) };
  return { attrs, ...onnxParameters(node, K) };
};
export const onnx = { Conv: fromOnnx };

/** Caffe has none. */
export const caffe = {};

export const batch: BatchRule<string, unknown> = imageByImage;
