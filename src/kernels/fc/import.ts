// Fully connected layers in Caffe and ONNX files.

import { sizeBetween, sizeOf } from '../../core/shape.js';
import type { BatchRule } from '../../graph/batch.js';
import type { CaffeRule, OnnxNode, OnnxRule } from '../../graph/importing.js';
import { lazyWeights, reshaped } from '../../graph/lazyWeights.js';
import { type WeightData, weightsAsF32 } from '../../graph/model.js';
import type { Attrs } from './index.js';

const fromCaffe: CaffeRule = ({ params, shapes, blobs }) => {
  const p = params.message('inner_product_param');
  const M = p.number('num_output', 0);
  const axis = p.number('axis', 1);
  const K = sizeBetween(shapes[0], axis);
  const bias = p.flag('bias_term', true) && blobs !== 1;
  return {
    attrs: { axis },
    weights: {
      w: p.flag('transpose', false)
        ? {
            from: [{ blob: 0, shape: [K, M], initial: 0 }],
            shape: [M, K],
            make: ([data]: readonly Float32Array[]) => turned(data, K, M),
          }
        : { blob: 0, shape: [M, K], filler: p.message('weight_filler') },
      b: bias ? { blob: 1, shape: [M], filler: p.message('bias_filler') } : { zeros: [M] },
    },
  };
};
export const caffe = { InnerProduct: fromCaffe };

/** A matrix `[K, M]` as `[M, K]`. */
function turned(source: Float32Array, K: number, M: number): Float32Array {
  const data = new Float32Array(source.length);
  for (let k = 0; k < K; k++) for (let m = 0; m < M; m++) data[m * K + k] = source[k * M + m];
  return data;
}

/** B of y = A·B as the rows that fc reads. */
function transposed(tensor: WeightData): WeightData {
  const [K, M] = tensor.shape;
  return lazyWeights([M, K], () => turned(weightsAsF32(tensor), K, M));
}

const times = (tensor: WeightData, factor: number): WeightData =>
  factor === 1 ? tensor : lazyWeights(tensor.shape, () => weightsAsF32(tensor).map((v) => v * factor));

const gemm: OnnxRule = (node) => {
  const w = node.constant(1);
  const c = node.constant(2);
  if (w?.tensor.shape.length !== 2 || node.flag('transA', false) || (node.inputs.length > 2 && !c)) return undefined;
  const rows = node.flag('transB', false) ? w.tensor : transposed(w.tensor);
  const [M] = rows.shape;
  // One number, or one per output; ../gemm takes any other.
  const row = c?.tensor.shape ?? [];
  if (!row.every((d, i) => d === 1 || (i === row.length - 1 && d === M))) return undefined;
  return {
    attrs: { axis: 1 },
    inputs: [node.inputs[0]],
    weights: {
      w: { key: w.key, tensor: times(rows, node.number('alpha', 1)) },
      b: c ? { key: c.key, tensor: times(broadcastBias(c.tensor, M), node.number('beta', 1)) } : { zeros: [M] },
    },
  };
};

/** A bias of one number, or of one row, for M outputs. */
function broadcastBias(tensor: WeightData, M: number): WeightData {
  if (sizeOf(tensor.shape) === M) return reshaped(tensor, [M]);
  return lazyWeights([M], () => new Float32Array(M).fill(weightsAsF32(tensor)[0]));
}

const matMul: OnnxRule = (node: OnnxNode) => {
  const w = node.constant(1);
  if (w?.tensor.shape.length !== 2) return undefined;
  const axis = node.shape(0).length - 1;
  const rows = transposed(w.tensor);
  return {
    attrs: { axis },
    inputs: [node.inputs[0]],
    weights: { w: { key: w.key, tensor: rows }, b: { zeros: [rows.shape[0]] } },
  };
};
export const onnx = { Gemm: gemm, MatMul: matMul };

export const batch: BatchRule<'x' | 'w' | 'b', Attrs> = ({ inputs: { x }, at, attrs }) => {
  const axis = attrs.axis < 0 ? attrs.axis + x.shape.length : attrs.axis;
  return at.x && !at.w && !at.b && at.x.axis < axis ? { at: at.x } : undefined;
};
