// ArgMax and ArgMin in Caffe and ONNX files.
import { alongAxes, type BatchRule } from '../../graph/batch.js';
import type { CaffeRule, OnnxRule } from '../../graph/importing.js';
import type { Attrs } from './index.js';

const fromOnnx =
  (least: boolean): OnnxRule =>
  (node) => ({
    attrs: {
      axis: node.number('axis', 0),
      keep: node.flag('keepdims', true),
      least,
      last: node.flag('select_last_index', false),
    },
  });
export const onnx = { ArgMax: fromOnnx(false), ArgMin: fromOnnx(true) };

/**
 * One index along an axis. Caffe's layer can also return the k best, over a whole image, or their values, which this rule declines.
 */
const fromCaffe: CaffeRule = ({ params }) => {
  const p = params.message('argmax_param');
  if (!p.has('axis') || p.number('top_k', 1) !== 1 || p.flag('out_max_val', false)) return undefined;
  return { attrs: { axis: p.number('axis', 1), keep: true, least: false, last: false } };
};
export const caffe = { ArgMax: fromCaffe };

export const batch: BatchRule<'x', Attrs> = (args) => alongAxes(args, [args.attrs.axis], args.attrs.keep);
