// Max pooling in Caffe and ONNX files.
import { type BatchRule, imageByImage } from '../../graph/batch.js';
import type { CaffeRule, OnnxRule } from '../../graph/importing.js';
import { caffePool, GLOBAL, onnxPool } from '../poolingImport.js';

const fromCaffe: CaffeRule = (layer) => {
  const attrs = caffePool(layer, 'MAX');
  return attrs && { attrs: { ...attrs } };
};
export const caffe = { Pooling: fromCaffe };

const windows: OnnxRule = (node) => {
  const attrs = node.outputs.length === 1 ? onnxPool(node) : undefined;
  return attrs && { attrs: { ...attrs } };
};
// Of other ranks ../poolNd has them.
const global: OnnxRule = (node) => (node.shape(0).length !== 4 ? undefined : { attrs: { ...GLOBAL } });
export const onnx = { MaxPool: windows, GlobalMaxPool: global };

export const batch: BatchRule<string, unknown> = imageByImage;
