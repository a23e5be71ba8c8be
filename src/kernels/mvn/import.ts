// Mean-variance normalization in Caffe and ONNX files.
import { formatShape } from '../../core/shape.js';
import { type BatchRule, imageByImage } from '../../graph/batch.js';
import { type CaffeRule, type OnnxRule, refuse } from '../../graph/importing.js';

const mvn: CaffeRule = ({ params }) => {
  const p = params.message('mvn_param');
  const axis = p.flag('across_channels', false) ? 1 : 2;
  const kind = p.flag('normalize_variance', true) ? 'mvn' : 'mean';
  return { attrs: { kind, eps: p.number('eps', 1e-9), axis } };
};
export const caffe = { MVN: mvn };

/** Over the last axes, with or without the channels. The batch axis may be included if the file's batch is one image. */
const meanVariance: OnnxRule = (node) => {
  const shape = node.shape(0);
  const given = (node.numbers('axes') ?? [0, 2, 3]).map((a) => (a < 0 ? a + shape.length : a)).sort((a, b) => a - b);
  const axes = given[0] === 0 && shape[0] === 1 ? given.slice(1) : given;
  const [axis] = axes;
  const last = axes.length === shape.length - axis && axes.every((a, i) => a === axis + i);
  if (!last || (axis !== 1 && axis !== 2))
    return refuse(`axes [${given}] of ${formatShape(shape)}; the last ones from 1 or 2 on are supported`);
  // ONNX's function adds 1e-9 to the deviation.
  return { attrs: { kind: 'mvn', eps: 1e-9, axis } };
};
export const onnx = { MeanVarianceNormalization: meanVariance };

export const batch: BatchRule<string, unknown> = imageByImage;
