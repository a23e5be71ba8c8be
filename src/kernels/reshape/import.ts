// Reshaping in Caffe and ONNX files.
import { sizeOf } from '../../core/shape.js';
import type { CaffeRule, OnnxNode, OnnxRule } from '../../graph/importing.js';

/** A range of axes takes other sizes: 0 copies the size at the same place of the range, −1 is what is left. */
const fromCaffe: CaffeRule = ({ params, shapes: [shape] }) => {
  const p = params.message('reshape_param');
  const dims = p.message('shape').numbers('dim');
  const axis = p.number('axis', 0);
  const from = axis < 0 ? axis + shape.length + 1 : axis;
  const count = p.number('num_axes', -1);
  if (from === 0 && count === -1) return { attrs: { shape: dims } };
  const range = shape.slice(from, count === -1 ? undefined : from + count);
  const copied = dims.map((d, i) => (d === 0 ? range[i] : d));
  const rest = sizeOf(range) / sizeOf(copied.filter((d) => d !== -1));
  const middle = copied.map((d) => (d === -1 ? rest : d));
  // The batch stays open where the range begins after it.
  const before = shape.slice(0, from).map((d, i) => (i === 0 ? 0 : d));
  return { attrs: { shape: [...before, ...middle, ...shape.slice(from + range.length)] } };
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

/** The same elements under a shape worked out here; the batch stays open where it is still the first axis. */
const under = (node: OnnxNode, shape: readonly number[]) => {
  const open = shape.length > 0 && shape[0] === node.shape(0)[0];
  return { attrs: { shape: open ? [0, ...shape.slice(1)] : shape }, inputs: [node.inputs[0]] };
};
const axesOf = (node: OnnxNode): number[] | undefined => node.values(1) ?? node.numbers('axes');

const squeeze: OnnxRule = (node) => {
  const shape = node.shape(0);
  const axes = axesOf(node)?.map((a) => (a < 0 ? a + shape.length : a));
  if (node.inputs[1] && !axes) return undefined;
  return under(
    node,
    shape.filter((d, i) => (axes ? !axes.includes(i) : d !== 1)),
  );
};

const unsqueeze: OnnxRule = (node) => {
  const axes = axesOf(node);
  if (!axes) return undefined;
  const shape = [...node.shape(0)];
  const rank = shape.length + axes.length;
  for (const axis of axes.map((a) => (a < 0 ? a + rank : a)).sort((a, b) => a - b)) shape.splice(axis, 0, 1);
  return under(node, shape);
};

/** Always a matrix; at axis 1 the first axis is the batch, and ../flatten keeps it open. */
const flatten: OnnxRule = (node) => {
  const shape = node.shape(0);
  const axis = node.number('axis', 1);
  return under(node, [sizeOf(shape.slice(0, axis < 0 ? axis + shape.length : axis)), -1]);
};
export const onnx = { Reshape: fromOnnx, Squeeze: squeeze, Unsqueeze: unsqueeze, Flatten: flatten };
