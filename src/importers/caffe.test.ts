// Caffe's three versions of a net are one model, and what cannot be imported is listed whole.
import { describe, expect, test } from 'vitest';
import { measured } from '../../test/support/allocations.js';
import { f32 } from '../core/shape.js';
import { type Model, trace } from '../graph/model.js';
import { createTape } from '../graph/tape.js';
import * as table from '../kernels/common.js';
import * as layers from '../kernels/index.js';
import { importCaffe, readSafetensors, writeSafetensors } from './index.js';

const INPUT = 'input: "data" input_dim: 9 input_dim: 3 input_dim: 12 input_dim: 10';
const V2 = `name: "n" ${INPUT}
  layer { name: "c" type: "Convolution" bottom: "data" top: "c" convolution_param {
    num_output: 4 kernel_size: 3 stride: 2 pad: 1 weight_filler { type: "gaussian" std: 0.1 } } }
  layer { name: "r" type: "ReLU" bottom: "c" top: "c" }
  layer { name: "p" type: "Pooling" bottom: "c" top: "p" pooling_param { pool: AVE kernel_size: 2 stride: 2 } }
  layer { name: "n" type: "LRN" bottom: "p" top: "n" lrn_param { local_size: 3 alpha: 0.1 } }
  layer { name: "f" type: "InnerProduct" bottom: "n" top: "f" inner_product_param { num_output: 5 bias_term: false } }
  layer { name: "d" type: "Dropout" bottom: "f" top: "f" dropout_param { dropout_ratio: 0.3 } }
  layer { name: "l" type: "SoftmaxWithLoss" bottom: "f" bottom: "label" top: "l" include { phase: TRAIN } }`;
const V1 = V2.replace(/layer \{/g, 'layers {')
  .replace('type: "Convolution"', 'type: CONVOLUTION')
  .replace('type: "ReLU"', 'type: RELU')
  .replace('type: "Pooling"', 'type: POOLING')
  .replace('type: "LRN"', 'type: LRN')
  .replace('type: "InnerProduct"', 'type: INNER_PRODUCT')
  .replace('type: "Dropout"', 'type: DROPOUT')
  .replace('type: "SoftmaxWithLoss"', 'type: SOFTMAX_LOSS');
const V0 = `name: "n" ${INPUT}
  layers { layer { name: "c" type: "conv" num_output: 4 kernelsize: 3 stride: 2 pad: 1
    weight_filler { type: "gaussian" std: 0.1 } } bottom: "data" top: "c" }
  layers { layer { name: "r" type: "relu" } bottom: "c" top: "c" }
  layers { layer { name: "p" type: "pool" pool: AVE kernelsize: 2 stride: 2 } bottom: "c" top: "p" }
  layers { layer { name: "n" type: "lrn" local_size: 3 alpha: 0.1 } bottom: "p" top: "n" }
  layers { layer { name: "f" type: "innerproduct" num_output: 5 biasterm: false } bottom: "n" top: "f" }
  layers { layer { name: "d" type: "dropout" dropout_ratio: 0.3 } bottom: "f" top: "f" }`;

describe('caffe', () => {
  test('versions 0, 1 and 2 of a net are one model', () => {
    const v2 = importCaffe(V2, undefined, { seededWeights: 3 });
    expect(v2.input.shape).toEqual([1, 3, 12, 10]);
    expect(v2.layers.map((l) => l.type)).toEqual(['conv2d', 'relu', 'avgPool', 'lrn', 'fc', 'dropout']);
    expect(importCaffe(V1, undefined, { seededWeights: 3 })).toEqual(v2);
    expect(importCaffe(V0, undefined, { seededWeights: 3 })).toEqual(v2);
  });

  test('only the layers given may occur, and their own rules come first', () => {
    const { relu, conv2d } = layers;
    const net = `${INPUT} layer { name: "r" type: "ReLU" bottom: "data" top: "r" }`;
    expect(importCaffe(net, undefined, { layers: { relu } }).layers[0].attrs).toEqual({ slope: 0 });
    expect(() => importCaffe(net, undefined, { layers: { conv2d } })).toThrow('ReLU (r). Supported: Convolution.');
    const steep = { op: relu, caffe: { ReLU: () => ({ attrs: { slope: 2 } }) } };
    const model = importCaffe(net, undefined, { layers: { steep } });
    expect(model.layers[0]).toMatchObject({ type: 'steep', attrs: { slope: 2 } });
    // Methods do not know it by name.
    expect(model.ops).toEqual({ steep: relu });
    const opOf = (of: Model) => {
      const tape = createTape();
      trace(tape, of, tape.leaf('data', f32(...of.input.shape)), table)('r');
      return tape.nodes[0].op;
    };
    expect(opOf(model)).toBe(relu);
    // Of several that take a layer the first; and an op of the caller's by the name of one of the library's.
    const own = { ...relu };
    expect(importCaffe(net, undefined, { layers: { steep, ...layers } }).layers[0].type).toBe('steep');
    expect(opOf(importCaffe(net, undefined, { layers: { ...layers, relu: own } }))).toBe(own);
    expect(importCaffe(net).ops).toBe(undefined);
  });

  test('a text alone is a net without weights, whose shapes are known and whose numbers are refused', () => {
    const model = importCaffe(V2);
    expect(model).toMatchObject({ weightless: true });
    expect(model.seeded).toBe(undefined);
    expect(model.weights.get('c.w')?.shape).toEqual([4, 3, 3, 3]);
    expect(() => model.weights.get('c.w')?.data).toThrow(
      /^caffe: 'c\.w' has no numbers\..*deploy\.prototxt,weights\.caffemodel/,
    );
  });

  test('weights drawn on request mark the model, in its converted file too', () => {
    const model = importCaffe(V2, undefined, { seededWeights: 3 });
    expect(model).toMatchObject({ seeded: true });
    expect(model.weightless).toBe(undefined);
    expect(readSafetensors(writeSafetensors(model)).seeded).toBe(true);
    const { seeded: _, ...trained } = model;
    expect(readSafetensors(writeSafetensors(trained)).seeded).toBe(undefined);
  });

  test('a net that has no weights to bring lacks none', () => {
    const net = `${INPUT} layer { name: "r" type: "ReLU" bottom: "data" top: "r" }`;
    expect(importCaffe(net).weightless).toBe(undefined);
    expect(importCaffe(net, undefined, { seededWeights: 0 }).seeded).toBe(undefined);
  });

  test('weights without a file follow the fillers and the seed', () => {
    const weights = (seed: number) =>
      importCaffe(V2, undefined, { seededWeights: seed }).weights.get('c.w')?.data ?? new Float32Array();
    expect(weights(1)).toEqual(weights(1));
    expect(weights(1)).not.toEqual(weights(2));
    const values = Float32Array.from(weights(1));
    const deviation = Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / values.length);
    expect(deviation).toBeGreaterThan(0.07);
    expect(deviation).toBeLessThan(0.13);
  });

  test('the bilinear filler enlarges by its factor', () => {
    const net = `${INPUT} layer { name: "up" type: "Deconvolution" bottom: "data" top: "up" convolution_param {
      num_output: 3 group: 3 kernel_size: 4 stride: 2 pad: 1 weight_filler { type: "bilinear" } } }`;
    const { shape = [], data = new Float32Array() } =
      importCaffe(net, undefined, { seededWeights: 0 }).weights.get('up.w') ?? {};
    expect(shape).toEqual([3, 1, 4, 4]);
    const along = [0.25, 0.75, 0.75, 0.25];
    const pyramid = along.flatMap((y) => along.map((x) => y * x));
    expect(Array.from(data)).toEqual([...pyramid, ...pyramid, ...pyramid]);
  });

  test('weights without a file take memory when they are read, and are drawn by their layer’s name', () => {
    const net = `${INPUT} layer { name: "f" type: "InnerProduct" bottom: "data" top: "f"
      inner_product_param { num_output: 30000 } }`;
    const { buffers } = measured(() => importCaffe(net, undefined, { seededWeights: 0 }));
    expect(buffers).toBe(0);
    const other = V2.replace('name: "c"', 'name: "first"');
    const weight = (text: string, key: string) =>
      importCaffe(text, undefined, { seededWeights: 3 }).weights.get(key)?.data;
    expect(weight(other, 'f.w')).toEqual(weight(V2, 'f.w'));
    expect(weight(V2, 'f.b')).toEqual(new Float32Array(5));
  });

  test('all unsupported layers are named at once', () => {
    const net = `${INPUT} layer { name: "a" type: "Warp" bottom: "data" top: "a" }
      layer { name: "b" type: "ReLU" bottom: "a" top: "b" } layer { name: "s" type: "Swirl" bottom: "b" top: "s" }`;
    expect(() => importCaffe(net)).toThrow(
      /^caffe: 2 unsupported layers: Warp \(a\), Swirl \(s\)\. Supported: AbsVal, ArgMax/,
    );
  });

  test('a data layer’s mean and scale become preprocessing', () => {
    const net = `layer { name: "data" type: "Data" top: "data" top: "label"
        transform_param { crop_size: 8 mean_value: 104 mean_value: 117 mean_value: 123 scale: 0.5 } }
      layer { name: "r" type: "ReLU" bottom: "data" top: "r" }`;
    const { input, preprocessing } = importCaffe(net);
    expect(input).toEqual({ name: 'data', shape: [1, 3, 8, 8] });
    expect(preprocessing).toMatchObject({ mean: [104, 117, 123], scale: 0.5, order: 'bgr', stated: true });
  });

  const TAIL = `${INPUT} layer { name: "c" type: "Convolution" bottom: "data" top: "c" convolution_param { num_output: 4 kernel_size: 3 } }
    layer { name: "r" type: "ReLU" bottom: "c" top: "c" }
    layer { name: "boxes" type: "PriorBox" bottom: "c" bottom: "data" top: "boxes" }
    layer { name: "out" type: "DetectionOutput" bottom: "c" bottom: "boxes" top: "out" }`;

  test('an unsupported end is left out and said; behind it no convolution may be missing', () => {
    const model = importCaffe(TAIL);
    expect(model.layers.map((l) => l.name)).toEqual(['c', 'r']);
    expect(model).toMatchObject({ partial: true });
    expect(model.notes?.join()).toMatch(/'boxes' \(PriorBox\), 'out' \(DetectionOutput\).*2 layers in all.*--until/);
    const more = `${TAIL} layer { name: "d" type: "Convolution" bottom: "boxes" top: "d" convolution_param { num_output: 1 kernel_size: 1 } }`;
    expect(() => importCaffe(more)).toThrow(/2 unsupported layers.*opens up to 'c' with until/);
  });

  test('until ends the net at a layer, or at what a blob holds at last', () => {
    const names = (until: string) => importCaffe(TAIL, undefined, { until }).layers.map((l) => l.name);
    expect(names('c')).toEqual(['c']);
    expect(names('r')).toEqual(['c', 'r']);
    expect(importCaffe(TAIL, undefined, { until: 'r' }).partial).toBe(undefined);
    expect(() => names('q')).toThrow("No layer 'q'");
  });

  test('a batch of one in a Reshape is the net’s own, and opens', () => {
    const net = `input: "data" input_dim: 1 input_dim: 3 input_dim: 2 input_dim: 2
      layer { name: "s" type: "Reshape" bottom: "data" top: "s" reshape_param { shape { dim: 1 dim: -1 } } }
      layer { name: "p" type: "Softmax" bottom: "s" top: "p" }`;
    const model = importCaffe(net);
    expect(model.batch).toBe(undefined);
    const tape = createTape();
    const image = tape.leaf('data', f32(5, 3, 2, 2));
    expect(trace(tape, model, image, table)('p').shape).toEqual([5, 12]);
  });

  test('a layer that sums over all pictures takes them one by one', () => {
    const model = importCaffe(`${INPUT} layer { name: "s" type: "Reduction" bottom: "data" top: "s" }`);
    expect(model.batch).toMatchObject({ size: 1, reason: expect.stringContaining("layer 's' (reduction)") });
  });
});
