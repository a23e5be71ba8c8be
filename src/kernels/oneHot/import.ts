// One-hot vectors in ONNX files.
import type { BatchRule } from '../../graph/batch.js';
import { type OnnxRule, refuse } from '../../graph/importing.js';
import type { Attrs } from './index.js';

const fromOnnx: OnnxRule = (node) => {
  const depth = node.values(1)?.[0];
  if (depth === undefined) return refuse('its depth is computed; one that is known is supported');
  return { attrs: { axis: node.number('axis', -1), depth }, inputs: [node.inputs[0], node.inputs[2]] };
};
export const onnx = { OneHot: fromOnnx };

/** Caffe has none. */
export const caffe = {};

export const batch: BatchRule<'at' | 'values', Attrs> = ({ output, at: { at, values }, attrs }) => {
  const axis = attrs.axis < 0 ? attrs.axis + output.length : attrs.axis;
  return at && !values ? { at: { ...at, axis: at.axis < axis ? at.axis : at.axis + 1 } } : undefined;
};
