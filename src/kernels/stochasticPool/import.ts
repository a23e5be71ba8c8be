// Stochastic pooling in Caffe files.
import { type BatchRule, imageByImage } from '../../graph/batch.js';
import type { CaffeRule } from '../../graph/importing.js';
import { caffePool } from '../poolingImport.js';

/** Caffe supports it only without padding. */
const fromCaffe: CaffeRule = (layer) => {
  const attrs = caffePool(layer, 'STOCHASTIC');
  return attrs?.pad.every((p) => p === 0) ? { attrs: { ...attrs } } : undefined;
};
export const caffe = { Pooling: fromCaffe };

/** ONNX has none. */
export const onnx = {};

export const batch: BatchRule<string, unknown> = imageByImage;
