// Caffe's LSTM layer with two bottoms. ../lstmStatic handles three.
import { sizeBetween } from '../../core/shape.js';
import { type BatchRule, mayMixImages } from '../../graph/batch.js';
import type { CaffeRule } from '../../graph/importing.js';

const fromCaffe: CaffeRule = ({ params, shapes, bottoms }) => {
  if (bottoms.length !== 2) return undefined;
  const p = params.message('recurrent_param');
  const H = p.number('num_output', 0);
  const weight = p.message('weight_filler');
  return {
    attrs: {},
    weights: {
      wx: { blob: 0, shape: [4 * H, sizeBetween(shapes[0], 2)], filler: weight },
      b: { blob: 1, shape: [4 * H], filler: p.message('bias_filler') },
      wh: { blob: 2, shape: [4 * H, H], filler: weight },
    },
  };
};
export const caffe = { LSTM: fromCaffe };

/** ONNX has none. */
export const onnx = {};

export const batch: BatchRule = mayMixImages;
