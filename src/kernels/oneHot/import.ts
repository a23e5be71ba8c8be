// One-hot vectors in ONNX files.
import { type OnnxRule, refuse } from '../../graph/importing.js';

const fromOnnx: OnnxRule = (node) => {
  const depth = node.values(1)?.[0];
  if (depth === undefined) return refuse('its depth is computed; one that is known is supported');
  return { attrs: { axis: node.number('axis', -1), depth }, inputs: [node.inputs[0], node.inputs[2]] };
};
export const onnx = { OneHot: fromOnnx };

/** Caffe has none. */
export const caffe = {};
