// Products of computed matrices in ONNX files. Products with known weights are fully connected layers.
import type { BatchAxis, BatchRule } from '../../graph/batch.js';
import { type OnnxRule, refuse } from '../../graph/importing.js';
import type { Attrs } from './index.js';

const fromOnnx: OnnxRule = () => ({ attrs: {} });

/** Without the third input, which ../gemm handles. */
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

/** ONNX Runtime's optimizer makes this from a product and the transposes before it. */
const fused: OnnxRule = (node) => {
  const batch = ['transBatchA', 'transBatchB'].find((name) => node.flag(name, false));
  if (batch) return refuse(`${batch} 1; 0 is supported`);
  return {
    attrs: {
      transposeA: node.flag('transA', false),
      transposeB: node.flag('transB', false),
      factor: node.number('alpha', 1),
    },
  };
};
export const onnx = { MatMul: fromOnnx, Gemm: gemm, 'com.microsoft::FusedMatMul': fused };

/** Caffe has none. */
export const caffe = {};

export const batch: BatchRule<'a' | 'b', Attrs> = ({ inputs: { a, b }, at, output, attrs }) => {
  const ranks = [a.shape.length, b.shape.length];
  if (Math.min(...ranks) < 2 || (at.a && at.b && !sameBatch(at.a, ranks[0], at.b, ranks[1]))) return undefined;
  const found = at.a ? { at: at.a, rank: ranks[0] } : at.b && { at: at.b, rank: ranks[1] };
  if (!found) return undefined;
  const fromEnd = found.rank - found.at.axis;
  // Rows of a and columns of b are apart too, unless they are summed over.
  const rows = fromEnd === 2 && at.a && !at.b && !attrs.transposeA;
  const columns = fromEnd === 1 && at.b && !at.a && !attrs.transposeB;
  if (fromEnd <= 2 && !rows && !columns) return undefined;
  const other = at.a ? b.shape : a.shape;
  const shared = other[other.length - fromEnd] ?? 1;
  if (fromEnd > 2 && !(at.a && at.b) && shared !== 1) return undefined;
  return { at: { ...found.at, axis: output.length - fromEnd } };
};

const sameBatch = (a: BatchAxis, rankA: number, b: BatchAxis, rankB: number): boolean =>
  rankA - a.axis === rankB - b.axis && a.outer === b.outer && a.inner === b.inner;
