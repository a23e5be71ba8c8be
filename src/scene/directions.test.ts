// Layers of directions beside float64: numbers in batches and alone, what is around them, and what is refused.
import { describe, expect, test } from 'vitest';
import { expectClose } from '../../test/support/close.js';
import { testContext } from '../../test/support/device.js';
import { createRng } from '../core/rng.js';
import { importCaffe, isDictionary, readDictionary, writeDictionary, writeNpy } from '../importers/index.js';
import { directionValues } from '../methods/directions.js';
import { codeNames, layersOfCodes } from '../methods/facets.js';
import { findTopImages, topOf } from '../methods/topImages.js';
import { type Dictionary, withDirections } from './directions.js';
import { activations } from './forward.js';
import { modelHash } from './modelHash.js';
import { classesOf, outputLayer } from './outputs.js';
import { unitLayers } from './unitLayers.js';

const FILLER = 'weight_filler { type: "gaussian" std: 0.2 }';
const NET = `name: "small" input: "data" input_dim: 1 input_dim: 3 input_dim: 9 input_dim: 7
  layer { name: "conv" type: "Convolution" bottom: "data" top: "conv" convolution_param { num_output: 6 kernel_size: 3 ${FILLER} } }
  layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }
  layer { name: "pool" type: "Pooling" bottom: "conv" top: "pool" pooling_param { pool: MAX kernel_size: 2 stride: 2 } }
  layer { name: "fc6" type: "InnerProduct" bottom: "pool" top: "fc6" inner_product_param { num_output: 8 ${FILLER} } }
  layer { name: "relu6" type: "ReLU" bottom: "fc6" top: "fc6" }
  layer { name: "fc7" type: "InnerProduct" bottom: "fc6" top: "fc7" inner_product_param { num_output: 3 ${FILLER} } }
  layer { name: "prob" type: "Softmax" bottom: "fc7" top: "prob" }`;
const net = importCaffe(NET, undefined, { seededWeights: 3 });

const rng = createRng(11);
const normal = (n: number) => Float32Array.from({ length: n }, () => rng.normal());
const dictionary = (layer: string, channels: number, count: number, more: Partial<Dictionary> = {}): Dictionary => ({
  layer,
  name: 'own',
  method: 'custom',
  channels,
  count,
  directions: normal(count * channels),
  activation: 'linear',
  ...more,
});
const CASES: readonly Dictionary[] = [
  dictionary('conv', 6, 4),
  dictionary('conv', 6, 5, {
    name: 'mean-and-bias',
    mean: normal(6),
    bias: normal(5),
    encoder: normal(30),
    activation: 'relu',
  }),
  dictionary('conv', 6, 9, { name: 'top', mean: normal(6), bias: normal(9), activation: { topK: 3 } }),
  dictionary('fc6', 8, 3, { name: 'flat', mean: normal(8) }),
  dictionary('fc6', 8, 11, { name: 'flat-top', bias: normal(11), activation: { topK: 2 } }),
];
const IMAGES = 3;
const input = normal(IMAGES * 3 * 9 * 7);

describe('a layer of directions', () => {
  test.each(CASES)('$layer@$name is its formula in float64, in a batch and alone', async (own) => {
    const ctx = await testContext();
    const model = await withDirections(net, [own]);
    const name = `${own.layer}@${own.name}`;
    // The last of its layers: their final content.
    const last = model.layers.filter(({ output }) => output === name).at(-1)?.name ?? '';
    const source = net.layers.filter(({ output }) => output === own.layer).at(-1)?.name ?? '';
    const batch = await activations(ctx, model, input, [source, last]);
    const [x, y] = [source, last].map((layer) => batch.get(layer) ?? { shape: [], data: new Float32Array() });
    const places = x.data.length / IMAGES / own.channels;
    expect(y.shape).toEqual(x.shape.map((size, axis) => (axis === 1 ? own.count : size)));
    for (let n = 0; n < IMAGES; n++) {
      const rows = new Float64Array(places * own.channels);
      for (let p = 0; p < places; p++)
        for (let c = 0; c < own.channels; c++) rows[p * own.channels + c] = x.data[(n * own.channels + c) * places + p];
      const want = directionValues(own, { rows: places, columns: own.channels, data: rows });
      for (let p = 0; p < places; p++)
        for (let k = 0; k < own.count; k++)
          expect(y.data[(n * own.count + k) * places + p]).toBeCloseTo(want.data[p * own.count + k], 4);
      const size = input.length / IMAGES;
      const alone = await activations(ctx, model, input.slice(n * size, (n + 1) * size), [last]);
      const share = y.data.length / IMAGES;
      const row = y.data.slice(n * share, (n + 1) * share);
      // A batch may choose kernels that add in another order.
      expectClose('alone', alone.get(last)?.data ?? [], row, [share], { atol: 1e-5, rtol: 1e-5 });
    }
  });

  test('leaves the net as it is: its output, its classes, its other layers', async () => {
    const ctx = await testContext();
    const model = await withDirections(net, CASES);
    expect([outputLayer(model), classesOf(model)]).toEqual([outputLayer(net), classesOf(net)]);
    const [before, after] = [
      await activations(ctx, net, input, ['prob']),
      await activations(ctx, model, input, ['prob']),
    ];
    expect(after.get('prob')?.data).toEqual(before.get('prob')?.data);
    expect(codeNames(model, 'fc7:1')).toEqual(codeNames(net, 'fc7:1'));
    const layers = unitLayers(model).layers.map(({ layer }) => layer);
    expect(layers).toEqual(expect.arrayContaining(CASES.map(({ layer, name }) => `${layer}@${name}`)));
  });

  test('is searched for top images like any other', async () => {
    const ctx = await testContext();
    const model = await withDirections(net, CASES);
    const size = input.length / IMAGES;
    const set = Array.from({ length: IMAGES }, (_, id) => ({ id, input: input.slice(id * size, (id + 1) * size) }));
    const found = await findTopImages(ctx, model, set, { layers: ['conv@top'], k: 1 });
    const [top] = topOf(found, 'conv@top', 2);
    const maps = (await activations(ctx, model, input, ['conv@top.top'])).get('conv@top.top')?.data ?? [];
    const places = 7 * 5;
    const best = Array.from({ length: IMAGES }, (_, n) =>
      Math.max(...maps.slice((n * 9 + 2) * places, (n * 9 + 3) * places)),
    );
    expect(top.image).toBe(best.indexOf(Math.max(...best)));
    expect(top.value).toBeCloseTo(Math.max(...best), 5);
  });

  test('an address of directions and a code of a whole layer are told apart', async () => {
    const model = await withDirections(net, [CASES[0], CASES[3]]);
    expect(layersOfCodes(model, ['conv@own', 'fc6@max', 'conv@own@relevance'])).toMatchObject([
      { layer: 'conv@own', shape: [4, 7, 5] },
      { layer: 'fc6' },
      { layer: 'conv@own' },
    ]);
    const taken = { ...CASES[0], name: 'relevance' };
    await expect(withDirections(net, [taken])).rejects.toThrow(
      "not mean, max or relevance, which are codes of a layer; got 'relevance'",
    );
  });

  test('what does not fit is refused by name', async () => {
    const refused = (own: Dictionary) => expect(withDirections(net, [own])).rejects;
    await refused(dictionary('conv', 5, 2)).toThrow("'conv@own' is made for 5 channels, layer 'conv' of 'small' has 6");
    await refused(dictionary('convv', 6, 2)).toThrow('conv');
    await refused(dictionary('prob', 3, 2)).toThrow("'prob' is the output of 'small'");
    await refused({ ...CASES[0], directions: normal(3) }).toThrow("'directions' must hold 24 numbers, got 3");
    await refused({ ...CASES[0], mean: new Float32Array(6).fill(Number.NaN) }).toThrow("'mean' must be finite");
    await refused({ ...CASES[2], activation: { topK: 10 } }).toThrow('top-k must keep from 1 to 9, got 10');
    await expect(withDirections(net, [CASES[0], CASES[0]])).rejects.toThrow("'conv@own' is a layer of 'small' already");
    await refused({ ...CASES[0], model: { name: 'other', hash: 'f'.repeat(64) } }).toThrow(
      "was found in 'other' (ffffffffffff), this net is 'small'",
    );
    const hash = (await modelHash(net)) ?? '';
    expect((await withDirections(net, [{ ...CASES[0], model: { name: 'small', hash } }])).layers.length).toBe(8);
  });
});

describe('a file of directions', () => {
  test.each(CASES)('gives back $layer@$name', (own) => {
    const whole: Dictionary = {
      ...own,
      labels: Array.from({ length: own.count }, (_, k) => `<${k}>`),
      model: { name: 'small', hash: 'abc' },
      notes: { samples: '12' },
    };
    const bytes = writeDictionary(whole);
    expect(readDictionary(bytes)).toEqual(whole);
    expect([isDictionary(bytes), isDictionary(writeNpy([2, 2], normal(4)))]).toEqual([true, false]);
  });

  test("may be somebody's own array, of a layer that is said beside it", () => {
    const data = normal(12);
    const bytes = writeNpy([2, 6], data);
    expect(readDictionary(bytes, { layer: 'conv', name: 'mine' })).toEqual({
      layer: 'conv',
      name: 'mine',
      method: 'custom',
      count: 2,
      channels: 6,
      directions: data,
      activation: 'linear',
    });
    expect(() => readDictionary(bytes)).toThrow('does not say which layer they are directions of');
    expect(() => readDictionary(writeNpy([12], data), { layer: 'conv' })).toThrow(
      "'directions' must be [K,C], it is [12]",
    );
  });
});
