// Gathering by computed indices in ONNX files. ../embed handles rows of known tables, ../resample known indices.
import type { BatchRule } from '../../graph/batch.js';
import type { OnnxRule } from '../../graph/importing.js';
import type { Attrs } from './index.js';

const fromOnnx: OnnxRule = (node) => (node.values(1) ? undefined : { attrs: { axis: node.number('axis', 0) } });
export const onnx = { Gather: fromOnnx };

/** Caffe has none. */
export const caffe = {};

export const batch: BatchRule<'x' | 'at', Attrs> = ({ inputs: { x, at: indices }, at, attrs }) => {
  const axis = attrs.axis < 0 ? attrs.axis + x.shape.length : attrs.axis;
  // Each image has its own indices into a shared value.
  if (at.at && !at.x) return { at: { ...at.at, axis: axis + at.at.axis } };
  if (!at.x || at.at || at.x.axis === axis) return undefined;
  return { at: { ...at.x, axis: at.x.axis < axis ? at.x.axis : at.x.axis + indices.shape.length - 1 } };
};
