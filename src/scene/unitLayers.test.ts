// Which layers have units: those whose blobs have a row for each image, and a channel axis after it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { testContext } from '../../test/support/device.js';
import { describeWithData, sharedData } from '../../test/support/shared.js';
import type { Layer, Model } from '../graph/model.js';
import { importCaffe, importModel } from '../importers/index.js';
import { findTopImages } from '../methods/topImages.js';
import { searchedLayers, unitLayers } from './unitLayers.js';

/** A net whose layers differ in what they make of the batch. */
const FILE = importCaffe(
  `name: "mixed" input: "data" input_dim: 1 input_dim: 3 input_dim: 6 input_dim: 8
     layer { name: "conv" type: "Convolution" bottom: "data" top: "conv" convolution_param { num_output: 4 kernel_size: 3 } }
     layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }
     layer { name: "tokens" type: "Reshape" bottom: "conv" top: "tokens" reshape_param { shape { dim: 0 dim: 4 dim: -1 } } }
     layer { name: "rows" type: "Reshape" bottom: "conv" top: "rows" reshape_param { shape { dim: -1 dim: 24 } } }
     layer { name: "fc" type: "InnerProduct" bottom: "conv" top: "fc" inner_product_param { num_output: 5 } }`,
);
const layer = (name: string, type: string, attrs: object, input = 'conv'): Layer => {
  return { name, type, attrs: { ...attrs }, inputs: [input], output: name, weights: {} };
};
const NET: Model = {
  ...FILE,
  layers: [
    ...FILE.layers,
    layer('one', 'reshape', { shape: [1, 4, 4, 6] }),
    layer('last', 'transpose', { order: [0, 2, 3, 1] }),
  ],
};

test('blobs with a row for each image have units, each blob once', () => {
  expect(unitLayers(NET).layers).toEqual([
    { layer: 'conv', shape: [4, 4, 6] },
    { layer: 'fc', shape: [5, 1, 1] },
  ]);
});

test('the others are named with their reason', () => {
  const { without } = unitLayers(NET);
  expect(without.map(({ layer, reason }) => [layer, reason])).toEqual([
    ['tokens', 'is [1,4,24], neither [N,C] nor [N,C,H,W]'],
    ['rows', 'has no row for each image: it is [4,24] for one and [8,24] for two'],
    ['one', expect.stringContaining('takes one image alone (')],
    ['last', 'is [1,4,6,4] with its channels last'],
  ]);
});

test('a layer that was asked for must have units', () => {
  expect(() => searchedLayers(NET, { layers: ['conv', 'rows'] })).toThrow(
    "layer 'rows': it has no units: it has no row for each image: it is [4,24] for one and [8,24] for two",
  );
});

describeWithData('a detector with tokens and constants among its blobs', () => {
  const detector = () => {
    const bytes = readFileSync(join(sharedData() ?? '', 'reports/14-top-mixed-layers/yolov8.onnx'));
    return importModel([{ name: 'yolov8.onnx', bytes }]);
  };

  test('all its layers can be searched', async () => {
    const model = detector();
    const { layers: found, without } = unitLayers(model);
    expect(without.some(({ shape }) => shape.length === 3)).toBe(true);
    const size = model.input.shape.reduce((a, b) => a * b, 1);
    const images = [0, 1].map((id) => ({
      id,
      input: Float32Array.from({ length: size }, (_, i) => ((i + id) % 7) / 7),
    }));
    const top = await findTopImages(await testContext(), model, images, { k: 1 });
    expect(top.layers.map(({ layer }) => layer)).toEqual(found.map(({ layer }) => layer));
  });
});
