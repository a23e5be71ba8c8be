// Local response normalization within a channel in Caffe files; ONNX has none.
import { type BatchRule, imageByImage } from '../../graph/batch.js';
import type { CaffeRule } from '../../graph/importing.js';

const fromCaffe: CaffeRule = ({ params }) => {
  const p = params.message('lrn_param');
  const region = p.text('norm_region', 'ACROSS_CHANNELS');
  if (region !== 'WITHIN_CHANNEL' && region !== '1') return undefined;
  return { attrs: { size: p.number('local_size', 5), alpha: p.number('alpha', 1), beta: p.number('beta', 0.75) } };
};
export const caffe = { LRN: fromCaffe };

/** ONNX has none. */
export const onnx = {};

export const batch: BatchRule<string, unknown> = imageByImage;
