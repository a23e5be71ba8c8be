// Writing of single elements in ONNX files.
import { type BatchRule, together } from '../../graph/batch.js';
import { type OnnxNode, refuse } from '../../graph/importing.js';
import { normalizeAxis } from '../dims.js';
import type { Attrs } from './index.js';

/** How updates are combined with existing values. */
export function reductionOf(node: OnnxNode): 'none' | 'add' {
  const reduction = node.text('reduction', 'none');
  if (reduction === 'none' || reduction === 'add') return reduction;
  return refuse(`reduction '${reduction}'; none and add are supported`);
}

const fromOnnx = (node: OnnxNode) => ({ attrs: { axis: node.number('axis', 0), reduction: reductionOf(node) } });
/** Before opset 11 the operator is called `Scatter`. */
export const onnx = { ScatterElements: fromOnnx, Scatter: fromOnnx };

/** Caffe has none. */
export const caffe = {};

export const batch: BatchRule<'x' | 'at' | 'updates', Attrs> = (args) => {
  const { inputs, attrs } = args;
  const found = together(args, true);
  return found?.at.axis === normalizeAxis('scatterElements', attrs.axis, inputs.x.shape.length) ? undefined : found;
};
