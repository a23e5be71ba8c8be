// TensorFlow.js on WebGPU, as a careful user would write it: channels last, fused convolutions if no gradient is needed,
// weights as tensors, the image on the device.
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { Layer } from '../../src/graph/model.js';
import { weightsAsF32 } from '../../src/graph/model.js';
import { gaussianTaps } from '../../src/kernels/blur/index.js';
import { percentileRank } from '../../src/kernels/percentile/index.js';
import {
  attrsOf,
  type Contender,
  channelsFirst,
  channelsLast,
  firstKernel,
  inputShape,
  neededLayers,
  type Prepared,
  type Task,
  withMatricesCut,
} from './contender.js';
import { fourierPlan, spectrumShape } from './fourier.js';

/** The contender on its own device. */
export async function tfjs(device: GPUDevice, info: GPUAdapterInfo): Promise<Contender> {
  // Its kernels are registered under this name. The package's own backend would open another device.
  tf.removeBackend('webgpu');
  tf.registerBackend('webgpu', () => new WebGPUBackend(device, info));
  await tf.setBackend('webgpu');
  await tf.ready();
  const limit = device.limits.maxStorageBufferBindingSize;
  return { name: 'tfjs', version: tf.version_core, prepare: (task) => prepare(withMatricesCut(task, limit)) };
}

async function prepare(task: Task): Promise<Prepared> {
  const shape = inputShape(task);
  const needed = neededLayers(task);
  const weights = new Map<string, tf.Tensor>();
  for (const layer of needed)
    for (const [role, key] of Object.entries(layer.weights)) weights.set(key, weight(task, role, key));
  const input = (data: Float32Array) => {
    if (shape.length !== 4) return tf.tensor(data, [...shape]);
    const [N, C, H, W] = shape;
    return tf.tensor(channelsLast(data, shape), [N, H, W, C]);
  };
  const forward = (x: tf.Tensor, fused: boolean) => evaluate(needed, weights, x, fused);
  const read = async (y: tf.Tensor): Promise<Float32Array> => {
    const data = (await y.data()) as Float32Array;
    const [N, H, W, C] = y.shape;
    return y.rank === 4 ? channelsFirst(data, [N, C, H, W]) : data;
  };
  let x = task.kind === 'fourier' ? tf.tensor(task.input, [...spectrumShape(task)]) : input(task.input);
  const prepared = (run: Prepared['run'], ...others: readonly tf.Tensor[]): Prepared => ({
    run,
    dispose: () => tf.dispose([x, ...weights.values(), ...others]),
  });

  if (task.kind === 'forward') {
    const run = async () => {
      const y = tf.tidy(() => forward(x, true));
      const data = await read(y);
      y.dispose();
      return data;
    };
    return prepared(run);
  }
  if (task.kind === 'blur' || task.kind === 'percentile') {
    const { filter, own } = task.kind === 'blur' ? blurOf(task) : percentileOf(task);
    const run = async () => {
      const y = tf.tidy(() => filter(x as tf.Tensor4D));
      const data = await read(y);
      y.dispose();
      return data;
    };
    return prepared(run, ...own);
  }
  if (task.kind === 'train') {
    const keys = [...weights.keys()];
    const first = firstKernel(task);
    const dy = tf.tensor(task.cotangent, [task.batch, task.cotangent.length / task.batch]);
    const loss = (...values: tf.Tensor[]) =>
      tf.sum(tf.mul(evaluate(needed, new Map(keys.map((key, i) => [key, values[i]])), x, false), dy));
    const gradients = tf.grads(loss as Parameters<typeof tf.grads>[0]);
    const run = async () => {
      const before = keys.map((key) => need(weights, key));
      const after = tf.tidy(() => gradients(before).map((g, i) => tf.sub(before[i], tf.mul(g, task.rate))));
      for (const [i, key] of keys.entries()) {
        before[i].dispose();
        weights.set(key, after[i]);
      }
      const kernel = tf.tidy(() => tf.transpose(need(weights, first), [3, 2, 0, 1]));
      const data = (await kernel.data()) as Float32Array;
      kernel.dispose();
      return data;
    };
    return prepared(run, dy);
  }
  if (task.kind === 'backward') {
    const like = tf.tidy(() => forward(x, true).shape);
    const dy = tf.tensor(
      like.length === 4 ? channelsLast(task.cotangent, [like[0], like[3], like[1], like[2]]) : task.cotangent,
      like,
    );
    const gradient = tf.grad((v: tf.Tensor) => forward(v, false));
    const run = async () => {
      const dx = tf.tidy(() => gradient(x, dy));
      const data = await read(dx);
      dx.dispose();
      return data;
    };
    return prepared(run, dy);
  }
  const shown = task.kind === 'fourier' ? fourierImage(task) : undefined;
  const gradient = tf.grad((v: tf.Tensor) => {
    const y = forward(shown ? shown.image(v) : v, false);
    if (y.rank === 2) return tf.sum(tf.slice(y, [0, task.unit], [task.batch, 1]));
    const [, H, W] = y.shape;
    const [c, row, column] = [Math.floor(task.unit / (H * W)), Math.floor(task.unit / W) % H, task.unit % W];
    return tf.sum(tf.slice(y, [0, row, column, c], [task.batch, 1, 1, 1]));
  });
  const run = async () => {
    const next = tf.tidy(() => tf.add(x, tf.mul(gradient(x), task.rate)));
    x.dispose();
    x = next;
    return task.kind === 'fourier' ? ((await x.data()) as Float32Array) : read(x);
  };
  return prepared(run, ...(shown?.own ?? []));
}

/** Images `[N, H, W, 3]` of a spectrum, by matrix products: TensorFlow.js has no gradient of its FFT. */
function fourierImage(task: Task) {
  const { N, H, W, half, weights, down, across, colours, input, shift } = fourierPlan(task);
  const scales = tf.tensor(weights, [1, H, half, 1]);
  const [downCos, downSin] = [down.cos, down.sin].map((data) => tf.tensor2d(data, [H, H]));
  const [acrossCos, acrossSin] = [across.cos, across.sin].map((data) => tf.tensor2d(data, [half, W]));
  const mix = tf.tidy(() => tf.keep(tf.transpose(tf.tensor2d(colours, [3, 3]))));
  const [toNet, offset] = [tf.tensor2d(input, [3, 3]), tf.tensor1d(shift)];
  const flat = (x: tf.Tensor, width: number) => tf.reshape(x, [-1, width]) as tf.Tensor2D;
  const image = (z: tf.Tensor): tf.Tensor => {
    const pairs = tf.mul(tf.reshape(z, [N * 3, H, half, 2]), scales);
    const [re, im] = [0, 1].map((part) => {
      const plane = tf.reshape(tf.slice(pairs, [0, 0, 0, part], [N * 3, H, half, 1]), [N * 3, H, half]);
      return flat(tf.transpose(plane, [0, 2, 1]), H);
    });
    const [rows, rowsIm] = [
      tf.sub(tf.matMul(re, downCos as tf.Tensor2D), tf.matMul(im, downSin as tf.Tensor2D)),
      tf.add(tf.matMul(re, downSin as tf.Tensor2D), tf.matMul(im, downCos as tf.Tensor2D)),
    ].map((x) => flat(tf.transpose(tf.reshape(x, [N * 3, half, H]), [0, 2, 1]), half));
    const planes = tf.sub(tf.matMul(rows, acrossCos as tf.Tensor2D), tf.matMul(rowsIm, acrossSin as tf.Tensor2D));
    const pixels = tf.transpose(tf.reshape(planes, [N, 3, H, W]), [0, 2, 3, 1]);
    const rgb = tf.sigmoid(tf.matMul(flat(pixels, 3), mix as tf.Tensor2D));
    return tf.reshape(tf.add(tf.matMul(rgb, toNet), offset), [N, H, W, 3]);
  };
  return { image, own: [scales, downCos, downSin, acrossCos, acrossSin, mix, toNet, offset] };
}

/** An image filter, with the tensors that it keeps. */
interface Filter {
  filter(x: tf.Tensor4D): tf.Tensor;
  readonly own: readonly tf.Tensor[];
}

/** Blurs columns, then rows, each by a depthwise convolution with reflected borders. */
function blurOf({ amount = 0, model }: Task): Filter {
  const { radius, taps } = gaussianTaps(amount);
  const C = model.input.shape[1];
  const line = Array.from({ length: 2 * radius + 1 }, (_, i) => taps[Math.abs(i - radius)]);
  const down = tf.tidy(() => tf.tile(tf.tensor4d(line, [line.length, 1, 1, 1]), [1, 1, C, 1]));
  const across = tf.tidy(() => tf.transpose(down, [1, 0, 2, 3]));
  const border: [number, number] = [radius, radius];
  const none: [number, number] = [0, 0];
  const filter = (x: tf.Tensor4D) => {
    const tall = tf.mirrorPad(x, [none, border, none, none], 'symmetric');
    const wide = tf.mirrorPad(tf.depthwiseConv2d(tall, down, 1, 'valid'), [none, none, border, none], 'symmetric');
    return tf.depthwiseConv2d(wide, across, 1, 'valid');
  };
  return { filter, own: [down, across] };
}

/** TensorFlow.js has no percentile, so this uses the greatest values down to the percentile. */
function percentileOf({ amount = 0, batch, input }: Task): Filter {
  const size = input.length / batch;
  const { rank, fraction } = percentileRank(amount, size);
  const filter = (x: tf.Tensor4D) => {
    const { values } = tf.topk(tf.reshape(x, [batch, size]), size - rank);
    const [low, high] = [size - rank - 1, Math.max(0, size - rank - 2)].map((i) =>
      tf.slice(values, [0, i], [batch, 1]),
    );
    return tf.reshape(tf.add(low, tf.mul(tf.sub(high, low), fraction)), [batch]);
  };
  return { filter, own: [] };
}

/** A weight in the layout of TensorFlow.js: `[R,S,C,K]`, or `[C·H·W, M]` with rows in channels-last order. */
function weight(task: Task, role: string, key: string): tf.Tensor {
  const stored = task.model.weights.get(key);
  if (!stored) throw new Error(`no weight '${key}'`);
  const data = weightsAsF32(stored);
  if (role === 'b') return tf.tensor1d(data);
  return tf.tidy(() => {
    const w = tf.tensor(data, [...stored.shape]);
    return stored.shape.length === 4 ? tf.keep(tf.transpose(w, [2, 3, 1, 0])) : tf.keep(tf.transpose(w));
  });
}

function evaluate(
  layers: readonly Layer[],
  weights: ReadonlyMap<string, tf.Tensor>,
  image: tf.Tensor,
  fused: boolean,
): tf.Tensor {
  const blobs = new Map<string, tf.Tensor>([['data', image]]);
  for (const [i, layer] of layers.entries()) {
    if (blobs.has(layer.output)) continue;
    const next = layers[i + 1];
    // TensorFlow.js fuses a ReLU only on request, and not if a gradient is needed.
    const relu = fused && /conv2d|fc/.test(layer.type) && next?.type === 'relu' && next.inputs[0] === layer.output;
    const inputs = layer.inputs.map((name) => need(blobs, name));
    const parameters = Object.fromEntries(
      Object.entries(layer.weights).map(([role, key]) => [role, need(weights, key)]),
    );
    const y = apply(layer, inputs, parameters, relu, fused);
    blobs.set(layer.output, y);
    if (relu) blobs.set(next.output, y);
  }
  return need(blobs, layers[layers.length - 1].output);
}

function apply(
  layer: Layer,
  inputs: tf.Tensor[],
  { w, b }: Record<string, tf.Tensor>,
  relu: boolean,
  fused: boolean,
): tf.Tensor {
  const attrs = attrsOf(layer);
  const [x] = inputs;
  const x4 = x as tf.Tensor4D;
  switch (layer.type) {
    case 'conv2d': {
      const [top, left, bottom, right] = attrs.pad;
      const pad: tf.backend_util.ExplicitPadding = [
        [0, 0],
        [top, bottom],
        [left, right],
        [0, 0],
      ];
      const activation = relu ? { activation: 'relu' as const } : {};
      const one = (v: tf.Tensor4D, filter: tf.Tensor4D, bias: tf.Tensor1D): tf.Tensor4D =>
        fused
          ? tf.fused.conv2d({ x: v, filter, strides: [...attrs.stride], pad, bias, ...activation })
          : tf.add<tf.Tensor4D>(tf.conv2d(v, filter, [...attrs.stride], pad), bias);
      if (attrs.group === 1) return one(x4, w as tf.Tensor4D, b as tf.Tensor1D);
      if (w.shape[2] === 1 && attrs.group === w.shape[3]) {
        const y = tf.add(
          tf.depthwiseConv2d(x4, tf.transpose(w, [0, 1, 3, 2]) as tf.Tensor4D, [...attrs.stride], pad),
          b,
        );
        return relu ? tf.relu(y) : y;
      }
      const xs = tf.split(x4, attrs.group, 3);
      const ws = tf.split(w as tf.Tensor4D, attrs.group, 3);
      const bs = tf.split(b as tf.Tensor1D, attrs.group);
      return tf.concat(
        xs.map((v, i) => one(v as tf.Tensor4D, ws[i] as tf.Tensor4D, bs[i] as tf.Tensor1D)),
        3,
      );
    }
    case 'fc': {
      // The rows of w are in [C,H,W] order. Transpose the map, which is small, not the matrix.
      const rows = x.rank === 4 ? tf.transpose(x, [0, 3, 1, 2]) : x;
      const flat = tf.reshape(rows, [x.shape[0], -1]) as tf.Tensor2D;
      if (fused)
        return tf.fused.matMul({ a: flat, b: w as tf.Tensor2D, bias: b, ...(relu && { activation: 'relu' as const }) });
      return tf.add(tf.matMul(flat, w as tf.Tensor2D), b);
    }
    case 'relu':
      return tf.relu(x);
    case 'maxPool':
    case 'avgPool': {
      const pool = layer.type === 'maxPool' ? tf.maxPool : tf.avgPool;
      // Every padded pooling of the measured nets is equivalent to 'same'.
      const pad = attrs.pad.some((p) => p > 0) ? 'same' : 'valid';
      return pool(x4, [...attrs.kernel], [...attrs.stride], pad);
    }
    case 'lrn':
      return tf.localResponseNormalization(x4, (attrs.size - 1) / 2, attrs.k, attrs.alpha / attrs.size, attrs.beta);
    case 'softmax':
      return tf.softmax(x);
    case 'concat':
      return tf.concat(inputs as tf.Tensor4D[], x.rank - 1);
    default:
      throw new Error(`tfjs: no rule for '${layer.type}'`);
  }
}

function need<T>(map: ReadonlyMap<string, T>, name: string): T {
  const value = map.get(name);
  if (value === undefined) throw new Error(`no '${name}'`);
  return value;
}
