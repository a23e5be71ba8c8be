// Running sums in ONNX files.
import { alongAxes, type BatchRule } from '../../graph/batch.js';
import { type OnnxRule, refuse } from '../../graph/importing.js';
import type { Attrs } from './index.js';

const fromOnnx: OnnxRule = (node) => {
  const axis = node.values(1)?.[0];
  if (axis === undefined) return refuse('its axis is computed; an axis that is known is supported');
  return {
    attrs: { axis, exclusive: node.flag('exclusive', false), reverse: node.flag('reverse', false) },
    inputs: [node.inputs[0]],
  };
};
export const onnx = { CumSum: fromOnnx };

/** Caffe has none. */
export const caffe = {};

export const batch: BatchRule<'x', Attrs> = (args) => alongAxes(args, [args.attrs.axis]);
