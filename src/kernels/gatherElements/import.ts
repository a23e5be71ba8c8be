// Gathering of single elements in ONNX files.
import { type BatchRule, together } from '../../graph/batch.js';
import type { OnnxRule } from '../../graph/importing.js';
import { normalizeAxis } from '../dims.js';
import type { Attrs } from './index.js';

const fromOnnx: OnnxRule = (node) => ({ attrs: { axis: node.number('axis', 0) } });
export const onnx = { GatherElements: fromOnnx };

/** Caffe has none. */
export const caffe = {};

export const batch: BatchRule<'x' | 'at', Attrs> = (args) => {
  const { inputs, attrs } = args;
  const found = together(args, true);
  return found?.at.axis === normalizeAxis('gatherElements', attrs.axis, inputs.x.shape.length) ? undefined : found;
};
