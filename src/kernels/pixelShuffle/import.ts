// DepthToSpace and SpaceToDepth in ONNX files.
import { type BatchRule, imageByImage } from '../../graph/batch.js';
import type { OnnxRule } from '../../graph/importing.js';

const toSpace: OnnxRule = (node) => ({
  attrs: { block: node.number('blocksize', 1), order: node.text('mode', 'DCR') === 'CRD' ? 'crd' : 'dcr' },
});
const toDepth: OnnxRule = (node) => ({ attrs: { block: node.number('blocksize', 1), order: 'inverse' } });
export const onnx = { DepthToSpace: toSpace, SpaceToDepth: toDepth };

/** Caffe has none. */
export const caffe = {};

export const batch: BatchRule<string, unknown> = imageByImage;
