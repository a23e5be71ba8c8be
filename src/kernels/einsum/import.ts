// Einstein's summation in ONNX files.
import type { OnnxRule } from '../../graph/importing.js';

const fromOnnx: OnnxRule = (node) => ({ attrs: { equation: node.text('equation', '') } });
export const onnx = { Einsum: fromOnnx };

/** Caffe has none. */
export const caffe = {};
