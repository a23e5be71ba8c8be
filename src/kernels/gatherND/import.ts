// Gathering by tuples of indices in ONNX files.
import type { OnnxRule } from '../../graph/importing.js';

const fromOnnx: OnnxRule = (node) => ({ attrs: { batch: node.number('batch_dims', 0) } });
export const onnx = { GatherND: fromOnnx };

/** Caffe has none. */
export const caffe = {};
