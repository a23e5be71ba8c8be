// Reshaping in Caffe and ONNX files.

import { sizeOf } from '../../core/shape.js';
import { afterReshape, type BatchRule, openShape } from '../../graph/batch.js';
import { type CaffeRule, type OnnxNode, type OnnxRule, refuse } from '../../graph/importing.js';
import type { Attrs } from './index.js';

/** Changes the sizes of a range of axes: 0 copies the size at the same position in the range, −1 is the remaining size. */
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
  // The batch stays open if the range starts after it.
  const before = shape.slice(0, from).map((d, i) => (i === 0 ? 0 : d));
  return { attrs: { shape: [...before, ...middle, ...shape.slice(from + range.length)] } };
};
export const caffe = { Reshape: fromCaffe };

/** The file's shape unchanged. ../../importers/openBatch.ts finds the batch in it. */
const fromOnnx: OnnxRule = (node: OnnxNode) => {
  const wanted = node.values(1) ?? node.numbers('shape');
  if (!wanted)
    return node.inputs[1]
      ? refuse('its shape is not known before the net runs, or has more numbers than a shape can have')
      : undefined;
  const from = node.shape(0);
  const copies = !node.flag('allowzero', false);
  const dims = wanted.map((d, i) => (d === 0 && copies ? (from[i] ?? 0) : d));
  const rest = sizeOf(from) / sizeOf(dims.filter((d) => d !== -1));
  return { attrs: { shape: dims.map((d) => (d === -1 ? rest : d)) }, inputs: [node.inputs[0]] };
};

const under = (node: OnnxNode, shape: readonly number[]) => ({ attrs: { shape }, inputs: [node.inputs[0]] });
const axesOf = (node: OnnxNode): number[] | undefined => node.values(1) ?? node.numbers('axes');

const squeeze: OnnxRule = (node) => {
  const shape = node.shape(0);
  const named = axesOf(node)?.map((a) => (a < 0 ? a + shape.length : a));
  if (node.inputs[1] && !named) return undefined;
  // Without named axes, all axes of length 1 are removed.
  const axes = named?.length ? named : undefined;
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

/** The result is always a matrix. With axis 1 the first axis is the batch, and ../flatten keeps it open. */
const flatten: OnnxRule = (node) => {
  const shape = node.shape(0);
  const axis = node.number('axis', 1);
  const at = axis < 0 ? axis + shape.length : axis;
  return under(node, [sizeOf(shape.slice(0, at)), sizeOf(shape.slice(at))]);
};
export const onnx = { Reshape: fromOnnx, Squeeze: squeeze, Unsqueeze: unsqueeze, Flatten: flatten };

export const batch: BatchRule<'x', Attrs> = ({ inputs: { x }, at, output, size }) => {
  const place = at.x && afterReshape(x.shape, at.x, output, size);
  return place && { at: place, attrs: { shape: openShape(output, place) } };
};
