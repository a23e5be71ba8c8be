// Caffe's LSTM layer with three bottoms. The weights of the third come before those of the state.
import { sizeBetween } from '../../core/shape.js';
import { type BatchRule, mayMixImages } from '../../graph/batch.js';
import type { CaffeRule } from '../../graph/importing.js';

const fromCaffe: CaffeRule = ({ params, shapes, bottoms }) => {
  if (bottoms.length !== 3) return undefined;
  const p = params.message('recurrent_param');
  const H = p.number('num_output', 0);
  const filler = p.message('weight_filler');
  return {
    attrs: {},
    weights: {
      wx: { blob: 0, shape: [4 * H, sizeBetween(shapes[0], 2)], filler },
      b: { blob: 1, shape: [4 * H], filler: p.message('bias_filler') },
      ws: { blob: 2, shape: [4 * H, sizeBetween(shapes[2], 1)], filler },
      wh: { blob: 3, shape: [4 * H, H], filler },
    },
  };
};
export const caffe = { LSTM: fromCaffe };

/** ONNX has none. */
export const onnx = {};

export const batch: BatchRule = mayMixImages;
