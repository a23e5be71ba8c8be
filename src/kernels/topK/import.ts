// The greatest or least elements in ONNX files.
import { alongAxes, type BatchRule } from '../../graph/batch.js';
import { type OnnxRule, refuse } from '../../graph/importing.js';
import type { Attrs } from './index.js';

/** `sorted = 0` allows any order, including the sorted one. */
const fromOnnx: OnnxRule = (node) => {
  // Before opset 10, k is an attribute.
  const k = node.inputs[1] ? node.values(1)?.[0] : node.number('k', 0);
  if (k === undefined) return refuse('k is computed; a k that is known is supported');
  const attrs = { axis: node.number('axis', -1), k, least: !node.flag('largest', true) };
  return (['values', 'indices'] as const).map((output) => ({ attrs: { ...attrs, output }, inputs: [node.inputs[0]] }));
};
export const onnx = { TopK: fromOnnx };

/** Caffe has none. */
export const caffe = {};

export const batch: BatchRule<'x', Attrs> = (args) => alongAxes(args, [args.attrs.axis]);
