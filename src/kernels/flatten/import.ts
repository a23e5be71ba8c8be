// Flattening in Caffe and ONNX files.
import type { BatchRule } from '../../graph/batch.js';
import type { CaffeRule, OnnxRule } from '../../graph/importing.js';
import type { Attrs } from './index.js';

const fromCaffe: CaffeRule = ({ params }) => {
  const p = params.message('flatten_param');
  return { attrs: { axis: p.number('axis', 1), end: p.number('end_axis', -1) } };
};
export const caffe = { Flatten: fromCaffe };

const fromOnnx: OnnxRule = (node) => {
  const axis = node.number('axis', 1);
  // The result is always a matrix: axes before `axis` become one. With axis 1 that is the batch.
  return axis === 1 && node.shape(0).length > 1 ? { attrs: { axis: 1, end: -1 } } : undefined;
};
export const onnx = { Flatten: fromOnnx };

/** The images stay in their axis. If it is merged with others, the rule gives up. */
export const batch: BatchRule<'x', Attrs> = ({ at: { x }, attrs }) =>
  x?.axis === 0 && attrs.axis > 0 ? { at: x } : undefined;
