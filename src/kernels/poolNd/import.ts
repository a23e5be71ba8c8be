// Poolings in ONNX files that ../maxPool and ../avgPool do not support: one and three dimensions, dilation, p-norms.

import { onnxWindowNd } from '../../graph/autoPad.js';
import { type BatchRule, imageByImage } from '../../graph/batch.js';
import type { OnnxNode, OnnxRule } from '../../graph/importing.js';

const fromOnnx =
  (kind: 'max' | 'average' | 'lp'): OnnxRule =>
  (node: OnnxNode) => {
    const kernel = node.numbers('kernel_shape');
    // A second output, the indices of the maxima, is for unpooling: see ../maxPoolIndices.
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
/** Global pooling over any number of axes. ../avgPool and ../maxPool handle maps `[N,C,H,W]`. */
const over =
  (kind: 'max' | 'average' | 'lp'): OnnxRule =>
  (node) =>
    kind !== 'lp' && node.shape(0).length === 4 ? undefined : { attrs: { kind, global: true, p: node.number('p', 2) } };

export const onnx = {
  GlobalMaxPool: over('max'),
  GlobalAveragePool: over('average'),
  GlobalLpPool: over('lp'),
  MaxPool: fromOnnx('max'),
  AveragePool: fromOnnx('average'),
  LpPool: fromOnnx('lp'),
};

/** Caffe has none. */
export const caffe = {};

export const batch: BatchRule<string, unknown> = imageByImage;
