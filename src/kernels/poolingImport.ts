// Reads pooling windows from Caffe and ONNX files.
import { onnxWindow } from '../graph/autoPad.js';
import { type CaffeLayer, caffePair, type OnnxNode } from '../graph/importing.js';
import type { PoolAttrs } from './pooling.js';

/** Numbers of Caffe's enum. */
const METHODS = { MAX: '0', AVE: '1', STOCHASTIC: '2' } as const;

/** Caffe's window, if the layer pools by `method`. Sizes are rounded up unless the file says otherwise. */
export function caffePool({ params }: CaffeLayer, method: keyof typeof METHODS): PoolAttrs | undefined {
  const p = params.message('pooling_param');
  const named = p.text('pool', 'MAX');
  if (named !== method && named !== METHODS[method]) return undefined;
  const [py, px] = caffePair(p, 'pad', 0);
  const rounding = p.text('round_mode', 'CEIL');
  return {
    kernel: caffePair(p, 'kernel_size', 1, 'kernel'),
    stride: caffePair(p, 'stride', 1),
    pad: [py, px, py, px],
    rounding: rounding === 'FLOOR' || rounding === '1' ? 'floor' : 'ceil',
    global: p.flag('global_pooling', false),
  };
}

/** ONNX's window, if this library's pooling supports it: two dimensions, no dilation. */
export function onnxPool(node: OnnxNode): PoolAttrs | undefined {
  const kernel = node.numbers('kernel_shape');
  if (kernel?.length !== 2 || node.shape(0).length !== 4) return undefined;
  const { stride, dilation, pad } = onnxWindow(node, [kernel[0], kernel[1]]);
  if (dilation[0] !== 1 || dilation[1] !== 1) return undefined;
  const rounding = node.flag('ceil_mode', false) ? 'ceil' : 'floor';
  return { kernel: [kernel[0], kernel[1]], stride, pad, rounding, global: false };
}

/** One window over the whole map. */
export const GLOBAL: PoolAttrs = { kernel: [1, 1], stride: [1, 1], pad: [0, 0, 0, 0], rounding: 'floor', global: true };
