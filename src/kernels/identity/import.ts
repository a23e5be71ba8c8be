// Layers that only rename a value, in Caffe and ONNX files.
import { type BatchRule, numberByNumber } from '../../graph/batch.js';
import type { CaffeRule, OnnxRule } from '../../graph/importing.js';

/** Caffe inserts Split where a blob is read twice. Files saved from a running net contain it. */
const split: CaffeRule = ({ tops }) => tops.map(() => ({ attrs: {} }));
export const caffe = { Split: split };

const fromOnnx: OnnxRule = () => ({ attrs: {} });

/** A cast between floats: everything is f32. In TensorProto.DataType 1 is float, 10 float16, 11 double. */
const cast: OnnxRule = (node) => ([1, 10, 11].includes(node.number('to', 1)) ? { attrs: {} } : undefined);

/** A sum, a mean or a maximum over no axes. */
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
