// GELU of a sum in files that ONNX Runtime has optimized.
import { type BatchRule, together } from '../../graph/batch.js';
import type { OnnxRule } from '../../graph/importing.js';

const exact: OnnxRule = () => ({ attrs: { approximate: false } });
/** Without a bias ../pointwise has it. */
const fast: OnnxRule = (node) => (node.inputs[1] ? { attrs: { approximate: true } } : undefined);
export const onnx = { 'com.microsoft::BiasGelu': exact, 'com.microsoft::FastGelu': fast };

/** Caffe has none. */
export const caffe = {};

export const batch: BatchRule<'x' | 'b', unknown> = (args) => together(args);
