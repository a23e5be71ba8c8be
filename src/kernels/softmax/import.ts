// Softmax in Caffe and ONNX files.
import { alongAxes, type BatchRule } from '../../graph/batch.js';
import type { CaffeRule, OnnxRule } from '../../graph/importing.js';
import type { Attrs } from './index.js';

const fromCaffe: CaffeRule = ({ params, shapes }) => {
  const axis = params.message('softmax_param').number('axis', 1);
  const from = axis < 0 ? axis + shapes[0].length : axis;
  return { attrs: { from, to: from + 1 } };
};
export const caffe = { Softmax: fromCaffe };

const fromOnnx: OnnxRule = (node) => {
  const rank = node.shape(0).length;
  // Before opset 13, all axes from `axis` on form one vector.
  const flattens = node.opset < 13;
  const axis = node.number('axis', flattens ? 1 : -1);
  const from = axis < 0 ? axis + rank : axis;
  return { attrs: { from, to: flattens ? rank : from + 1 } };
};
export const onnx = { Softmax: fromOnnx };

export const batch: BatchRule<'x', Attrs> = (args) => {
  const { from, to } = args.attrs;
  return alongAxes(
    args,
    args.inputs.x.shape.flatMap((_, i) => (i >= from && i < to ? [i] : [])),
  );
};
