// Writing at tuples of indices in ONNX files.
import { type BatchRule, mayMixImages } from '../../graph/batch.js';
import type { OnnxRule } from '../../graph/importing.js';
import { reductionOf } from '../scatterElements/import.js';

const fromOnnx: OnnxRule = (node) => ({ attrs: { reduction: reductionOf(node) } });
export const onnx = { ScatterND: fromOnnx };

/** Caffe has none. */
export const caffe = {};

export const batch: BatchRule = mayMixImages;
