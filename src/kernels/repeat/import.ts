// Importers add it where a value that all pictures share is joined with one that each has; no file names it.
import { type BatchRule, mayMixImages } from '../../graph/batch.js';

export const caffe = {};
export const onnx = {};

export const batch: BatchRule = mayMixImages;
