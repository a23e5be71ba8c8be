// Sampling by a grid in ONNX files.
import { type OnnxRule, refuse } from '../../graph/importing.js';
import { PADDINGS } from './index.js';

/** Opset 16 has one set of names, opset 20 another. */
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
