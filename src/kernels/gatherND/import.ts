// Gathering by tuples of indices in ONNX files.
import type { BatchRule } from '../../graph/batch.js';
import type { OnnxRule } from '../../graph/importing.js';
import type { Attrs } from './index.js';

const fromOnnx: OnnxRule = (node) => ({ attrs: { batch: node.number('batch_dims', 0) } });
export const onnx = { GatherND: fromOnnx };

/** Caffe has none. */
export const caffe = {};

export const batch: BatchRule<'x' | 'at', Attrs> = ({ inputs: { at: tuples }, at, attrs }) => {
  const rank = tuples.shape.length - 1;
  const k = tuples.shape[rank];
  if (at.x && at.at) {
    const both = at.x.axis === at.at.axis && at.x.axis < attrs.batch;
    return both && at.x.outer === at.at.outer && at.x.inner === at.at.inner ? { at: at.x } : undefined;
  }
  if (attrs.batch > 0) return undefined;
  // Each image has its own tuples into a shared value.
  if (at.at) return at.at.axis < rank ? { at: at.at } : undefined;
  return at.x && at.x.axis >= k ? { at: { ...at.x, axis: rank + at.x.axis - k } } : undefined;
};
