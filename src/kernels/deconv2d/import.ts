// Transposed convolution in Caffe and ONNX files.
import { type BatchRule, imageByImage } from '../../graph/batch.js';
import { type CaffeRule, caffePair, type OnnxRule, onnxParameters } from '../../graph/importing.js';
import type { Pads, Pair } from '../dims.js';

const fromCaffe: CaffeRule = ({ params, shapes, blobs }) => {
  const p = params.message('convolution_param');
  const K = p.number('num_output', 0);
  const group = p.number('group', 1);
  const [py, px] = caffePair(p, 'pad', 0);
  const bias = p.flag('bias_term', true) && blobs !== 1;
  return {
    attrs: {
      stride: caffePair(p, 'stride', 1),
      pad: [py, px, py, px],
      dilation: caffePair(p, 'dilation', 1),
      group,
      extra: [0, 0],
    },
    weights: {
      w: {
        blob: 0,
        shape: [shapes[0][1], K / group, ...caffePair(p, 'kernel_size', 0, 'kernel')],
        filler: p.message('weight_filler'),
      },
      b: bias ? { blob: 1, shape: [K], filler: p.message('bias_filler') } : { zeros: [K] },
    },
  };
};
export const caffe = { Deconvolution: fromCaffe };

const fromOnnx: OnnxRule = (node) => {
  const w = node.constant(1);
  const rank = w?.tensor.shape.length;
  if (!w || (rank !== 3 && rank !== 4)) return undefined;
  // A line is treated as an image with one row.
  const line = rank === 3;
  const [, Kg, ...taps] = w.tensor.shape;
  const [R, S] = line ? [1, taps[0]] : taps;
  const group = node.number('group', 1);
  const pair = (name: string, otherwise: number): Pair => {
    const [y = otherwise, x = otherwise] = node.numbers(name) ?? [];
    return line ? [otherwise, y] : [y, x];
  };
  const stride = pair('strides', 1);
  const dilation = pair('dilations', 1);
  const extra = pair('output_padding', 0);
  const [H, W] = line ? [1, node.shape(0)[2]] : node.shape(0).slice(2);
  const full = [
    (H - 1) * stride[0] + dilation[0] * (R - 1) + 1 + extra[0],
    (W - 1) * stride[1] + dilation[1] * (S - 1) + 1 + extra[1],
  ];
  const auto = node.text('auto_pad', 'NOTSET');
  const same = auto === 'SAME_UPPER' || auto === 'SAME_LOWER';
  const given = node.numbers('output_shape')?.slice(line ? -1 : -2);
  const shaped = given && (line ? [1, ...given] : given);
  const wanted = shaped ?? (same ? [H * stride[0], W * stride[1]] : undefined);
  const pads = node.numbers('pads') ?? [];
  let [top = 0, left = 0, bottom = top, right = left] = line ? [0, pads[0] ?? 0, 0, pads[1] ?? 0] : pads;
  if (wanted) {
    // The surplus is removed on both sides; an odd one at the end (SAME_UPPER) or at the start.
    const total = full.map((f, i) => (shaped ? f - wanted[i] : Math.max(0, f - wanted[i])));
    const begin = total.map((t) => (auto === 'SAME_UPPER' ? Math.floor(t / 2) : Math.ceil(t / 2)));
    [top, left, bottom, right] = [begin[0], begin[1], total[0] - begin[0], total[1] - begin[1]];
  }
  const pad: Pads = [top, left, bottom, right];
  return {
    attrs: { stride, pad, dilation, group, extra },
    ...onnxParameters(node, Kg * group),
  };
};
export const onnx = { ConvTranspose: fromOnnx };

export const batch: BatchRule<string, unknown> = imageByImage;
