// Triangles of matrices in ONNX files.
import { alongAxes, type BatchRule } from '../../graph/batch.js';
import { type OnnxRule, refuse } from '../../graph/importing.js';

const fromOnnx: OnnxRule = (node) => {
  const k = node.inputs[1] ? node.values(1)?.[0] : 0;
  if (k === undefined) return refuse('its k is computed; one that is known is supported');
  return { attrs: { upper: node.flag('upper', true), k }, inputs: [node.inputs[0]] };
};
export const onnx = { Trilu: fromOnnx };

/** Caffe has none. */
export const caffe = {};

export const batch: BatchRule<'x', unknown> = (args) => alongAxes(args, [-2, -1]);
