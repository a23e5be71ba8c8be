// Embeddings in Caffe and ONNX files.
import type { BatchRule } from '../../graph/batch.js';
import type { CaffeRule, OnnxRule } from '../../graph/importing.js';

const fromCaffe: CaffeRule = ({ params }) => {
  const p = params.message('embed_param');
  const M = p.number('num_output', 0);
  return {
    attrs: {},
    weights: {
      w: { blob: 0, shape: [p.number('input_dim', 0), M], filler: p.message('weight_filler') },
      b: p.flag('bias_term', true) ? { blob: 1, shape: [M], filler: p.message('bias_filler') } : { zeros: [M] },
    },
  };
};
export const caffe = { Embed: fromCaffe };

/** Gathers rows of a known table by computed indices. */
const gather: OnnxRule = (node) => {
  const table = node.constant(0);
  if (!table || node.number('axis', 0) !== 0 || node.values(1) || table.tensor.shape.length !== 2) return undefined;
  const [, M] = table.tensor.shape;
  return { attrs: {}, inputs: [node.inputs[1]], weights: { w: table, b: { zeros: [M] } } };
};
export const onnx = { Gather: gather };

export const batch: BatchRule<'x' | 'w' | 'b', unknown> = ({ at: { x, w, b } }) =>
  x && !w && !b ? { at: x } : undefined;
