// Parametric rectifiers in Caffe and ONNX files.

import { sizeOf } from '../../core/shape.js';
import { alongAxes, type BatchRule } from '../../graph/batch.js';
import type { CaffeRule, OnnxNode, OnnxRule } from '../../graph/importing.js';
import { reshaped } from '../../graph/lazyWeights.js';

const fromCaffe: CaffeRule = ({ params, shapes }) => {
  const p = params.message('prelu_param');
  const shape = [p.flag('channel_shared', false) ? 1 : shapes[0][1]];
  return { attrs: {}, weights: { slope: { blob: 0, shape, filler: p.message('filler') } } };
};
export const caffe = { PReLU: fromCaffe };

/** True for one known slope, or one per channel, `[C,1,1]`. ../binary handles any other broadcast. */
export function isPerChannel(node: OnnxNode): boolean {
  const slope = node.constant(1)?.tensor.shape;
  if (!slope) return false;
  const shape = node.shape(0);
  if (sizeOf(slope) === 1) return true;
  // Before opset 7, a slope was one per channel, without the axes after it.
  if (node.opset < 7 && slope.length === 1 && slope[0] === shape[1]) return true;
  return slope.every((d, i) => d === (i + shape.length - slope.length === 1 ? shape[1] : 1));
}

const fromOnnx: OnnxRule = (node) => {
  const slope = node.constant(1);
  if (!slope) return undefined;
  const size = sizeOf(slope.tensor.shape);
  if (!isPerChannel(node)) return undefined;
  return {
    attrs: {},
    inputs: [node.inputs[0]],
    weights: { slope: { key: slope.key, tensor: reshaped(slope.tensor, [size]) } },
  };
};
export const onnx = { PRelu: fromOnnx };

export const batch: BatchRule<'x' | 'slope', unknown> = (args) => alongAxes(args, [1]);
