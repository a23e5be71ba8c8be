// Layers that only name a value again, in Caffe and ONNX files.
import type { CaffeRule, OnnxRule } from '../../graph/importing.js';

/** Caffe inserts Split itself where a blob is read twice; files that were dumped from a running net hold it. */
const split: CaffeRule = ({ tops }) => tops.map(() => ({ attrs: {} }));
export const caffe = { Split: split };

const fromOnnx: OnnxRule = () => ({ attrs: {} });
export const onnx = { Identity: fromOnnx };
