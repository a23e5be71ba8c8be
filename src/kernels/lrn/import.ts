// Local response normalization across channels in Caffe and ONNX files.
import { type BatchRule, imageByImage } from '../../graph/batch.js';
import type { CaffeRule, OnnxRule } from '../../graph/importing.js';

const fromCaffe: CaffeRule = ({ params }) => {
  const p = params.message('lrn_param');
  const region = p.text('norm_region', 'ACROSS_CHANNELS');
  if (region !== 'ACROSS_CHANNELS' && region !== '0') return undefined;
  const size = p.number('local_size', 5);
  return { attrs: { size, alpha: p.number('alpha', 1), beta: p.number('beta', 0.75), k: p.number('k', 1) } };
};
export const caffe = { LRN: fromCaffe };

const fromOnnx: OnnxRule = (node) => ({
  attrs: {
    size: node.number('size', 5),
    alpha: node.number('alpha', 1e-4),
    beta: node.number('beta', 0.75),
    k: node.number('bias', 1),
  },
});
export const onnx = { LRN: fromOnnx };

export const batch: BatchRule<string, unknown> = imageByImage;
