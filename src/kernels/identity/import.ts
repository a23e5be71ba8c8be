// Layers that only name a value again, in Caffe and ONNX files.
import { type BatchRule, numberByNumber } from '../../graph/batch.js';
import type { CaffeRule, OnnxRule } from '../../graph/importing.js';

/** Caffe inserts Split itself where a blob is read twice; files that were dumped from a running net hold it. */
const split: CaffeRule = ({ tops }) => tops.map(() => ({ attrs: {} }));
export const caffe = { Split: split };

const fromOnnx: OnnxRule = () => ({ attrs: {} });

/** Between floats; all is computed in f32. 1 is float, 10 float16, 11 double in TensorProto.DataType. */
const cast: OnnxRule = (node) => ([1, 10, 11].includes(node.number('to', 1)) ? { attrs: {} } : undefined);

/** A sum, a mean, a maximum over no axes at all. */
const overNothing: OnnxRule = (node) => {
  const axes = node.values(1) ?? node.numbers('axes') ?? [];
  const unknown = Boolean(node.inputs[1]) && !node.values(1);
  if (unknown || axes.length > 0 || !node.flag('noop_with_empty_axes', false)) return undefined;
  return { attrs: {}, inputs: [node.inputs[0]] };
};
export const onnx = {
  Identity: fromOnnx,
  Cast: cast,
  ReduceSum: overNothing,
  ReduceMean: overNothing,
  ReduceMax: overNothing,
  ReduceMin: overNothing,
  ReduceProd: overNothing,
};

export const batch: BatchRule<string, unknown> = numberByNumber;
