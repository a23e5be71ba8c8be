// Slicing in Caffe files, one layer per top; splitting in ONNX files.
import { alongAxes, type BatchRule } from '../../graph/batch.js';
import type { CaffeRule, Draft, OnnxRule } from '../../graph/importing.js';
import type { Attrs } from './index.js';

/** Ranges of `axis` of these lengths, one after another. */
function ranges(axis: number, lengths: readonly number[]): Draft[] {
  let start = 0;
  return lengths.map((length) => {
    const draft = { attrs: { axis, start, end: start + length } };
    start += length;
    return draft;
  });
}

const fromCaffe: CaffeRule = ({ params, shapes, tops }) => {
  const p = params.message('slice_param');
  const axis = p.number('axis', p.number('slice_dim', 1));
  const points = [0, ...p.numbers('slice_point'), shapes[0][axis]];
  if (points.length === tops.length + 1)
    return ranges(
      axis,
      points.slice(1).map((end, i) => end - points[i]),
    );
  return ranges(
    axis,
    tops.map(() => shapes[0][axis] / tops.length),
  );
};
export const caffe = { Slice: fromCaffe };

const split: OnnxRule = (node) => {
  const axis = node.number('axis', 0);
  const length = node.shape(0)[axis < 0 ? axis + node.shape(0).length : axis];
  // Splits into as many parts as there are outputs. If the length is not divisible, the last part is smaller.
  const each = Math.ceil(length / node.outputs.length);
  const equal = node.outputs.map((_, i) => Math.max(0, Math.min(each, length - i * each)));
  const lengths = node.values(1) ?? node.numbers('split') ?? equal;
  const at = axis < 0 ? axis + node.shape(0).length : axis;
  return ranges(axis, lengths).map((draft, i) => ({
    ...draft,
    inputs: [node.inputs[0]],
    ...(lengths[i] === 0 && { empty: node.shape(0).map((d, a) => (a === at ? 0 : d)) }),
  }));
};
export const onnx = { Split: split };

export const batch: BatchRule<'x', Attrs> = (args) => alongAxes(args, [args.attrs.axis]);
