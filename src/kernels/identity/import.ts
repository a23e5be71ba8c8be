// Layers that only name a value again, in Caffe and ONNX files.
import { type BatchRule, numberByNumber } from '../../graph/batch.js';
import type { CaffeRule, OnnxRule } from '../../graph/importing.js';

/** Caffe inserts Split itself where a blob is read twice; files that were dumped from a running net hold it. */
const split: CaffeRule = ({ tops }) => tops.map(() => ({ attrs: {} }));
export const caffe = { Split: split };

const fromOnnx: OnnxRule = () => ({ attrs: {} });

/** Between floats; all is computed in f32. 1 is float, 10 float16, 11 double in TensorProto.DataType. */
const cast: OnnxRule = (node) => ([1, 10, 11].includes(node.number('to', 1)) ? { attrs: {} } : undefined);

/** A sum over no axes at all. */
const sumOfNothing: OnnxRule = (node) => {
  const axes = node.values(1) ?? node.numbers('axes') ?? [];
  const unknown = node.inputs[1] !== undefined && !node.values(1);
  if (unknown || axes.length > 0 || node.number('noop_with_empty_axes', 0) !== 1) return undefined;
  return { attrs: {}, inputs: [node.inputs[0]] };
};
export const onnx = { Identity: fromOnnx, Cast: cast, ReduceSum: sumOfNothing };

export const batch: BatchRule<string, unknown> = numberByNumber;
