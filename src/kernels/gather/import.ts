// Gathering by computed indices in ONNX files; ../embed has rows of known tables, ../resample known indices.
import type { OnnxRule } from '../../graph/importing.js';

const fromOnnx: OnnxRule = (node) => (node.values(1) ? undefined : { attrs: { axis: node.number('axis', 0) } });
export const onnx = { Gather: fromOnnx };

/** Caffe has none. */
export const caffe = {};
