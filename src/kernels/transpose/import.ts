// Permutes axes in Caffe (SSD's Permute) and ONNX files.
import type { BatchRule } from '../../graph/batch.js';
import type { CaffeRule, OnnxRule } from '../../graph/importing.js';
import type { Attrs } from './index.js';

/** Axes that are not named keep their order at the end. */
const fromCaffe: CaffeRule = ({ params, shapes: [shape] }) => {
  const named = params.message('permute_param').numbers('order');
  return { attrs: { order: [...named, ...shape.map((_, i) => i).filter((i) => !named.includes(i))] } };
};
export const caffe = { Permute: fromCaffe };

const fromOnnx: OnnxRule = (node) => ({
  attrs: {
    order:
      node.numbers('perm') ??
      node
        .shape(0)
        .map((_, i) => i)
        .reverse(),
  },
});
export const onnx = { Transpose: fromOnnx };

export const batch: BatchRule<'x', Attrs> = ({ at: { x }, attrs: { order } }) =>
  x && { at: { ...x, axis: order.indexOf(x.axis) } };
