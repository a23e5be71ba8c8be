// LogSoftmax in ONNX files.
import { alongAxes, type BatchRule } from '../../graph/batch.js';
import type { OnnxRule } from '../../graph/importing.js';
import { onnx as softmax } from '../softmax/import.js';
import type { Attrs } from '../softmax/index.js';

const fromOnnx: OnnxRule = (node) => softmax.Softmax(node);
export const onnx = { LogSoftmax: fromOnnx };

/** Caffe has none. */
export const caffe = {};

export const batch: BatchRule<'x', Attrs> = (args) => {
  const { from, to } = args.attrs;
  return alongAxes(
    args,
    args.inputs.x.shape.flatMap((_, i) => (i >= from && i < to ? [i] : [])),
  );
};
