// Max pooling in Caffe and ONNX files.
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
const global: OnnxRule = () => ({ attrs: { ...GLOBAL } });
export const onnx = { MaxPool: windows, GlobalMaxPool: global };
