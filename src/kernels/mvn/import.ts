// Mean-variance normalization in Caffe files.
import { type BatchRule, imageByImage } from '../../graph/batch.js';
import type { CaffeRule } from '../../graph/importing.js';

const mvn: CaffeRule = ({ params }) => {
  const p = params.message('mvn_param');
  const axis = p.flag('across_channels', false) ? 1 : 2;
  const kind = p.flag('normalize_variance', true) ? 'mvn' : 'mean';
  return { attrs: { kind, eps: p.number('eps', 1e-9), axis } };
};
export const caffe = { MVN: mvn };

/** ONNX has it as LayerNormalization, InstanceNormalization and functions of ops: ../normalize. */
export const onnx = {};

export const batch: BatchRule<string, unknown> = imageByImage;
