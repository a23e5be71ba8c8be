// Stride, dilation and padding of ONNX's sliding windows, `auto_pad` resolved.
import type { OnnxNode } from './importing.js';

/** ONNX's spatial attributes for two axes: stride, dilation and pads, with `auto_pad` resolved. */
export function onnxWindow(node: OnnxNode, kernel: readonly [number, number]) {
  const { stride, dilation, before, after } = onnxWindowNd(node, kernel);
  const pair = ([y, x]: readonly number[]): [number, number] => [y, x];
  const pad: [number, number, number, number] = [before[0], before[1], after[0], after[1]];
  return { stride: pair(stride), dilation: pair(dilation), pad };
}

/** ONNX's spatial attributes for any number of axes, with `auto_pad` resolved. */
export function onnxWindowNd(node: OnnxNode, kernel: readonly number[]) {
  const list = (name: string) => node.numbers(name) ?? kernel.map(() => 1);
  const stride = list('strides');
  const dilation = list('dilations');
  const auto = node.text('auto_pad', 'NOTSET');
  const pads = auto === 'NOTSET' ? (node.numbers('pads') ?? []) : [];
  let before = kernel.map((_, i) => pads[i] ?? 0);
  let after = kernel.map((_, i) => pads[i + kernel.length] ?? 0);
  if (auto === 'SAME_UPPER' || auto === 'SAME_LOWER') {
    const sizes = node.shape(0).slice(2);
    const total = kernel.map((k, i) => {
      const out = Math.ceil(sizes[i] / stride[i]);
      return Math.max(0, (out - 1) * stride[i] + dilation[i] * (k - 1) + 1 - sizes[i]);
    });
    before = total.map((t) => (auto === 'SAME_UPPER' ? Math.floor(t / 2) : Math.ceil(t / 2)));
    after = total.map((t, i) => t - before[i]);
  }
  return { stride, dilation, before, after };
}
