// Relevance beside its definition in float64: each layer's products one by one, shared as the rule says.
import { describe, expect, test } from 'vitest';
import { expectClose } from '../../test/support/close.js';
import { testContext } from '../../test/support/device.js';
import type { Model } from '../graph/model.js';
import { explain } from '../methods/explain.js';
import { BRANCHES, blob, C, conv, each, H, IMAGES, NET, netOf, SIZE, sum, W } from './smallNet.ref.js';

const CLASS = 2;
const CLOSE = { atol: 1e-5, rtol: 1e-3 };

const lrp = async (options: object, model: Model = NET, images = IMAGES, unit = `fc:${CLASS}`) =>
  explain(await testContext(), model, images, { unit, method: { name: 'lrp', ...options } });

/** One product of a layer: which input, which output, and what it puts in. */
type Product = readonly [from: number, to: number, value: number];

const weightOf = (name: string, slot: string): ArrayLike<number> => {
  const key = NET.layers.find((layer) => layer.name === name)?.weights[slot] ?? '';
  return NET.weights.get(key)?.data ?? [];
};

/** The products of a convolution of 3x3 with a border of 1, from maps of `h` rows of `w`. */
function productsOf(name: string, x: Float64Array, [c, h, w]: readonly number[], outputs: number, stride: number) {
  const weights = weightOf(name, 'w');
  const [P, Q] = [Math.ceil(h / stride), Math.ceil(w / stride)];
  const products: Product[] = [];
  for (let k = 0; k < outputs; k++)
    for (let p = 0; p < P; p++)
      for (let q = 0; q < Q; q++)
        for (let i = 0; i < c * 9; i++) {
          const [channel, r, s] = [Math.floor(i / 9), Math.floor(i / 3) % 3, i % 3];
          const [y, v] = [p * stride + r - 1, q * stride + s - 1];
          if (y < 0 || y >= h || v < 0 || v >= w) continue;
          const from = (channel * h + y) * w + v;
          products.push([from, (k * P + p) * Q + q, x[from] * weights[k * c * 9 + i]]);
        }
  return { products, bias: (to: number) => weightOf(name, 'b')[Math.floor(to / (P * Q))] };
}

interface Layer {
  readonly products: readonly Product[];
  readonly bias: (to: number) => number;
}
/** What each input gets, of `inputs` ones. */
type Share = (layer: Layer, relevance: Float64Array, inputs: number) => Float64Array;

const totals = (layer: Layer, outputs: number, biases: boolean, keep: (v: number) => number): Float64Array => {
  const z = Float64Array.from({ length: outputs }, (_, to) => (biases ? keep(layer.bias(to)) : 0));
  for (const [, to, v] of layer.products) z[to] += keep(v);
  return z;
};
const handOut = (layer: Layer, inputs: number, of: (to: number, v: number) => number): Float64Array => {
  const out = new Float64Array(inputs);
  for (const [from, to, v] of layer.products) out[from] += of(to, v);
  return out;
};
const epsilonRule =
  (epsilon: number, biases: boolean): Share =>
  (layer, relevance, inputs) => {
    const z = totals(layer, relevance.length, biases, (v) => v);
    return handOut(layer, inputs, (to, v) => (v / (z[to] + (z[to] >= 0 ? epsilon : -epsilon))) * relevance[to]);
  };
const alphaBetaRule =
  (alpha: number, biases: boolean): Share =>
  (layer, relevance, inputs) => {
    const up = totals(layer, relevance.length, biases, (v) => Math.max(v, 0));
    const down = totals(layer, relevance.length, biases, (v) => Math.min(v, 0));
    return handOut(layer, inputs, (to, v) => {
      if (v === 0) return 0;
      return relevance[to] * (v > 0 ? (alpha * v) / up[to] : ((1 - alpha) * v) / down[to]);
    });
  };

/** Relevance of one picture, back through `fc`, `b` and `a`; of `only` the channels of `b`, where they are named. */
function relevanceOf(image: Float64Array, [inA, inB, inFc]: readonly [Share, Share, Share], only?: readonly number[]) {
  const [a, b] = [blob(image, 'a'), blob(image, 'b')];
  const weights = weightOf('fc', 'w');
  const fc: Layer = {
    products: Array.from(b, (v, i): Product => [i, 0, v * weights[CLASS * b.length + i]]),
    bias: () => weightOf('fc', 'b')[CLASS],
  };
  const atB = inFc(fc, Float64Array.of(blob(image, 'fc')[CLASS]), b.length).map((v, i) =>
    only && !only.includes(Math.floor(i / 35)) ? 0 : v,
  );
  const atA = inB(productsOf('b', a, [5, H, W], 6, 2), atB, a.length);
  return inA(productsOf('a', image, [C, H, W], 5, 1), atA, SIZE);
}

describe('shares', () => {
  const E = 0.01;
  const absolute = (biases: boolean) => epsilonRule(E, biases);
  // As the part says it; in a, in b, and in the fully connected layer.
  const CASES: readonly (readonly [string, object, Share, Share, Share])[] = [
    ['epsilon', { rule: 'epsilon' }, absolute(false), absolute(false), absolute(false)],
    [
      'epsilon, biases with a share',
      { rule: 'epsilon', biases: 'share' },
      absolute(true),
      absolute(true),
      absolute(true),
    ],
    ['z plus', { rule: 'zPlus' }, alphaBetaRule(1, false), alphaBetaRule(1, false), alphaBetaRule(1, false)],
    ['alpha 2', { rule: 'alphaBeta' }, alphaBetaRule(2, false), alphaBetaRule(2, false), alphaBetaRule(2, false)],
    [
      'alpha 3, biases with a share',
      { rule: 'alphaBeta', alpha: 3, biases: 'share' },
      alphaBetaRule(3, true),
      alphaBetaRule(3, true),
      alphaBetaRule(3, true),
    ],
    ['the composite', {}, alphaBetaRule(1, false), alphaBetaRule(1, false), absolute(false)],
    ['the composite from b on', { upper: 'b' }, alphaBetaRule(1, false), absolute(false), absolute(false)],
  ];

  test.each(CASES)('by %s are the definition’s', async (_, options, inA, inB, inFc) => {
    const { map, gap = [], values } = await lrp(options);
    const want = each((image) => relevanceOf(image, [inA, inB, inFc]));
    const reach = want.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
    expectClose('relevance', map.data, want, map.shape, { atol: 1e-4 * reach, rtol: 1e-3 });
    for (const n of [0, 1]) expect(gap[n]).toBeCloseTo(values[n] - sum(want.subarray(n * SIZE, (n + 1) * SIZE)), 3);
  });

  test('of channels are those that go through them, and add up to all', async () => {
    const low = alphaBetaRule(1, false);
    const some = await lrp({ layer: 'b', channels: [1, 4] });
    const want = each((image) => relevanceOf(image, [low, low, epsilonRule(E, false)], [1, 4]));
    expectClose('relevance', some.map.data, want, some.map.shape, CLOSE);
    const rest = await lrp({ layer: 'b', channels: [0, 2, 3, 5] });
    const all = await lrp({});
    const both = some.map.data.map((v, i) => v + rest.map.data[i]);
    expectClose('relevance', both, all.map.data, all.map.shape, CLOSE);
  });
});

describe('conservation', () => {
  test.each([
    { rule: 'zPlus', epsilon: 0 },
    { rule: 'alphaBeta', alpha: 2, epsilon: 0 },
    { rule: 'composite', epsilon: 1e-6 },
    { rule: 'epsilon', epsilon: 1e-6 },
  ])('by $rule through branches, pooling, LRN and a sum, nothing is lost', async (options) => {
    const { map, values, gap = [] } = await lrp(options, BRANCHES);
    for (const n of [0, 1]) {
      const total = sum(map.data.subarray(n * SIZE, (n + 1) * SIZE));
      expect(Math.abs(total - values[n])).toBeLessThan(0.01 * Math.abs(values[n]));
      expect(gap[n]).toBeCloseTo(values[n] - total, 4);
    }
  });

  test('each picture has the relevance that it has alone', async () => {
    const both = await lrp({}, BRANCHES);
    const alone = await lrp({}, BRANCHES, IMAGES.slice(SIZE));
    expectClose('lrp', both.map.data.subarray(SIZE), alone.map.data, alone.map.shape, CLOSE);
  });
});

describe('what does not hand on relevance is refused', () => {
  const SOFT = netOf(`${conv('a', 'data', 5)}`, 'a');
  const soft: Model = {
    ...SOFT,
    layers: [
      ...SOFT.layers,
      { name: 'prob', type: 'softmax', attrs: { from: 1, to: 2 }, inputs: ['fc'], output: 'prob', weights: {} },
    ],
  };

  test('a softmax, by its name', async () => {
    await expect(lrp({}, soft, IMAGES, 'prob:1')).rejects.toThrow(
      /lrp: 1 unsupported layer: softmax \(prob\)\. Explain a unit before them/,
    );
    await expect(lrp({}, soft)).resolves.toBeDefined();
  });

  test('channels without a layer, or that it has not', async () => {
    await expect(lrp({ channels: [1] })).rejects.toThrow('channels: go with a layer');
    await expect(lrp({ layer: 'b', channels: [6] })).rejects.toThrow('lrp.channels: must be channels from 0 to 5');
  });
});
