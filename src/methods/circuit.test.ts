// Weights between layers beside float64: each is what the unit gains from one number of the earlier layer alone, in a net whose layers that
// are not linear were taken out by hand.
import { describe, expect, test } from 'vitest';
import { expectClose } from '../../test/support/close.js';
import { testContext } from '../../test/support/device.js';
import { interpret } from '../../test/support/interpret.js';
import { BRANCHES, C, conv, H, IMAGES, NET, netOf, SIZE, W } from '../attribute/smallNet.ref.js';
import { type Layer, type Model, weightsAsF32 } from '../graph/model.js';
import { importCaffe } from '../importers/index.js';
import { openNet } from '../scene/openNet.js';
import { locateUnit, parseUnit } from '../scene/unit.js';
import { circuit, type ExpandedWeights, expandedWeights } from './circuit.js';

const TOLERANCE = { atol: 1e-5, rtol: 1e-4 };

/** The layers behind blob `from`, as linear ones: their input is the blob. */
function linearAfter(model: Model, from: string): Model {
  const shape = from === model.input.name ? model.input.shape : openNet(model, { batch: 1 }).at.final(from).shape;
  const last = model.layers.reduce((found, { output }, i) => (output === from ? i : found), -1);
  const linear = (layer: Layer): Layer => {
    if (layer.type === 'relu' || layer.type === 'lrn') return { ...layer, type: 'identity', attrs: {} };
    if (layer.type === 'maxPool') return { ...layer, type: 'avgPool', attrs: { ...layer.attrs, divisor: 'padded' } };
    return layer;
  };
  return { ...model, input: { name: from, shape }, layers: model.layers.slice(last + 1).map(linear) };
}

/** What `unit` gains from a 1 at each number of blob `from`. */
function gains(model: Model, unit: string, from: string): Float64Array {
  const linear = linearAfter(model, from);
  const { shape } = linear.input;
  const size = shape.reduce((a, b) => a * b, 1);
  const address = parseUnit(unit);
  const of = (data: Float64Array): number => {
    const blob = interpret(linear, { shape, data }).get(address.layer);
    return blob ? blob.data[locateUnit(address, blob.shape).index] : Number.NaN;
  };
  const none = of(new Float64Array(size));
  return Float64Array.from({ length: size }, (_, i) => {
    const one = new Float64Array(size);
    one[i] = 1;
    return of(one) - none;
  });
}

/** Weights put back into the whole map of the layer. */
function whole({ window, channels, weights }: ExpandedWeights, h: number, w: number): Float64Array {
  const map = new Float64Array(channels * h * w);
  for (let c = 0; c < channels; c++)
    for (let y = 0; y < window.height; y++)
      for (let x = 0; x < window.width; x++)
        map[(c * h + window.top + y) * w + window.left + x] = weights[(c * window.height + y) * window.width + x];
  return map;
}

const sizeOfLayer = (model: Model, layer: string): readonly [number, number] => {
  const { shape } = layer === 'data' ? model.input : openNet(model, { batch: 1 }).at.final(layer);
  return [shape[2] ?? 1, shape[3] ?? 1];
};

/** Weights of `NET` by their key. */
function weightsOf(key: string, shape: readonly number[]): Float32Array {
  const weights = NET.weights.get(key);
  expect(weights?.shape).toEqual(shape);
  return weights ? weightsAsF32(weights) : new Float32Array();
}

describe('weights between layers', () => {
  test.each([
    ['b:4', 'a', NET],
    ['b:2:0,6', 'data', NET],
    ['c:5', 'join', BRANCHES],
    ['c:3:1,2', 'max', BRANCHES],
    ['c:0', 'a', BRANCHES],
    ['fc:2', 'a', BRANCHES],
    ['b1:3', 'data', BRANCHES],
  ] as const)('%s to %s are what the unit gains from each number', async (unit, layer, model) => {
    const ctx = await testContext();
    const found = await expandedWeights(ctx, model, [parseUnit(unit)], layer);
    const want = gains(model, unit, layer);
    expect(want.some((value) => value !== 0)).toBe(true);
    expectClose(unit, whole(found, ...sizeOfLayer(model, layer)), want, [want.length], TOLERANCE);
  });

  test('of many units at once are those of each alone', async () => {
    const ctx = await testContext();
    const units = Array.from({ length: 45 }, (_, i) => parseUnit(`b:${i % 6}:${i % 5},${i % 7}`));
    const all = await expandedWeights(ctx, NET, units, 'a');
    const size = 9 * 13;
    const maps = whole({ ...all, channels: 45 * 5 }, 9, 13);
    for (const n of [0, 7, 31, 32, 44]) {
      const alone = await expandedWeights(ctx, NET, [units[n]], 'a');
      expectClose(`${n}`, maps.slice(n * 5 * size, (n + 1) * 5 * size), whole(alone, 9, 13), [5 * size], TOLERANCE);
    }
  });

  test('by switches follow the maxima of the given picture', async () => {
    const ctx = await testContext();
    const pool =
      'layer { name: "p" type: "Pooling" bottom: "a" top: "p" pooling_param { pool: MAX kernel_size: 3 stride: 2 } }';
    const model = netOf(`${conv('a', 'data', 5)} ${pool} ${conv('c', 'p', 4)}`, 'c');
    const image = IMAGES.slice(SIZE, 2 * SIZE);
    const found = await expandedWeights(ctx, model, [parseUnit('c:1')], 'a', { pooling: 'switches', image });
    const toPooled = gains(model, 'c:1', 'p');
    const a = interpret(model, { shape: [1, C, H, W], data: Float64Array.from(image) }).get('a')?.data ?? [];
    const [h, w] = sizeOfLayer(model, 'p');
    const want = new Float64Array(5 * H * W);
    for (const [j, weight] of toPooled.entries()) {
      const [c, y, x] = [Math.floor(j / (h * w)), Math.floor(j / w) % h, j % w];
      let best = -1;
      for (let r = 2 * y; r < Math.min(2 * y + 3, H); r++)
        for (let s = 2 * x; s < Math.min(2 * x + 3, W); s++) {
          const at = (c * H + r) * W + s;
          if (best < 0 || a[at] > a[best]) best = at;
        }
      want[best] += weight;
    }
    expectClose('switches', whole(found, H, W), want, [want.length], TOLERANCE);
    await expect(expandedWeights(ctx, model, [parseUnit('c:1')], 'a', { pooling: 'switches' })).rejects.toThrow(
      'image: is needed',
    );
  });
});

describe('a circuit', () => {
  test('of layers that follow each other is made of the net’s own weights', async () => {
    const ctx = await testContext();
    const found = await circuit(ctx, NET, { unit: 'b:4', count: 3 });
    const data = weightsOf('b.w', [6, 5, 3, 3]);
    const kernels = Array.from({ length: 5 }, (_, c) => data.slice((4 * 5 + c) * 9, (4 * 5 + c + 1) * 9));
    const norm = (values: Float32Array) => Math.hypot(...values);
    const order = kernels.map((_, c) => c).sort((i, j) => norm(kernels[j]) - norm(kernels[i]));
    const [{ layer, of, units, window, share }] = found.inputs;
    expect([layer, of, window.height, window.width]).toEqual(['a', 5, 3, 3]);
    expect(units.map(({ unit }) => unit)).toEqual(order.slice(0, 3).map((c) => `a:${c}`));
    for (const [i, { weights, sum }] of units.entries()) {
      expectClose('kernel', weights, kernels[order[i]], [9], TOLERANCE);
      expect(sum).toBeCloseTo(
        kernels[order[i]].reduce((a, b) => a + b, 0),
        5,
      );
    }
    const square = (values: readonly Float32Array[]) => values.reduce((sum, own) => sum + norm(own) ** 2, 0);
    expect(share).toBeCloseTo(square(order.slice(0, 3).map((c) => kernels[c])) / square(kernels), 5);

    // Its output: the classes, each with a weight for every place of the map.
    const [outputs] = found.outputs;
    expect([outputs.layer, outputs.of, outputs.window.height, outputs.window.width]).toEqual(['fc', 4, 5, 7]);
    const fc = weightsOf('fc.w', [4, 6 * 35]);
    for (const { unit, weights } of outputs.units) {
      const row = (Number(unit.split(':')[1]) * 6 + 4) * 35;
      expectClose(unit, weights, fc.slice(row, row + 35), [35], TOLERANCE);
    }
  });

  test('starts behind a ReLU where it does before it, and goes through a concatenation', async () => {
    const ctx = await testContext();
    const named = await circuit(ctx, BRANCHES, { unit: 'c_relu:1', from: [] });
    expect(named.inputs[0]).toMatchObject({ layer: 'join', of: 7 });
    const both = await circuit(ctx, BRANCHES, { unit: 'a:2', to: ['data'] });
    expect(both.outputs.map(({ layer }) => layer)).toEqual(['b1', 'b2']);
  });

  test('refuses what is not linear, by name, and layers that do not lead to the unit', async () => {
    const ctx = await testContext();
    const refused = (model: Model, options: Parameters<typeof circuit>[2]) =>
      expect(circuit(ctx, model, { from: [], ...options })).rejects;
    await refused(NET, { unit: 'a:1', to: ['b'] }).toThrow("'b' does not lead to 'a'");
    await refused(NET, { unit: 'a:9' }).toThrow('channel 9 is outside');
    await refused(NET, { unit: 'a:1', count: 0 }).toThrow('count');
    const sigmoid = importCaffe(
      `input: "data" input_dim: 1 input_dim: 3 input_dim: 5 input_dim: 5 ${conv('a', 'data', 2)}
       layer { name: "bent" type: "Sigmoid" bottom: "a" top: "bent" } ${conv('b', 'bent', 2)}`,
      undefined,
      { seededWeights: 1 },
    );
    await refused(sigmoid, { unit: 'b:1', to: ['a'] }).toThrow(/bent/);
  });
});
