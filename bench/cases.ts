// The measured cases: single layers, whole nets, steps of activation maximization and of training, each with its arithmetic and
// bytes.
import { createRng } from '../src/core/rng.js';
import { type Shape, sizeOf } from '../src/core/shape.js';
import type { Layer, Model } from '../src/graph/model.js';
import { openNet } from '../src/scene/openNet.js';
import { untrained } from '../train/net.js';
import type { Task } from './contenders/contender.js';
import { bare, caffeNet, googLeNet, lone, squeezeNet } from './nets.js';

export type Group = 'layer' | 'net' | 'step' | 'train';

export interface Case {
  readonly id: string;
  readonly group: Group;
  readonly title: string;
  /** Floating point operations of one run; 0 if only bytes matter. */
  readonly flops: number;
  /** Bytes that must be read or written at least once: input, weights, result. */
  readonly bytes: number;
  /** Convolutions and matrices are compared with the best matrix product, all others with the copy bandwidth. */
  readonly limit: 'matmul' | 'copy';
  /** Input and output channels; the goals depend on them. */
  readonly channels?: readonly [number, number];
  readonly task: Task;
}

/** A case whose model is created on demand, so that 60 M weights are not drawn unnecessarily. */
export interface LazyCase {
  readonly id: string;
  readonly group: Group;
  /** Too large for a CPU adapter, unless its full name is given. */
  readonly large?: true;
  make(): Case;
}

/** The step size makes the update as large as pixels, so that a wrong gradient cannot hide behind the image. */
const RATE = 3000;

/** The cotangent does not come from a loss and never shrinks, so a larger rate would let the weights diverge. */
const TRAINING_RATE = 1e-5;

/**
 * The same seed for all contenders. With this seed, no pooling window that matters has two maxima within rounding of each
 * other. Such a window passes its gradient to either input by chance, and correct contenders would differ by 2 % (seed 7 does
 * that).
 */
const SEED = 8;

function noise(n: number, scale: number): Float32Array {
  const rng = createRng(SEED);
  return Float32Array.from({ length: n }, () => (rng.uniform() * 2 - 1) * scale);
}

/** Multiply-accumulates and output of the layers that `layer` needs. */
function cost(model: Model, layer: string, batch: number) {
  const { tape, image, at } = openNet(model, { batch });
  const y = at(layer);
  let macs = 0;
  for (const node of tape.nodes) macs += node.op.macs?.(node.inputs, node.output) ?? 0;
  const weights = tape.leaves.reduce((sum, l) => sum + (l.isConstant ? sizeOf(l.value.shape) : 0), 0);
  return { macs, weights, output: y.shape, image: sizeOf(image.shape) };
}

function makeCase(
  id: string,
  group: Group,
  title: string,
  model: Model,
  layer: string,
  kind: Task['kind'],
  batch: number,
  unitAt: readonly [channel: number] = [3],
): Case {
  const { macs, weights, output, image } = cost(model, layer, batch);
  const [, C, H = 1, W = 1] = output;
  const center = Math.floor(H / 2) * W + Math.floor(W / 2);
  const outputs = sizeOf(output);
  // Number of passes: forward; backward to the input; or forward, backward through all maps, and backward to the weights.
  const passes = { forward: 1, backward: 1, step: 2, fourier: 2, train: 3, blur: 1, percentile: 1 }[kind];
  const [w] = model.weights.values();
  const [C0, H0, W0] = model.input.shape.slice(1);
  const variables = kind === 'fourier' ? batch * C0 * H0 * (Math.floor(W0 / 2) + 1) * 2 : image;
  return {
    id,
    group,
    title,
    flops: 2 * macs * passes,
    bytes: 4 * (passes * weights + image + outputs),
    limit: macs > 0 && !/^fc.*b1/.test(id) ? 'matmul' : 'copy',
    ...(group === 'layer' && w?.shape.length === 4 && { channels: [w.shape[1], C] as const }),
    task: {
      model,
      batch,
      kind,
      layer,
      unit: (unitAt[0] % C) * H * W + center,
      rate: kind === 'train' ? TRAINING_RATE : kind === 'fourier' ? 1 : RATE,
      input: noise(variables, group === 'layer' || kind === 'train' || kind === 'fourier' ? 1 : 100),
      cotangent: kind === 'backward' || kind === 'train' ? noise(outputs, 1) : new Float32Array(0),
    },
  };
}

/** The work of regularizers on nine images of CaffeNet's size. */
function filterCase(kind: 'blur' | 'percentile', title: string, amount: number): LazyCase {
  const [batch, C, H, W] = [9, 3, 227, 227];
  const n = batch * C * H * W;
  return {
    id: kind,
    group: 'layer',
    make: () => ({
      id: kind,
      group: 'layer',
      title,
      flops: 0,
      // Each pixel is read, and for the blur also written.
      bytes: 4 * n * (kind === 'blur' ? 2 : 1),
      limit: 'copy',
      task: {
        model: bare([1, C, H, W]),
        batch,
        kind,
        layer: 'data',
        unit: 0,
        rate: 0,
        amount,
        input: noise(n, 100),
        cotangent: new Float32Array(0),
      },
    }),
  };
}

interface LayerCase {
  readonly id: string;
  readonly title: string;
  readonly input: Shape;
  readonly type: 'conv' | 'fc' | 'maxPool' | 'avgPool' | 'lrn' | 'softmax';
  /** Output channels, kernel size, stride, pad, groups. */
  readonly conv?: readonly [K: number, size: number, stride: number, pad: number, group: number];
  readonly kinds?: readonly ('forward' | 'backward')[];
  readonly batch?: number;
}

const LAYERS: readonly LayerCase[] = [
  { id: 'conv1', title: 'AlexNet conv1 11×11/4', input: [1, 3, 227, 227], type: 'conv', conv: [96, 11, 4, 0, 1] },
  { id: 'conv2', title: 'AlexNet conv2 5×5, 2 groups', input: [1, 96, 27, 27], type: 'conv', conv: [256, 5, 1, 2, 2] },
  { id: 'conv3', title: 'AlexNet conv3 3×3', input: [1, 256, 13, 13], type: 'conv', conv: [384, 3, 1, 1, 1] },
  { id: 'expand1x1', title: 'SqueezeNet expand 1×1', input: [1, 16, 55, 55], type: 'conv', conv: [64, 1, 1, 0, 1] },
  { id: 'expand3x3', title: 'SqueezeNet expand 3×3', input: [1, 16, 55, 55], type: 'conv', conv: [64, 3, 1, 1, 1] },
  { id: 'vgg3_1', title: 'VGG conv3_1 3×3', input: [1, 128, 56, 56], type: 'conv', conv: [256, 3, 1, 1, 1] },
  { id: 'depthwise', title: 'depthwise 3×3', input: [1, 128, 56, 56], type: 'conv', conv: [128, 3, 1, 1, 128] },
  {
    id: 'deconv',
    title: 'deconvolution 4×4/2, 256→128 at 16²',
    input: [1, 128, 32, 32],
    type: 'conv',
    conv: [256, 4, 2, 1, 1],
    kinds: ['backward'],
  },
  { id: 'fc6.b1', title: 'fc 9216→4096', input: [1, 9216], type: 'fc' },
  { id: 'fc6.b9', title: 'fc 9216→4096, batch 9', input: [1, 9216], type: 'fc', batch: 9 },
  { id: 'maxPool', title: 'max pool 3×3/2, 96×55²', input: [1, 96, 55, 55], type: 'maxPool' },
  { id: 'avgPool', title: 'average pool 3×3/2, 96×55²', input: [1, 96, 55, 55], type: 'avgPool' },
  { id: 'lrn', title: 'LRN 5, 96×55²', input: [1, 96, 55, 55], type: 'lrn' },
  { id: 'softmax', title: 'softmax over 21 channels, 125²', input: [1, 21, 125, 125], type: 'softmax' },
];

const TRAINING_BATCH = 32;
const LARGE_BATCH = 64;

/**
 * The built-in net with random weights. Dropout is removed, and the row that rounding up adds to its second pooling (14 rows to
 * 7) is written as padding, which every contender supports.
 */
function miniCaffeNet(): Model {
  const model = untrained('mini-caffenet', SEED);
  const layers = model.layers.filter((l) => l.type !== 'dropout');
  const padded = (l: Layer): Layer => ({ ...l, attrs: { ...l.attrs, pad: [0, 0, 1, 1], rounding: 'floor' } });
  return { ...model, layers: layers.map((l) => (l.name === 'pool2' ? padded(l) : l)) };
}

const memo = <T>(make: () => T): (() => T) => {
  let value: T | undefined;
  return () => {
    value ??= make();
    return value;
  };
};
const nets = { caffeNet: memo(caffeNet), squeezeNet: memo(squeezeNet), googLeNet: memo(googLeNet) };

const STEPS = [
  ['caffenet.conv5', 'CaffeNet to conv5', 'caffeNet', 'conv5'],
  ['caffenet.fc8', 'CaffeNet to fc8', 'caffeNet', 'fc8'],
  ['squeezenet.conv10', 'SqueezeNet to conv10', 'squeezeNet', 'conv10'],
  ['googlenet.4a', 'GoogLeNet to inception_4a/output', 'googLeNet', 'inception_4a/output'],
  ['googlenet.classifier', 'GoogLeNet to the classifier', 'googLeNet', 'loss3/classifier'],
] as const;
const FOURIER = [
  ['mini-caffenet', 'mini-caffenet to fc8', miniCaffeNet, 'fc8'],
  ['squeezenet', 'SqueezeNet to conv10', nets.squeezeNet, 'conv10'],
] as const;
const FORWARD = [
  ['caffenet', 'CaffeNet', 'caffeNet', 'fc8'],
  ['googlenet', 'GoogLeNet', 'googLeNet', 'loss3/classifier'],
  ['squeezenet', 'SqueezeNet v1.1', 'squeezeNet', 'pool10'],
] as const;

/** Every case, in the order of the report. */
export const CASES: readonly LazyCase[] = [
  ...LAYERS.flatMap((c) =>
    (c.kinds ?? (['forward', 'backward'] as const)).map((kind): LazyCase => {
      const id = `${c.id}.${kind}`;
      const title = `${c.title}, ${kind === 'forward' ? 'forward' : 'backward to the input'}`;
      return { id, group: 'layer', make: () => makeCase(id, 'layer', title, lone(c), 'layer', kind, c.batch ?? 1) };
    }),
  ),
  filterCase('blur', 'blur σ 1 of nine 227² images', 1),
  filterCase('percentile', 'median of each of nine 227² images', 50),
  ...FORWARD.map(([name, title, net, layer]): LazyCase => {
    const id = `${name}.forward`;
    return { id, group: 'net', make: () => makeCase(id, 'net', `${title}, forward`, nets[net](), layer, 'forward', 1) };
  }),
  ...[1, 9, LARGE_BATCH].flatMap((batch) =>
    STEPS.map(([name, title, net, layer]): LazyCase => {
      const id = `${name}.step.b${batch}`;
      const full = `${title}, step, batch ${batch}`;
      const large = batch === LARGE_BATCH && ({ large: true } as const);
      return { id, group: 'step', ...large, make: () => makeCase(id, 'step', full, nets[net](), layer, 'step', batch) };
    }),
  ),
  ...FOURIER.flatMap(([name, title, make, layer]) =>
    [1, 9].map((batch): LazyCase => {
      const id = `${name}.fourier.b${batch}`;
      const full = `${title}, step in Lucid’s parameterization, batch ${batch}`;
      return { id, group: 'step', make: () => makeCase(id, 'step', full, make(), layer, 'fourier', batch) };
    }),
  ),
  {
    id: 'mini-caffenet.train',
    group: 'train',
    make: () => {
      const title = `mini-caffenet, training step, batch ${TRAINING_BATCH}`;
      return makeCase('mini-caffenet.train', 'train', title, miniCaffeNet(), 'fc8', 'train', TRAINING_BATCH);
    },
  },
];

export type { LayerCase };
