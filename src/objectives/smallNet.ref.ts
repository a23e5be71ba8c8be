// A small net, and what its layers do in float64: for gradients of objectives by central differences.
import { type Model, PLAIN, type WeightData } from '../graph/model.js';
import { ref as convolve, dxRef } from '../kernels/conv2d/conv2d.ref.js';
import { ref as connect } from '../kernels/fc/fc.ref.js';
import type { RefTensor } from '../kernels/reference.js';

/** One image's numbers of a layer, as `[C][place]`. */
export type Maps = (layer: string, image: number) => readonly Float64Array[];

/** Of layers `[N, C, …]`. */
export function mapsOf(
  layers: ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: ArrayLike<number> }>,
): Maps {
  const all = new Map(
    [...layers].map(([name, { shape, data }]) => {
      const [N, C] = shape;
      const places = data.length / N / C;
      const map = (n: number, c: number) =>
        Float64Array.from({ length: places }, (_, i) => data[(n * C + c) * places + i]);
      return [name, Array.from({ length: N }, (_, n) => Array.from({ length: C }, (_map, c) => map(n, c)))];
    }),
  );
  return (name, image) => all.get(name)?.[image] ?? [];
}

const SHAPE = [3, 11, 11] as const;
const PAD = { pad: [1, 1, 1, 1], dilation: [1, 1], group: 1 } as const;

/** A net of two convolutions and a fully connected layer: conv4, relu4, conv5 with `channels` maps of 6×6, and fc8 with `classes`. */
export function smallNet(channels: number, classes: number, draw: (n: number) => Float32Array) {
  const tensor = (...shape: number[]): WeightData => {
    const n = shape.reduce((a, b) => a * b, 1);
    const fan = n / shape[0];
    return { shape, dtype: 'f32', data: draw(n).map((v) => (v * 2) / Math.sqrt(fan)) };
  };
  const weights = new Map<string, WeightData>([
    ['w4', tensor(6, 3, 3, 3)],
    ['b4', tensor(6)],
    ['w5', tensor(channels, 6, 3, 3)],
    ['b5', tensor(channels)],
    ['w8', tensor(classes, channels * 36)],
    ['b8', tensor(classes)],
  ]);
  const first = { stride: [1, 1], ...PAD } as const;
  const second = { stride: [2, 2], ...PAD } as const;
  const model: Model = {
    name: 'small',
    input: { name: 'data', shape: [1, ...SHAPE] },
    layers: [
      { name: 'conv4', type: 'conv2d', attrs: first, inputs: ['data'], output: 'conv4', weights: { w: 'w4', b: 'b4' } },
      { name: 'relu4', type: 'relu', attrs: { slope: 0 }, inputs: ['conv4'], output: 'conv4', weights: {} },
      {
        name: 'conv5',
        type: 'conv2d',
        attrs: second,
        inputs: ['conv4'],
        output: 'conv5',
        weights: { w: 'w5', b: 'b5' },
      },
      { name: 'fc8', type: 'fc', attrs: { axis: 1 }, inputs: ['conv5'], output: 'fc8', weights: { w: 'w8', b: 'b8' } },
    ],
    weights,
    preprocessing: PLAIN,
  };
  const weight = (key: string): RefTensor => {
    const { shape, data } = weights.get(key) ?? { shape: [], data: [] };
    return { shape, data: Float64Array.from(data) };
  };
  /** The layers of images `[N, 3, 11, 11]`. */
  const layers = (images: Float64Array): Maps => {
    const x = { shape: [images.length / (3 * 11 * 11), ...SHAPE], data: images };
    const relu4 = convolve({ x, w: weight('w4'), b: weight('b4') }, { ...first, relu: 0 });
    const conv5 = convolve({ x: relu4, w: weight('w5'), b: weight('b5') }, second);
    const fc8 = connect({ x: conv5, w: weight('w8'), b: weight('b8') }, { axis: 1 });
    return mapsOf(new Map(Object.entries({ relu4, conv5, fc8 })));
  };
  /** The gradient of the sum of a channel of conv5 with respect to relu4, which is the same for all images: `[6, 11, 11]`. */
  const toRelu4 = (channel: number): Float64Array => {
    const dy = new Float64Array(channels * 36).fill(1, channel * 36, (channel + 1) * 36);
    return dxRef(
      { dy: { shape: [1, channels, 6, 6], data: dy }, w: weight('w5') },
      { ...second, shape: [1, 6, 11, 11] },
    ).data;
  };
  return { model, layers, toRelu4 };
}
