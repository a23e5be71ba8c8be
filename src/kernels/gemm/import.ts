// Gemm in ONNX files.
import type { OnnxRule } from '../../graph/importing.js';

const fromOnnx: OnnxRule = (node) =>
  node.inputs.length === 3
    ? {
        attrs: {
          transposeA: node.flag('transA', false),
          transposeB: node.flag('transB', false),
          factor: node.number('alpha', 1),
          shiftFactor: node.number('beta', 1),
        },
      }
    : undefined;
export const onnx = { Gemm: fromOnnx };

/** Caffe has none. */
export const caffe = {};
