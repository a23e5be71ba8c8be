// Caffe's layer types, each as a net of one layer, against what Caffe's own documentation says that they compute.
import { PbfWriter } from 'pbf';
import { describe, expect, test } from 'vitest';
import { expectClose } from '../../test/support/close.js';
import { testContext } from '../../test/support/device.js';
import { distinct } from '../../test/support/op.js';
import { sizeOf } from '../core/shape.js';
import { activations } from '../scene/forward.js';
import { importCaffe } from './index.js';

const C = 3;
const H = 4;
const W = 5;
const x = distinct(C * H * W, 1).map((v) => v * 2);
const at = (c: number, h: number, w: number) => x[(c * H + h) * W + w];

/** A .caffemodel with these blobs for the layer `l`. */
function weightsFile(blobs: readonly (readonly number[])[]): Uint8Array {
  const pbf = new PbfWriter();
  pbf.writeMessage(
    100,
    (_: undefined, layer) => {
      layer?.writeStringField(1, 'l');
      for (const data of blobs) {
        layer?.writeMessage(
          7,
          (_blob: undefined, blob) => {
            blob?.writeMessage(7, (_shape: undefined, shape) => shape?.writePackedVarint(1, [data.length]), undefined);
            blob?.writePackedFloat(5, [...data]);
          },
          undefined,
        );
      }
    },
    undefined,
  );
  return pbf.finish();
}

/** The output of one layer of `type` on x, `extra` layers before it. */
async function run(
  type: string,
  parameters = '',
  blobs?: readonly (readonly number[])[],
  extra = '',
  bottoms = '"data"',
) {
  const text = `input: "data" input_dim: 1 input_dim: ${C} input_dim: ${H} input_dim: ${W} ${extra}
    layer { name: "l" type: "${type}" ${bottoms
      .split(' ')
      .map((b) => `bottom: ${b}`)
      .join(' ')} top: "y" ${parameters} }`;
  const model = importCaffe(text, blobs && weightsFile(blobs), { seededWeights: 0 });
  const result = (await activations(await testContext(), model, x, ['y'])).get('y');
  if (!result) throw new Error('no output');
  return result;
}

const everywhere = (f: (v: number, c: number, h: number, w: number) => number): number[] =>
  Array.from(x, (v, i) => f(v, Math.floor(i / (H * W)), Math.floor(i / W) % H, i % W));
const sigmoid = (v: number) => 1 / (1 + Math.exp(-v));

const CASES: [name: string, parameters: string, want: number[], blobs?: number[][]][] = [
  ['AbsVal', '', everywhere(Math.abs)],
  ['Sigmoid', '', everywhere(sigmoid)],
  ['TanH', '', everywhere(Math.tanh)],
  ['BNLL', '', everywhere((v) => Math.log(1 + Math.exp(v)))],
  ['ELU', 'elu_param { alpha: 0.5 }', everywhere((v) => (v > 0 ? v : 0.5 * (Math.exp(v) - 1)))],
  ['Swish', 'swish_param { beta: 2 }', everywhere((v) => v * sigmoid(2 * v))],
  ['Clip', 'clip_param { min: -0.5 max: 0.7 }', everywhere((v) => Math.min(Math.max(v, -0.5), 0.7))],
  ['Power', 'power_param { power: 2 scale: 0.5 shift: 3 }', everywhere((v) => (3 + 0.5 * v) ** 2)],
  ['Exp', 'exp_param { base: 2 scale: 3 shift: 1 }', everywhere((v) => 2 ** (1 + 3 * v))],
  ['Log', 'log_param { base: 10 scale: 1 shift: 4 }', everywhere((v) => Math.log10(4 + v))],
  [
    'Reduction',
    'reduction_param { operation: ASUM axis: 1 coeff: 2 }',
    [2 * everywhere(Math.abs).reduce((a, b) => a + b)],
  ],
  [
    'Tile',
    'tile_param { axis: 3 tiles: 2 }',
    Array.from({ length: C * H * 2 * W }, (_, i) => x[Math.floor(i / (2 * W)) * W + (i % W)]),
  ],
  [
    'Permute',
    'permute_param { order: 0 order: 2 order: 3 order: 1 }',
    Array.from({ length: x.length }, (_, i) => at(i % C, Math.floor(i / C / W), Math.floor(i / C) % W)),
  ],
  // Statistics are sums over `total` and are divided by it.
  [
    'BatchNorm',
    'batch_norm_param { eps: 0.1 }',
    everywhere((v, c) => (v - [1, 2, 3][c]) / Math.sqrt([4, 5, 6][c] + 0.1)),
    [[2, 4, 6], [8, 10, 12], [2]],
  ],
  [
    'Scale',
    'scale_param { bias_term: true }',
    everywhere((v, c) => v * [1, 2, 3][c] + [4, 5, 6][c]),
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
  ],
  ['Bias', '', everywhere((v, c) => v + [1, 2, 3][c]), [[1, 2, 3]]],
  [
    'Normalize',
    'norm_param { across_spatial: false channel_shared: false }',
    everywhere((v, c, h, w) => (v * [1, 2, 3][c]) / Math.hypot(at(0, h, w), at(1, h, w), at(2, h, w))),
    [[1, 2, 3]],
  ],
  ['Normalize', '', everywhere((v) => (7 * v) / Math.hypot(...x)), [[7]]],
  // Windows of 3x3 by steps of 2 over 4x5 pixels: the lower ones hang over.
  [
    'Pooling',
    'pooling_param { pool: STOCHASTIC kernel_size: 3 stride: 2 }',
    Array.from({ length: C * 2 * 2 }, (_, i) => {
      const [c, p, q] = [Math.floor(i / 4), Math.floor(i / 2) % 2, i % 2];
      const pixels = [0, 1, 2].flatMap((r) => (2 * p + r < H ? [0, 1, 2].map((s) => at(c, 2 * p + r, 2 * q + s)) : []));
      const sum = pixels.reduce((a, b) => a + b);
      return sum > 0 ? pixels.reduce((a, b) => a + b * b, 0) / sum : 0;
    }),
  ],
  [
    'InnerProduct',
    'inner_product_param { num_output: 2 axis: 3 transpose: true bias_term: false }',
    Array.from({ length: C * H * 2 }, (_, i) => {
      const line = x.subarray(Math.floor(i / 2) * W, Math.floor(i / 2) * W + W);
      return line.reduce((sum, v, k) => sum + v * (2 * k + (i % 2)), 0);
    }),
    [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
  ],
];

describe('Caffe layers', () => {
  for (const [type, parameters, want, blobs] of CASES) {
    test(`${type} ${parameters}`, async () => {
      const { data } = await run(type, parameters, blobs);
      expectClose(type, data, want, [want.length], { atol: 2e-5, rtol: 2e-5 });
    });
  }

  test('Eltwise with coefficients, and the greatest of three', async () => {
    const power = 'layer { name: "p" type: "Power" bottom: "data" top: "p" power_param { power: 2 } }';
    const sum = await run('Eltwise', 'eltwise_param { coeff: 2 coeff: -1 }', undefined, power, '"data" "p"');
    expectClose(
      'sum',
      sum.data,
      everywhere((v) => 2 * v - v * v),
      [x.length],
      { atol: 1e-5, rtol: 1e-5 },
    );
    const max = await run('Eltwise', 'eltwise_param { operation: MAX }', undefined, power, '"data" "p" "p"');
    expectClose(
      'max',
      max.data,
      everywhere((v) => Math.max(v, v * v)),
      [x.length],
      { atol: 1e-5, rtol: 1e-5 },
    );
  });

  test('Scale by numbers that another layer computes', async () => {
    const pool =
      'layer { name: "q" type: "Pooling" bottom: "data" top: "q" pooling_param { pool: MAX global_pooling: true } }';
    const flat = `${pool} layer { name: "f" type: "Flatten" bottom: "q" top: "f" }`;
    const most = [0, 1, 2].map((c) => x.subarray(c * H * W, (c + 1) * H * W).reduce((a, b) => Math.max(a, b)));
    const { data } = await run('Scale', 'scale_param { axis: 0 }', undefined, flat, '"data" "f"');
    expectClose(
      'scale',
      data,
      everywhere((v, c) => v * most[c]),
      [x.length],
      { atol: 1e-5, rtol: 1e-5 },
    );
  });

  test('Crop to the size of another blob', async () => {
    const small = 'layer { name: "q" type: "Pooling" bottom: "data" top: "q" pooling_param { kernel_size: 2 } }';
    const { data, shape } = await run(
      'Crop',
      'crop_param { axis: 2 offset: 1 offset: 0 }',
      undefined,
      small,
      '"data" "q"',
    );
    expect(shape).toEqual([1, C, H - 1, W - 1]);
    const want = Array.from({ length: sizeOf(shape) }, (_, i) =>
      at(Math.floor(i / (H - 1) / (W - 1)), (Math.floor(i / (W - 1)) % (H - 1)) + 1, i % (W - 1)),
    );
    expectClose('crop', data, want, shape, { atol: 0, rtol: 0 });
  });

  test('LSTM with and without an image that every step sees', async () => {
    // The rows of x are the steps of three sequences; the state has two numbers.
    const steps = `layer { name: "s" type: "Permute" bottom: "data" top: "s" permute_param { order: 2 order: 1 order: 0 order: 3 } }
      layer { name: "x" type: "Flatten" bottom: "s" top: "x" flatten_param { axis: 2 } }
      layer { name: "m" type: "Reduction" bottom: "x" top: "m" reduction_param { axis: 2 } }
      layer { name: "cont" type: "Power" bottom: "m" top: "cont" power_param { scale: 0 shift: 1 } }
      layer { name: "i" type: "Reshape" bottom: "data" top: "i" reshape_param { shape { dim: 3 dim: -1 } } }`;
    const zeros = (n: number) => Array<number>(n).fill(0);
    const parameters = 'recurrent_param { num_output: 2 }';
    // Only biases: i = f = o = sigmoid(1), g = tanh(1), so that all sequences are one.
    const bias = zeros(8).fill(1);
    const two = await run('LSTM', parameters, [zeros(40), bias, zeros(16)], steps, '"x" "cont"');
    expect(two.shape).toEqual([H, C, 2]);
    let c = 0;
    const want = Array.from({ length: H }, () => {
      c = sigmoid(1) * c + sigmoid(1) * Math.tanh(1);
      return sigmoid(1) * Math.tanh(c);
    });
    expectClose(
      'lstm',
      two.data,
      want.flatMap((h) => zeros(2 * C).fill(h)),
      two.shape,
      { atol: 1e-5, rtol: 0 },
    );
    // The same numbers from the image's weights: none, and from its bias all.
    const three = await run('LSTM', parameters, [zeros(40), bias, zeros(160), zeros(16)], steps, '"x" "cont" "i"');
    expectClose('lstm', three.data, two.data, two.shape, { atol: 1e-6, rtol: 0 });
  });

  test('Reshape of a range of axes', async () => {
    const { shape } = await run('Reshape', 'reshape_param { axis: 1 num_axes: 2 shape { dim: 2 dim: -1 } }');
    expect(shape).toEqual([1, 2, 6, W]);
  });

  test('stochastic pooling with padding, which Caffe refuses too, and layers of Python are refused by name', () => {
    const layer = (type: string, more: string) => `input: "d" input_dim: 1 input_dim: 2 input_dim: 6 input_dim: 6
      layer { name: "l" type: "${type}" bottom: "d" top: "l" ${more} }`;
    expect(() => importCaffe(layer('Pooling', 'pooling_param { pool: STOCHASTIC kernel_size: 3 pad: 1 }'))).toThrow(
      /^caffe: 1 unsupported layer: Pooling \(l: with these parameters\)\. Supported: AbsVal, /,
    );
    for (const type of ['Python', 'ROIPooling']) {
      const message = `caffe: 1 unsupported layer: ${type} (l). Supported: AbsVal, ArgMax`;
      expect(() => importCaffe(layer(type, ''))).toThrow(message);
    }
  });
});
