// Unpooling in ONNX files.

import { onnxWindowNd } from '../../graph/autoPad.js';
import { type BatchRule, mayMixImages } from '../../graph/batch.js';
import { type OnnxRule, refuse } from '../../graph/importing.js';

const fromOnnx: OnnxRule = (node) => {
  const kernel = node.numbers('kernel_shape');
  if (!kernel) return refuse('it has no kernel_shape, which is required');
  const { stride, before, after } = onnxWindowNd(node, kernel);
  const shape = node.inputs[2] ? node.values(2) : [];
  if (!shape) return refuse('its output_shape is computed; one that is known is supported');
  return {
    attrs: { kernel, stride, before, after, ...(shape.length > 0 && { size: shape.slice(2) }) },
    inputs: node.inputs.slice(0, 2),
  };
};
export const onnx = { MaxUnpool: fromOnnx };

/** Caffe has none. */
export const caffe = {};

export const batch: BatchRule = mayMixImages;
