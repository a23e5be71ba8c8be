// Reshaping in Caffe and ONNX files.
import { sizeOf } from '../../core/shape.js';
import type { CaffeRule, OnnxNode, OnnxRule } from '../../graph/importing.js';

const fromCaffe: CaffeRule = ({ params }) => {
  const p = params.message('reshape_param');
  // Reshaping a range of axes is possible in Caffe; no published net does it.
  if (p.number('axis', 0) !== 0 || p.number('num_axes', -1) !== -1) return undefined;
  return { attrs: { shape: p.message('shape').numbers('dim') } };
};
export const caffe = { Reshape: fromCaffe };

const fromOnnx: OnnxRule = (node: OnnxNode) => {
  const wanted = node.values(1) ?? node.numbers('shape');
  if (!wanted) return undefined;
  const from = node.shape(0);
  // A batch written into the file stays open: 0 copies whatever batch there is.
  const shape = wanted.map((dim, i) => (i === 0 && dim === from[0] && restFits(from, wanted) ? 0 : dim));
  return { attrs: { shape }, inputs: [node.inputs[0]] };
};

/** True when the dimensions after the first hold one image's elements, so that the first is the batch. */
function restFits(from: readonly number[], wanted: readonly number[]): boolean {
  const rest = wanted.slice(1);
  return rest.includes(-1) || sizeOf(rest.map((d, i) => (d === 0 ? from[i + 1] : d))) === sizeOf(from.slice(1));
}
export const onnx = { Reshape: fromOnnx };
