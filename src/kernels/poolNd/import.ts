// Poolings that ../maxPool and ../avgPool do not take, in ONNX files: one and three dimensions, dilation, p-norms.
import { type OnnxNode, type OnnxRule, onnxWindowNd } from '../../graph/importing.js';

const fromOnnx =
  (kind: 'max' | 'average' | 'lp'): OnnxRule =>
  (node: OnnxNode) => {
    const kernel = node.numbers('kernel_shape');
    // The indices of the maxima, a second output, are for unpooling.
    if (!kernel || node.outputs.length > 1 || node.shape(0).length !== kernel.length + 2) return undefined;
    return {
      attrs: {
        kind,
        kernel,
        ...onnxWindowNd(node, kernel),
        rounding: node.flag('ceil_mode', false) ? 'ceil' : 'floor',
        divisor: node.flag('count_include_pad', false) ? 'padded' : 'valid',
        p: node.number('p', 2),
      },
    };
  };
export const onnx = {
  MaxPool: fromOnnx('max'),
  AveragePool: fromOnnx('average'),
  LpPool: fromOnnx('lp'),
};

/** Caffe has none. */
export const caffe = {};
