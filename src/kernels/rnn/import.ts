// Caffe's RNN layer.
import { sizeBetween } from '../../core/shape.js';
import { type BatchRule, mayMixImages } from '../../graph/batch.js';
import type { CaffeRule } from '../../graph/importing.js';

const fromCaffe: CaffeRule = ({ params, shapes, bottoms }) => {
  if (bottoms.length !== 2) return undefined;
  const p = params.message('recurrent_param');
  const H = p.number('num_output', 0);
  const weight = p.message('weight_filler');
  const bias = p.message('bias_filler');
  return {
    attrs: {},
    weights: {
      wx: { blob: 0, shape: [H, sizeBetween(shapes[0], 2)], filler: weight },
      b: { blob: 1, shape: [H], filler: bias },
      wh: { blob: 2, shape: [H, H], filler: weight },
      wo: { blob: 3, shape: [H, H], filler: weight },
      bo: { blob: 4, shape: [H], filler: bias },
    },
  };
};
export const caffe = { RNN: fromCaffe };

/** ONNX has none. */
export const onnx = {};

export const batch: BatchRule = mayMixImages;
