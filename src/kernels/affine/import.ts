// Batch normalization at inference, Scale and Bias in Caffe and ONNX files.

import { sizeOf } from '../../core/shape.js';
import { alongAxes, type BatchRule } from '../../graph/batch.js';
import { type CaffeRule, type OnnxRule, refuse, type WeightSource } from '../../graph/importing.js';
import { filled, lazyWeights } from '../../graph/lazyWeights.js';
import { weightsAsF32 } from '../../graph/model.js';

/** Caffe's statistics are sums, divided by the third blob. The importer turns them into a factor and a shift. */
const batchNorm: CaffeRule = ({ params, shapes: [shape] }) => {
  const p = params.message('batch_norm_param');
  const C = shape[1] ?? 1;
  const eps = p.number('eps', 1e-5);
  const from = [
    { blob: 0, shape: [C], initial: 0 },
    { blob: 1, shape: [C], initial: 1 },
    { blob: 2, shape: [1], initial: 1 },
  ] as const;
  const of = (make: (mean: number, variance: number) => number) => ({
    from,
    shape: [C],
    make: ([mean, variance, total]: readonly Float32Array[]) => {
      // For a net that was never trained this total is 0, and its statistics mean nothing.
      const by = total[0] === 0 ? 0 : 1 / total[0];
      return Float32Array.from({ length: C }, (_, c) => make(mean[c] * by, variance[c] * by));
    },
  });
  return {
    attrs: {},
    weights: {
      scale: of((_, variance) => 1 / Math.sqrt(variance + eps)),
      shift: of((mean, variance) => -mean / Math.sqrt(variance + eps)),
    },
  };
};

const scale: CaffeRule = ({ params, shapes, bottoms }) => {
  const p = params.message('scale_param');
  // Factors computed by another layer are a product, which eltwise handles.
  if (bottoms.length > 1 || p.number('axis', 1) !== 1 || p.number('num_axes', 1) !== 1) return undefined;
  const shape = [shapes[0][1]];
  return {
    attrs: {},
    weights: {
      scale: { blob: 0, shape, filler: p.message('filler'), initial: 1 },
      shift: p.flag('bias_term', false) ? { blob: 1, shape, filler: p.message('bias_filler') } : { zeros: shape },
    },
  };
};

const ones = (n: number): WeightSource => ({
  key: `${n} ones`,
  tensor: filled([n], 1),
});

const bias: CaffeRule = ({ params, shapes, bottoms }) => {
  const p = params.message('bias_param');
  if (bottoms.length > 1 || p.number('axis', 1) !== 1 || p.number('num_axes', 1) !== 1) return undefined;
  const C = shapes[0][1];
  return { attrs: {}, weights: { scale: ones(C), shift: { blob: 0, shape: [C], filler: p.message('filler') } } };
};
export const caffe = { BatchNorm: batchNorm, Scale: scale, Bias: bias };

const TRAINING =
  ', which normalizes by the statistics of the pictures at hand. Export the net in evaluation mode, or import it with ' +
  'storedStatistics (--stored-statistics), which takes the mean and the variance of the file';

const onnxBatchNorm: OnnxRule = (node) => {
  const [gamma, beta, mean, variance] = [1, 2, 3, 4].map((i) => node.constant(i)?.tensor);
  const C = node.shape(0)[1];
  if (!gamma || !beta || !mean || !variance) return undefined;
  if ([gamma, beta, mean, variance].some((t) => sizeOf(t.shape) !== C)) return undefined;
  if (node.flag('training_mode', false)) refuse(`training_mode is ${node.number('training_mode', 0)}${TRAINING}`);
  // Before opset 14, further outputs (the batch's statistics) requested training mode.
  if (node.outputs.length > 1) refuse(`${node.outputs.length} outputs, the form of training_mode${TRAINING}`);
  const eps = node.number('epsilon', 1e-5);
  /** In float64 from the statistics of channel c. */
  const of = (name: string, make: (g: number, b: number, m: number, v: number) => number): WeightSource => ({
    key: `${node.outputs[0]}.${name}`,
    tensor: lazyWeights([C], () => {
      const [g, b, m, v] = [gamma, beta, mean, variance].map(weightsAsF32);
      return Float32Array.from(g, (value, c) => make(value, b[c], m[c], v[c]));
    }),
  });
  const scale = of('scale', (g, _b, _m, v) => g / Math.sqrt(v + eps));
  const shift = of('shift', (g, b, m, v) => b - (m * g) / Math.sqrt(v + eps));
  return { attrs: {}, inputs: [node.inputs[0]], weights: { scale, shift } };
};
export const onnx = { BatchNormalization: onnxBatchNorm };

export const batch: BatchRule<'x' | 'scale' | 'shift', unknown> = (args) => alongAxes(args, [1]);
