// A choice between two values in ONNX files.
import { type BatchRule, together } from '../../graph/batch.js';
import type { OnnxRule } from '../../graph/importing.js';

const fromOnnx: OnnxRule = () => ({ attrs: {} });
export const onnx = { Where: fromOnnx };

/** Caffe has none. */
export const caffe = {};

export const batch: BatchRule<'c' | 'a' | 'b', object> = (args) => together(args);
