// Gemm in ONNX files.
import type { BatchRule } from '../../graph/batch.js';
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

export const batch: BatchRule<'a' | 'b' | 'c', { readonly transposeA?: boolean }> = ({
  inputs: { c },
  at: { a, b, c: shift },
  attrs,
}) =>
  a?.axis === 0 && !b && !shift && !attrs.transposeA && (c.shape.length < 2 || c.shape[0] === 1)
    ? { at: a }
    : undefined;
