// Hardmax in ONNX files.
import { alongAxes, type BatchRule } from '../../graph/batch.js';
import type { OnnxRule } from '../../graph/importing.js';
import type { Attrs } from './index.js';

const fromOnnx: OnnxRule = (node) => {
  const rank = node.shape(0).length;
  // Before opset 13, all axes from `axis` on form one vector.
  const flattens = node.opset < 13;
  const axis = node.number('axis', flattens ? 1 : -1);
  const from = axis < 0 ? axis + rank : axis;
  return { attrs: { from, to: flattens ? rank : from + 1 } };
};
export const onnx = { Hardmax: fromOnnx };

/** Caffe has none. */
export const caffe = {};

export const batch: BatchRule<'x', Attrs> = (args) => {
  const { from, to } = args.attrs;
  return alongAxes(
    args,
    Array.from({ length: to - from }, (_, i) => from + i),
  );
};
