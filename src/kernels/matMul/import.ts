// Products of computed matrices in ONNX files; those with known weights are fully connected layers.
import type { OnnxRule } from '../../graph/importing.js';

const fromOnnx: OnnxRule = () => ({ attrs: {} });

/** Without the third input; ../gemm has it. */
const gemm: OnnxRule = (node) =>
  node.inputs.length === 2
    ? {
        attrs: {
          transposeA: node.flag('transA', false),
          transposeB: node.flag('transB', false),
          factor: node.number('alpha', 1),
        },
      }
    : undefined;
export const onnx = { MatMul: fromOnnx, Gemm: gemm };

/** Caffe has none. */
export const caffe = {};
