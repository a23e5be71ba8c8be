// Sorted features beside float64, with and without relevances, and the gradient by central differences with the relevances held.
import { describe, expect, test } from 'vitest';
import { expectClose } from '../../test/support/close.js';
import { testContext } from '../../test/support/device.js';
import { distinct } from '../../test/support/op.js';
import { grad } from '../autodiff/grad.js';
import { compile } from '../graph/plan.js';
import { openNet } from '../scene/openNet.js';
import { createStudy } from '../synthesize/study.js';
import { synthesize } from '../synthesize/synthesize.js';
import { sortedFeatures } from './index.js';
import { type Maps, smallNet } from './smallNet.ref.js';
import { vital } from './vital.js';

const ctx = await testContext();
const [N, REAL, UNIT] = [2, 3, 5];
const SIZE = 3 * 11 * 11;
const net = smallNet(8, 4, (n) => distinct(n, n));
const images = distinct(N * SIZE, 4);
const real = distinct(REAL * SIZE, 5);
const toRelu4 = net.toRelu4(UNIT);
const realLayers = net.layers(Float64Array.from(real));
const average = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0) / x.length;
const norm01 = (x: readonly number[]): number[] => {
  const least = Math.min(...x);
  const most = Math.max(...x) - least;
  return x.map((v) => (v - least) / (most + 1e-6));
};
const ascending = (x: readonly number[]): number[] => [...x].sort((a, b) => a - b);

/** Activation times gradient, `[channel][place]`. */
const relevance = (layers: Maps, n: number): number[][] =>
  layers('relu4', n).map((map, c) => Array.from(map, (v, p) => v * toRelu4[c * 121 + p]));
/** What is compared in relu4: with relevances of the image at `held`. */
const shown = (layers: Maps, n: number, held: Maps): number[][] =>
  layers('relu4', n).map((map, c) => {
    const factors = norm01(relevance(held, n)[c]);
    return Array.from(map, (v, p) => v * factors[p]);
  });
const plain = (layer: string) => (layers: Maps, n: number) => layers(layer, n).map((map) => Array.from(map));

/** −mean of ρ·(sort(y) − target)². */
function wanted(
  y: readonly (readonly number[])[],
  target: readonly (readonly number[])[],
  rho: readonly number[],
): number {
  return -average(y.flatMap((map, c) => ascending(map).map((v, r) => rho[c] * (v - target[c][r]) ** 2)));
}
/** The mean of sorted values of the pictures. */
const targetOf = (values: (layers: Maps, n: number) => readonly (readonly number[])[]): number[][] => {
  const each = Array.from({ length: REAL }, (_, n) => values(realLayers, n).map(ascending));
  return each[0].map((map, c) => map.map((_, r) => average(each.map((own) => own[c][r]))));
};
const RHO = (() => {
  const each = Array.from({ length: REAL }, (_, n) => norm01(relevance(realLayers, n).map((map) => Math.max(...map))));
  return each[0].map((_, c) => average(each.map((own) => own[c])));
})();

const CASES = [
  {
    name: 'a layer with maps',
    objective: sortedFeatures.make({ layer: 'conv5', pictures: 'real' }),
    want: (layers: Maps, n: number) =>
      wanted(plain('conv5')(layers, n), targetOf(plain('conv5')), new Array<number>(8).fill(1)),
  },
  {
    name: 'a layer without maps',
    objective: sortedFeatures.make({ layer: 'fc8', pictures: 'real' }),
    want: (layers: Maps, n: number) =>
      wanted(plain('fc8')(layers, n), targetOf(plain('fc8')), new Array<number>(4).fill(1)),
  },
  {
    name: 'a layer by its relevance for a unit',
    objective: sortedFeatures.make({ layer: 'relu4', pictures: 'real', unit: `conv5:${UNIT}` }),
    want: (layers: Maps, n: number, held: Maps) =>
      wanted(
        shown(layers, n, held),
        targetOf((of, m) => shown(of, m, of)),
        RHO,
      ),
  },
  {
    name: 'two layers with weights',
    objective: vital({ layers: ['conv5', 'fc8'], weights: [2, 0.5], pictures: 'real' }),
    want: (layers: Maps, n: number) =>
      2 * wanted(plain('conv5')(layers, n), targetOf(plain('conv5')), new Array<number>(8).fill(1)) +
      0.5 * wanted(plain('fc8')(layers, n), targetOf(plain('fc8')), new Array<number>(4).fill(1)),
  },
];

describe('sortedFeatures', () => {
  test.each(CASES)(
    'of $name: the value, and the gradient that central differences say',
    async ({ objective, want }) => {
      const scene = openNet(net.model, { batch: N, references: { real } });
      const y = objective.build(scene);
      const seed = scene.tape.constant('seed', [N], new Float32Array(N).fill(1));
      const [dx] = grad(scene.tape, y, [scene.image], { seed });
      using plan = await compile(ctx, scene.tape, { keep: [y, dx] });
      plan.write(scene.image, images);
      plan.run();
      const at = Float64Array.from(images);
      const held = net.layers(at);
      const values = () => {
        const layers = net.layers(at);
        return Array.from({ length: N }, (_, n) => want(layers, n, held));
      };
      expectClose('value', await plan.read(y), values(), [N], { atol: 1e-6, rtol: 1e-4 });
      const total = () => values().reduce((a, b) => a + b, 0);
      const places = Array.from({ length: 8 }, (_, i) => 31 + 83 * i);
      const differences = places.map((i) => {
        const v = at[i];
        at[i] = v + 1e-5;
        const up = total();
        at[i] = v - 1e-5;
        const down = total();
        at[i] = v;
        return (up - down) / 2e-5;
      });
      const got = await plan.read(dx);
      const most = Math.max(...differences.map(Math.abs));
      expect(most).toBeGreaterThan(0);
      const tolerance = { atol: 1e-4 * most, rtol: 1e-3 };
      expectClose(
        'gradient',
        places.map((i) => got[i]),
        differences,
        [places.length],
        tolerance,
      );
    },
  );

  test.each(CASES)('of $name rises, and is 0 for the picture itself', async ({ objective }) => {
    const study = createStudy({
      objective,
      regularize: [],
      optim: [{ name: 'unitLength' }, { name: 'sgd', lr: 0.2 }],
      steps: 8,
    });
    const run = synthesize(ctx, net.model, study, { references: { real: [real.slice(0, SIZE), real.slice(SIZE)] } });
    let next = await run.next();
    while (!next.done) next = await run.next();
    const [rows] = next.value.records;
    expect(rows[7].objective).toBeGreaterThan(rows[0].objective);

    const scene = openNet(net.model, { references: { real: real.slice(0, SIZE) } });
    const y = objective.build(scene);
    using plan = await compile(ctx, scene.tape, { keep: [y] });
    plan.write(scene.image, real.slice(0, SIZE));
    plan.run();
    expect(Math.abs((await plan.read(y))[0])).toBeLessThan(1e-10);
  });

  test.each([
    [
      'relevances where there are no maps',
      () =>
        sortedFeatures
          .make({ layer: 'fc8', pictures: 'real', unit: 'fc8:1' })
          .build(openNet(net.model, { references: { real } })),
      "sortedFeatures.unit: needs a layer with maps, 'fc8' is [3,4]; leave it out",
    ],
    [
      'one place of a channel',
      () => sortedFeatures.make({ layer: 'relu4', pictures: 'real', unit: 'conv5:1:2,2' }),
      "sortedFeatures.unit: is a whole channel, layer:channel, got 'conv5:1:2,2'",
    ],
    [
      'weights for other layers',
      () => vital({ layers: ['conv5'], weights: [1, 2], pictures: 'real' }),
      'weights: needs 1, one for each layer, got 2',
    ],
  ])('%s are refused', (_, make, message) => {
    expect(make).toThrow(message);
  });
});
