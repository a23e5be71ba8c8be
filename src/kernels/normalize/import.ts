// Normalization by a value's own statistics in Caffe and ONNX files.

import { sizeOf } from '../../core/shape.js';
import type { BatchRule } from '../../graph/batch.js';
import type { CaffeRule, OnnxNode, OnnxRule, WeightSource } from '../../graph/importing.js';
import { filled, lazyWeights, reshaped } from '../../graph/lazyWeights.js';
import { weightsAsF32 } from '../../graph/model.js';
import type { Attrs } from './index.js';

const ONE: WeightSource = { key: 'one', tensor: filled([1], 1) };
const NONE: WeightSource = { key: 'none', tensor: filled([1], 0) };

/** A known input in another shape; `otherwise` if the file leaves it out. */
function shaped(
  node: OnnxNode,
  index: number,
  shape: readonly number[],
  otherwise: WeightSource,
): WeightSource | undefined {
  if (!node.inputs[index]) return otherwise;
  const known = node.constant(index);
  if (!known || sizeOf(shape) !== sizeOf(known.tensor.shape)) return undefined;
  return { key: known.key, tensor: reshaped(known.tensor, shape) };
}

function perChannel(node: OnnxNode, attrs: object, repeat = 1) {
  const shape = node.shape(0);
  const ones = shape.slice(2).map(() => 1);
  const C = shape[1];
  const of = (index: number, otherwise: WeightSource) => {
    const known = node.constant(index);
    if (!known || repeat === 1) return shaped(node, index, [C, ...ones], otherwise);
    // Before opset 21, group normalization has one number per group.
    const perChannel = () => {
      const values = weightsAsF32(known.tensor);
      return Float32Array.from({ length: C }, (_, c) => values[Math.floor(c / repeat)]);
    };
    return { key: `${known.key} per channel`, tensor: lazyWeights([C, ...ones], perChannel) };
  };
  const scale = of(1, ONE);
  const bias = of(2, NONE);
  return scale && bias ? { attrs: { ...attrs }, inputs: [node.inputs[0]], weights: { scale, bias } } : undefined;
}

const instance: OnnxRule = (node) => perChannel(node, { kind: 'standard', eps: node.number('epsilon', 1e-5), axis: 2 });

const group: OnnxRule = (node) => {
  const groups = node.number('num_groups', 1);
  const C = node.shape(0)[1];
  const perGroup = node.constant(1)?.tensor.shape[0] === groups && groups !== C;
  return perChannel(
    node,
    { kind: 'standard', eps: node.number('epsilon', 1e-5), axis: 2, groups },
    perGroup ? C / groups : 1,
  );
};

/** Normalizes over the axes from `axis` on, with a scale and a bias that broadcast to them, known or computed. */
const layer =
  (kind: 'standard' | 'rms'): OnnxRule =>
  (node) => {
    const inputs = node.inputs.slice(0, 2);
    const bias = kind === 'standard' && node.inputs[2] ? [node.inputs[2]] : [];
    const attrs = { kind, eps: node.number('epsilon', 1e-5), axis: node.number('axis', -1) };
    const draft = (more: Pick<Attrs, 'output'>) => ({
      attrs: { ...attrs, ...more },
      inputs: [...inputs, ...bias],
      ...(bias.length === 0 && { weights: { bias: NONE } }),
    });
    const outputs = [{}, { output: 'mean' }, { output: 'inverse' }] as const;
    return outputs.slice(0, kind === 'standard' ? node.outputs.length : 1).map(draft);
  };

/** ONNX's LpNormalization along the last axis, by the Euclidean norm. */
const lp: OnnxRule = (node) => {
  const rank = node.shape(0).length;
  const axis = node.number('axis', -1);
  const last = axis === -1 || axis === rank - 1;
  if (!last || node.number('p', 2) !== 2) return undefined;
  return { attrs: { kind: 'l2', eps: 0, axis: rank - 1 }, weights: { scale: ONE, bias: NONE } };
};
export const onnx = {
  InstanceNormalization: instance,
  GroupNormalization: group,
  LayerNormalization: layer('standard'),
  RMSNormalization: layer('rms'),
  // The name that ONNX Runtime's optimizer uses.
  SimplifiedLayerNormalization: layer('rms'),
  LpNormalization: lp,
};

/** SSD's Normalize: over a whole image, or each pixel over its channels. */
const ssd: CaffeRule = ({ params, shapes: [shape] }) => {
  const p = params.message('norm_param');
  const pixels = p.flag('across_spatial', true) ? {} : { pixels: true };
  const C = p.flag('channel_shared', true) ? 1 : shape[1];
  const ones = shape.slice(2).map(() => 1);
  const scale = { blob: 0, shape: [C, ...ones], filler: p.message('scale_filler'), initial: 1 };
  return { attrs: { kind: 'l2', eps: p.number('eps', 1e-10), axis: 1, ...pixels }, weights: { scale, bias: NONE } };
};
export const caffe = { Normalize: ssd };

export const batch: BatchRule<'x' | 'scale' | 'bias', Attrs> = ({ inputs: { x }, at, attrs }) => {
  const axis = attrs.axis < 0 ? attrs.axis + x.shape.length : attrs.axis;
  // Groups divide the channels, which are the axis before.
  const first = attrs.groups === undefined ? axis : axis - 1;
  return at.x && !at.scale && !at.bias && at.x.axis < first ? { at: at.x } : undefined;
};
