// LogSoftmax in ONNX files.
import type { OnnxRule } from '../../graph/importing.js';
import { onnx as softmax } from '../softmax/import.js';

const fromOnnx: OnnxRule = (node) => softmax.Softmax(node);
export const onnx = { LogSoftmax: fromOnnx };

/** Caffe has none. */
export const caffe = {};
