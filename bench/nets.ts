// The measured nets: published architectures at full size with random weights, as models of this library. All contenders read
// the same layers. Sizes are chosen so that rounding up and down agree, because not every contender has both.
import { createRng } from '../src/core/rng.js';
import { type Shape, sizeOf } from '../src/core/shape.js';
import type { Layer, Model, WeightData } from '../src/graph/model.js';
import type { Attrs as ConvAttrs } from '../src/kernels/conv2d/index.js';
import type { PoolAttrs } from '../src/kernels/pooling.js';
import type { LayerCase } from './cases.js';

/** Builds a model layer by layer. Every method returns the name of the blob it writes. */
class Builder {
  readonly #layers: Layer[] = [];
  readonly #weights = new Map<string, WeightData>();
  readonly #channels = new Map<string, number>();

  constructor(
    readonly name: string,
    readonly input: Shape,
    readonly seed = 1,
  ) {
    this.#channels.set('data', input[1]);
  }

  #channelsOf(blob: string): number {
    const channels = this.#channels.get(blob);
    if (channels === undefined) throw new Error(`${this.name}: no blob '${blob}'`);
    return channels;
  }

  /**
   * He et al. 2015: activations keep their scale through ReLU layers. Uniform, because a normal draw of 60 M numbers is slow.
   */
  #draw(key: string, shape: Shape, fanIn: number): string {
    const rng = createRng(this.seed + this.#weights.size);
    const bound = Math.sqrt(6 / fanIn);
    // Only a tenth of a large matrix is drawn and then repeated. The arithmetic is the same, and starting does not take
    // minutes.
    const pattern = Float32Array.from({ length: Math.min(sizeOf(shape), 1_000_003) }, () => {
      return (rng.uniform() * 2 - 1) * bound;
    });
    const data = new Float32Array(sizeOf(shape));
    for (let i = 0; i < data.length; i += pattern.length) data.set(pattern.subarray(0, data.length - i), i);
    this.#weights.set(key, { shape, dtype: 'f32', data });
    return key;
  }

  #zeros(key: string, n: number): string {
    this.#weights.set(key, { shape: [n], dtype: 'f32', data: new Float32Array(n).fill(0.01) });
    return key;
  }

  #add(name: string, type: string, inputs: string[], attrs: object, channels: number, weights = {}): string {
    this.#layers.push({ name, type, attrs: { ...attrs }, inputs, output: name, weights });
    this.#channels.set(name, channels);
    return name;
  }

  conv(name: string, x: string, K: number, size: number, { stride = 1, pad = 0, group = 1, relu = true } = {}): string {
    const Cg = this.#channelsOf(x) / group;
    const attrs: ConvAttrs = { stride: [stride, stride], pad: [pad, pad, pad, pad], dilation: [1, 1], group };
    const w = this.#draw(`${name}/w`, [K, Cg, size, size], Cg * size * size);
    const y = this.#add(name, 'conv2d', [x], attrs, K, { w, b: this.#zeros(`${name}/b`, K) });
    return relu ? this.relu(`${name}/relu`, y) : y;
  }

  /** A convolution as in nets with batch normalization: no bias, then scale and shift, then ReLU. */
  normalizedConv(
    name: string,
    x: string,
    K: number,
    [R, S]: readonly [number, number],
    { stride = 1, group = 1, relu = true, pad = true } = {},
  ): string {
    const Cg = this.#channelsOf(x) / group;
    const [py, px] = pad ? [(R - 1) / 2, (S - 1) / 2] : [0, 0];
    const attrs: ConvAttrs = { stride: [stride, stride], pad: [py, px, py, px], dilation: [1, 1], group };
    const w = this.#draw(`${name}/w`, [K, Cg, R, S], Cg * R * S);
    const y = this.#add(name, 'conv2d', [x], attrs, K, { w, b: this.#zeros(`${name}/b`, K) });
    const scale = this.#draw(`${name}/scale`, [K], 6);
    const z = this.#add(`${name}/bn`, 'affine', [y], {}, K, { scale, shift: this.#zeros(`${name}/shift`, K) });
    return relu ? this.relu(`${name}/relu`, z) : z;
  }

  sum(name: string, a: string, b: string): string {
    return this.#add(name, 'add', [a, b], {}, this.#channelsOf(a));
  }

  /** Channels of a blob. */
  channels(blob: string): number {
    return this.#channelsOf(blob);
  }

  relu(name: string, x: string): string {
    return this.#add(name, 'relu', [x], { slope: 0 }, this.#channelsOf(x));
  }

  pool(name: string, x: string, kind: 'maxPool' | 'avgPool', size: number, stride: number, pads: PoolAttrs['pad']) {
    const window: PoolAttrs = {
      kernel: [size, size],
      stride: [stride, stride],
      pad: pads,
      rounding: 'floor',
      global: false,
    };
    const attrs = kind === 'avgPool' ? { ...window, divisor: 'padded' } : window;
    return this.#add(name, kind, [x], attrs, this.#channelsOf(x));
  }

  lrn(name: string, x: string): string {
    return this.#add(name, 'lrn', [x], { size: 5, alpha: 1e-4, beta: 0.75, k: 1 }, this.#channelsOf(x));
  }

  softmax(name: string, x: string): string {
    return this.#add(name, 'softmax', [x], { from: 1, to: 2 }, this.#channelsOf(x));
  }

  concat(name: string, xs: string[]): string {
    const channels = xs.reduce((sum, x) => sum + this.#channelsOf(x), 0);
    return this.#add(name, 'concat', xs, { axis: 1 }, channels);
  }

  fc(name: string, x: string, K: number, M: number, relu = true): string {
    const w = this.#draw(`${name}/w`, [M, K], K);
    const y = this.#add(name, 'fc', [x], { axis: 1 }, M, { w, b: this.#zeros(`${name}/b`, M) });
    return relu ? this.relu(`${name}/relu`, y) : y;
  }

  done(): Model {
    return {
      name: this.name,
      input: { name: 'data', shape: this.input },
      layers: this.#layers,
      weights: this.#weights,
      preprocessing: { order: 'bgr', mean: [104, 117, 123], scale: 1, fit: 'crop', stated: true },
    };
  }
}

const NONE: PoolAttrs['pad'] = [0, 0, 0, 0];
/** One row and column at the end: what rounding up adds to a map of even size. */
const END: PoolAttrs['pad'] = [0, 0, 1, 1];

/** CaffeNet (BVLC): AlexNet with pooling before normalization. Activations are read before their ReLU. */
export function caffeNet(): Model {
  const net = new Builder('CaffeNet', [1, 3, 227, 227]);
  let x = net.conv('conv1', 'data', 96, 11, { stride: 4 });
  x = net.lrn('norm1', net.pool('pool1', x, 'maxPool', 3, 2, NONE));
  x = net.conv('conv2', x, 256, 5, { pad: 2, group: 2 });
  x = net.lrn('norm2', net.pool('pool2', x, 'maxPool', 3, 2, NONE));
  x = net.conv('conv3', x, 384, 3, { pad: 1 });
  x = net.conv('conv4', x, 384, 3, { pad: 1, group: 2 });
  x = net.conv('conv5', x, 256, 3, { pad: 1, group: 2 });
  x = net.pool('pool5', x, 'maxPool', 3, 2, NONE);
  x = net.fc('fc7', net.fc('fc6', x, 9216, 4096), 4096, 4096);
  net.fc('fc8', x, 4096, 1000, false);
  return net.done();
}

/** SqueezeNet v1.1 (Iandola et al. 2016) at 224×224, where its poolings need no rounding up. */
export function squeezeNet(): Model {
  const net = new Builder('SqueezeNet', [1, 3, 224, 224]);
  const fire = (n: number, x: string, squeeze: number, expand: number): string => {
    const s = net.conv(`fire${n}/squeeze1x1`, x, squeeze, 1);
    const e1 = net.conv(`fire${n}/expand1x1`, s, expand, 1);
    const e3 = net.conv(`fire${n}/expand3x3`, s, expand, 3, { pad: 1 });
    return net.concat(`fire${n}/concat`, [e1, e3]);
  };
  let x = net.conv('conv1', 'data', 64, 3, { stride: 2 });
  x = fire(3, fire(2, net.pool('pool1', x, 'maxPool', 3, 2, NONE), 16, 64), 16, 64);
  x = fire(5, fire(4, net.pool('pool3', x, 'maxPool', 3, 2, NONE), 32, 128), 32, 128);
  x = fire(7, fire(6, net.pool('pool5', x, 'maxPool', 3, 2, NONE), 48, 192), 48, 192);
  x = fire(9, fire(8, x, 64, 256), 64, 256);
  x = net.conv('conv10', x, 1000, 1);
  net.pool('pool10', x, 'avgPool', 13, 1, NONE);
  return net.done();
}

/** GoogLeNet (BVLC): nine inception modules, two normalizations. */
export function googLeNet(): Model {
  const net = new Builder('GoogLeNet', [1, 3, 224, 224]);
  const inception = (n: string, x: string, c: readonly number[]): string => {
    const at = `inception_${n}`;
    const [one, reduce3, three, reduce5, five, project] = c;
    return net.concat(`${at}/output`, [
      net.conv(`${at}/1x1`, x, one, 1),
      net.conv(`${at}/3x3`, net.conv(`${at}/3x3_reduce`, x, reduce3, 1), three, 3, { pad: 1 }),
      net.conv(`${at}/5x5`, net.conv(`${at}/5x5_reduce`, x, reduce5, 1), five, 5, { pad: 2 }),
      net.conv(`${at}/pool_proj`, net.pool(`${at}/pool`, x, 'maxPool', 3, 1, [1, 1, 1, 1]), project, 1),
    ]);
  };
  let x = net.conv('conv1/7x7_s2', 'data', 64, 7, { stride: 2, pad: 3 });
  x = net.lrn('pool1/norm1', net.pool('pool1/3x3_s2', x, 'maxPool', 3, 2, END));
  x = net.conv('conv2/3x3', net.conv('conv2/3x3_reduce', x, 64, 1), 192, 3, { pad: 1 });
  x = net.pool('pool2/3x3_s2', net.lrn('conv2/norm2', x), 'maxPool', 3, 2, END);
  x = inception('3a', x, [64, 96, 128, 16, 32, 32]);
  x = inception('3b', x, [128, 128, 192, 32, 96, 64]);
  x = net.pool('pool3/3x3_s2', x, 'maxPool', 3, 2, END);
  x = inception('4a', x, [192, 96, 208, 16, 48, 64]);
  x = inception('4b', x, [160, 112, 224, 24, 64, 64]);
  x = inception('4c', x, [128, 128, 256, 24, 64, 64]);
  x = inception('4d', x, [112, 144, 288, 32, 64, 64]);
  x = inception('4e', x, [256, 160, 320, 32, 128, 128]);
  x = net.pool('pool4/3x3_s2', x, 'maxPool', 3, 2, END);
  x = inception('5a', x, [256, 160, 320, 32, 128, 128]);
  x = inception('5b', x, [384, 192, 384, 48, 128, 128]);
  x = net.pool('pool5/7x7_s1', x, 'avgPool', 7, 1, NONE);
  net.fc('loss3/classifier', x, 1024, 1000, false);
  return net.done();
}

/** VGG16 (Simonyan & Zisserman 2014). */
export function vgg16(): Model {
  const net = new Builder('VGG16', [1, 3, 224, 224]);
  let x = 'data';
  for (const [i, [K, times]] of [
    [64, 2],
    [128, 2],
    [256, 3],
    [512, 3],
    [512, 3],
  ].entries()) {
    for (let j = 1; j <= times; j++) x = net.conv(`conv${i + 1}_${j}`, x, K, 3, { pad: 1 });
    x = net.pool(`pool${i + 1}`, x, 'maxPool', 2, 2, NONE);
  }
  net.fc('fc8', net.fc('fc7', net.fc('fc6', x, 25088, 4096), 4096, 4096), 4096, 1000, false);
  return net.done();
}

/** MobileNet v1 (Howard et al. 2017): depthwise and pointwise convolutions, each with its batch normalization. */
export function mobileNetV1(): Model {
  const net = new Builder('MobileNet v1', [1, 3, 224, 224]);
  let x = net.normalizedConv('conv1', 'data', 32, [3, 3], { stride: 2 });
  const blocks = [
    [64, 1],
    [128, 2],
    [128, 1],
    [256, 2],
    [256, 1],
    [512, 2],
    ...Array.from({ length: 5 }, () => [512, 1]),
    [1024, 2],
    [1024, 1],
  ];
  for (const [i, [K, stride]] of blocks.entries()) {
    x = net.normalizedConv(`conv${i + 2}/dw`, x, net.channels(x), [3, 3], { stride, group: net.channels(x) });
    x = net.normalizedConv(`conv${i + 2}/sep`, x, K, [1, 1]);
  }
  net.fc('fc7', net.pool('pool6', x, 'avgPool', 7, 1, NONE), 1024, 1000, false);
  return net.done();
}

/** MobileNet v2 (Sandler et al. 2018): inverted residuals with linear bottlenecks. */
export function mobileNetV2(): Model {
  const net = new Builder('MobileNet v2', [1, 3, 224, 224]);
  let x = net.normalizedConv('conv1', 'data', 32, [3, 3], { stride: 2 });
  const stages = [
    [1, 16, 1, 1],
    [6, 24, 2, 2],
    [6, 32, 3, 2],
    [6, 64, 4, 2],
    [6, 96, 3, 1],
    [6, 160, 3, 2],
    [6, 320, 1, 1],
  ];
  let n = 0;
  for (const [expand, K, times, first] of stages) {
    for (let i = 0; i < times; i++) {
      const at = `block${++n}`;
      const wide = net.channels(x) * expand;
      const stride = i === 0 ? first : 1;
      let y = expand > 1 ? net.normalizedConv(`${at}/expand`, x, wide, [1, 1]) : x;
      y = net.normalizedConv(`${at}/dw`, y, wide, [3, 3], { stride, group: wide });
      y = net.normalizedConv(`${at}/project`, y, K, [1, 1], { relu: false });
      x = stride === 1 && net.channels(x) === K ? net.sum(`${at}/sum`, x, y) : y;
    }
  }
  x = net.normalizedConv('conv_last', x, 1280, [1, 1]);
  net.fc('fc', net.pool('pool', x, 'avgPool', 7, 1, NONE), 1280, 1000, false);
  return net.done();
}

/** The module types of Inception v3 (Szegedy et al. 2015): factorized 5×5, 1×7 and 7×1, and expanded filter banks. */
export function inceptionV3(): Model {
  const net = new Builder('Inception v3', [1, 3, 299, 299]);
  const conv = (name: string, x: string, K: number, ...size: [number, number]) => net.normalizedConv(name, x, K, size);
  let x = net.normalizedConv('stem1', 'data', 32, [3, 3], { stride: 2, pad: false });
  x = net.normalizedConv('stem2', x, 32, [3, 3], { pad: false });
  x = net.pool('pool1', conv('stem3', x, 64, 3, 3), 'maxPool', 3, 2, NONE);
  x = net.normalizedConv('stem5', conv('stem4', x, 80, 1, 1), 192, [3, 3], { pad: false });
  x = net.pool('pool2', x, 'maxPool', 3, 2, NONE);
  const average = (name: string, from: string) => net.pool(name, from, 'avgPool', 3, 1, [1, 1, 1, 1]);
  for (const [i, K] of [32, 64, 64].entries()) {
    const at = `mixed5${'bcd'[i]}`;
    x = net.concat(at, [
      conv(`${at}/1x1`, x, 64, 1, 1),
      conv(`${at}/5x5`, conv(`${at}/5x5_reduce`, x, 48, 1, 1), 64, 5, 5),
      conv(`${at}/3x3b`, conv(`${at}/3x3a`, conv(`${at}/3x3_reduce`, x, 64, 1, 1), 96, 3, 3), 96, 3, 3),
      conv(`${at}/pool_proj`, average(`${at}/pool`, x), K, 1, 1),
    ]);
  }
  x = net.concat('mixed6a', [
    net.normalizedConv('mixed6a/3x3', x, 384, [3, 3], { stride: 2, pad: false }),
    net.pool('mixed6a/pool', x, 'maxPool', 3, 2, NONE),
  ]);
  for (const [i, K] of [128, 160, 192].entries()) {
    const at = `mixed6${'bcd'[i]}`;
    const seven = conv(`${at}/1x7`, conv(`${at}/7_reduce`, x, K, 1, 1), K, 1, 7);
    x = net.concat(at, [
      conv(`${at}/1x1`, x, 192, 1, 1),
      conv(`${at}/7x1`, seven, 192, 7, 1),
      conv(`${at}/pool_proj`, average(`${at}/pool`, x), 192, 1, 1),
    ]);
  }
  const three = conv('mixed7/3x3_reduce', x, 384, 1, 1);
  x = net.concat('mixed7', [
    conv('mixed7/1x1', x, 320, 1, 1),
    net.concat('mixed7/3', [conv('mixed7/1x3', three, 384, 1, 3), conv('mixed7/3x1', three, 384, 3, 1)]),
    conv('mixed7/pool_proj', average('mixed7/pool', x), 192, 1, 1),
  ]);
  net.fc('fc', net.pool('pool3', x, 'avgPool', 17, 1, NONE), net.channels(x), 1000, false);
  return net.done();
}

/** One layer called 'layer', as a net. */
export function lone({ input, type, conv }: LayerCase): Model {
  const net = new Builder('lone', input);
  if (type === 'conv' && conv) {
    const [K, size, stride, pad, group] = conv;
    net.conv('layer', 'data', K, size, { stride, pad, group, relu: false });
  } else if (type === 'fc') {
    net.fc('layer', 'data', input[1], 4096, false);
  } else if (type === 'lrn') {
    net.lrn('layer', 'data');
  } else if (type === 'softmax') {
    net.softmax('layer', 'data');
  } else if (type === 'maxPool' || type === 'avgPool') {
    net.pool('layer', 'data', type, 3, 2, NONE);
  }
  return net.done();
}

/** No layers, only an image to filter. */
export const bare = (input: Shape): Model => new Builder('image', input).done();
