// Hardmax in ONNX files.
import type { OnnxRule } from '../../graph/importing.js';

const fromOnnx: OnnxRule = (node) => {
  const rank = node.shape(0).length;
  // Before opset 13 all axes from `axis` on are one vector.
  const flattens = node.opset < 13;
  const axis = node.number('axis', flattens ? 1 : -1);
  const from = axis < 0 ? axis + rank : axis;
  return { attrs: { from, to: flattens ? rank : from + 1 } };
};
export const onnx = { Hardmax: fromOnnx };

/** Caffe has none. */
export const caffe = {};
