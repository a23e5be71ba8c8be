// Sampling by a grid in ONNX files.
import type { BatchRule } from '../../graph/batch.js';
import { type OnnxRule, refuse } from '../../graph/importing.js';
import { PADDINGS } from './index.js';

/** Opset 16 and opset 20 have different names. */
const MODES = {
  bilinear: 'bilinear',
  linear: 'bilinear',
  nearest: 'nearest',
  bicubic: 'bicubic',
  cubic: 'bicubic',
} as const;

const fromOnnx: OnnxRule = (node) => {
  const mode = node.text('mode', 'bilinear');
  const padding = PADDINGS.find((p) => p === node.text('padding_mode', 'zeros'));
  const rank = node.shape(0).length;
  if (rank !== 4) return refuse(`its image has ${rank} axes; 4 are supported`);
  if (!Object.hasOwn(MODES, mode)) return refuse(`mode '${mode}'; ${Object.keys(MODES).join(', ')} are supported`);
  if (!padding) return refuse(`padding_mode '${node.text('padding_mode', '')}'; ${PADDINGS.join(', ')} are supported`);
  return {
    attrs: { mode: MODES[mode as keyof typeof MODES], padding, alignCorners: node.flag('align_corners', false) },
  };
};
export const onnx = { GridSample: fromOnnx };

/** Caffe has none. */
export const caffe = {};

export const batch: BatchRule<'x' | 'grid', unknown> = (args) => {
  const { at, inputs, size } = args;
  if (Object.values(at).some((place) => place.axis !== 0)) return undefined;
  const place = at.x ?? at.grid;
  if (!place || (at.x && at.grid && at.x.inner !== at.grid.inner)) return undefined;
  if (at.x && at.grid) return { at: place };
  // Either the image or the grid is shared by the batch.
  const shared = at.x ? 'grid' : 'x';
  return size === 1 && inputs[shared].shape[0] === place.inner ? { at: place, repeat: [shared] } : undefined;
};
