// Axes in another order in Caffe (SSD's Permute) and ONNX files.
import type { CaffeRule, OnnxRule } from '../../graph/importing.js';

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
