// Max pooling with indices in ONNX files.

import { onnxWindowNd } from '../../graph/autoPad.js';
import { type BatchRule, imageByImage } from '../../graph/batch.js';
import { type OnnxRule, refuse } from '../../graph/importing.js';
import type { PoolAttrs } from '../pooling.js';
import type { Attrs } from './index.js';

const fromOnnx: OnnxRule = (node) => {
  const kernel = node.numbers('kernel_shape');
  if (!kernel || node.outputs.length < 2) return undefined;
  if (kernel.length > 2) return refuse(`indices of windows of ${kernel.length} axes; 1 and 2 are supported`);
  const { stride, dilation, before, after } = onnxWindowNd(node, kernel);
  if (dilation.some((d) => d !== 1)) return refuse(`indices with dilations [${dilation}]; 1 is supported`);
  // A line is treated as a map with one row.
  const pair = (values: readonly number[], one: number): [number, number] =>
    values.length === 1 ? [one, values[0]] : [values[0], values[1]];
  const [top, left] = pair(before, 0);
  const [bottom, right] = pair(after, 0);
  const attrs: PoolAttrs = {
    kernel: pair(kernel, 1),
    stride: pair(stride, 1),
    pad: [top, left, bottom, right],
    rounding: node.flag('ceil_mode', false) ? 'ceil' : 'floor',
    global: false,
  };
  const columns = node.number('storage_order', 0) === 1;
  return (['values', 'indices'] as const).map((output) => ({ attrs: { ...attrs, output, columns } }));
};
export const onnx = { MaxPool: fromOnnx };

/** Caffe has none. */
export const caffe = {};

/** Indices count from the start of the first image, so they differ in a batch. */
export const batch: BatchRule<'x', Attrs> = (args) => (args.attrs.output === 'values' ? imageByImage(args) : undefined);
