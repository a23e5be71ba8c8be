// Gathering of single elements in ONNX files.
import type { OnnxRule } from '../../graph/importing.js';

const fromOnnx: OnnxRule = (node) => ({ attrs: { axis: node.number('axis', 0) } });
export const onnx = { GatherElements: fromOnnx };

/** Caffe has none. */
export const caffe = {};
