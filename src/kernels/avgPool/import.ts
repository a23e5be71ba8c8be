// Average pooling in Caffe and ONNX files.
import { type BatchRule, imageByImage } from '../../graph/batch.js';
import type { CaffeRule, OnnxRule } from '../../graph/importing.js';
import { caffePool, GLOBAL, onnxPool } from '../poolingImport.js';

const fromCaffe: CaffeRule = (layer) => {
  const attrs = caffePool(layer, 'AVE');
  return attrs && { attrs: { ...attrs, divisor: 'padded' } };
};
export const caffe = { Pooling: fromCaffe };

const windows: OnnxRule = (node) => {
  const attrs = onnxPool(node);
  const divisor = node.flag('count_include_pad', false) ? 'padded' : 'valid';
  return attrs && { attrs: { ...attrs, divisor } };
};
// Of other ranks ../poolNd has them.
const global: OnnxRule = (node) =>
  node.shape(0).length !== 4 ? undefined : { attrs: { ...GLOBAL, divisor: 'valid' } };
export const onnx = { AveragePool: windows, GlobalAveragePool: global };

export const batch: BatchRule<string, unknown> = imageByImage;
