// A convolution and its activation in files that ONNX Runtime has optimized.

import { onnxWindow } from '../../graph/autoPad.js';
import { type BatchRule, imageByImage } from '../../graph/batch.js';
import { type OnnxNode, type OnnxRule, onnxParameters, refuse } from '../../graph/importing.js';
import type { Attrs } from './index.js';

const ACTIVATIONS: Readonly<Record<string, (parameters: readonly number[]) => NonNullable<Attrs['activation']>>> = {
  Relu: () => ({ slope: 0 }),
  LeakyRelu: ([slope = 0.01]) => ({ slope }),
  Tanh: () => ({ f: 'tanh', a: 1, b: 0, c: 1 }),
  Sigmoid: () => ({ f: 'sigmoid', a: 1, b: 0, c: 1 }),
  Clip: ([a, b]) => ({ f: 'clip', a, b, c: 1 }),
  HardSigmoid: ([a = 0.2, b = 0.5]) => ({ f: 'hardSigmoid', a, b, c: 1 }),
};

function activationOf(node: OnnxNode): Pick<Attrs, 'activation'> {
  const name = node.text('activation', '');
  if (name === '') return {};
  if (!Object.hasOwn(ACTIVATIONS, name)) {
    return refuse(`activation '${name}'; ${Object.keys(ACTIVATIONS).join(', ')} are supported`);
  }
  const parameters = node.numbers('activation_params') ?? [];
  if (name === 'Clip' && parameters.length !== 2) return refuse('activation Clip needs two activation_params');
  return { activation: ACTIVATIONS[name](parameters) };
}

const fromOnnx: OnnxRule = (node) => {
  if (node.inputs[3]) return refuse('a value Z is added to it; x, w and a bias are supported');
  const shape = node.shape(1);
  if (shape.length !== 4) return refuse(`its filters have ${shape.length} axes; 4 are supported`);
  const [K, , R, S] = shape;
  return {
    attrs: { ...onnxWindow(node, [R, S]), group: node.number('group', 1), ...activationOf(node) },
    ...onnxParameters(node, K),
  };
};
export const onnx = { 'com.microsoft::FusedConv': fromOnnx };

/** Caffe has none. */
export const caffe = {};

export const batch: BatchRule<string, unknown> = imageByImage;
