// A choice between two values in ONNX files.
import type { OnnxRule } from '../../graph/importing.js';

const fromOnnx: OnnxRule = () => ({ attrs: {} });
export const onnx = { Where: fromOnnx };

/** Caffe has none. */
export const caffe = {};
