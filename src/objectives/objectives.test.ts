// Every objective against the same number worked out in float64 from the net's activations, for a batch, and whether ascent raises it.
import { describe, expect, test } from 'vitest';
import { expectClose } from '../../test/support/close.js';
import { testContext } from '../../test/support/device.js';
import { distinct } from '../../test/support/op.js';
import { grad } from '../autodiff/grad.js';
import { PLAIN } from '../graph/model.js';
import { compile } from '../graph/plan.js';
import { loadModel } from '../node/index.js';
import type { Made } from '../parts/part.js';
import { activations } from '../scene/forward.js';
import { type Picture, preprocessPicture } from '../scene/input.js';
import { openNet } from '../scene/openNet.js';
import { createRun } from '../synthesize/run.js';
import { createStudy, type Study } from '../synthesize/study.js';
import { synthesize } from '../synthesize/synthesize.js';
import * as objectives from './index.js';
import { type Maps, mapsOf, smallNet } from './smallNet.ref.js';

const { alignment, caricature, channel, direction, directionAt, diversity, forImage, interpolate, layer } = objectives;
const { logit, logProbability, match, mean, neuron, patch, probability, scale, sum } = objectives;
/** Those with a test of their own. */
const ELSEWHERE = ['caption', 'each', 'inNet', 'logShare', 'sortedFeatures'];
const N = 3;
/** Of the central differences. */
const STEP = 1e-5;
const model = await loadModel('mini-caffenet');
const ctx = await testContext();
const size = model.input.shape.slice(1).reduce((a, b) => a * b, 1);
const input = distinct(N * size, 5).map((v) => 60 * v);
/** A picture that objectives name, whose activations stand behind those of the images. */
const photo = distinct(size, 12).map((v) => 60 * v);
const found = await activations(ctx, model, Float32Array.of(...input, ...photo), ['conv5', 'fc8']);

const maps = mapsOf(found);
/** With as many channels and classes as the other, but small enough for central differences. */
const small = smallNet(maps('conv5', 0).length, maps('fc8', 0).length, (n) => distinct(n, n));
const images = distinct(N * 3 * 11 * 11, 6);
const smallPhoto = distinct(3 * 11 * 11, 13);
/** What the small net makes of the images with one number more, and less, by `STEP`. */
const changed = Array.from({ length: 16 }, (_, i) => {
  const place = (i * 277 + 60) % images.length;
  const [up, down] = [STEP, -STEP].map((h) => {
    const all = Float64Array.of(...images, ...smallPhoto);
    all[place] += h;
    return small.layers(all);
  });
  return { place, up, down };
});

const average = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const C = maps('conv5', 0).length;
const vector = Array.from(distinct(C, 8));
const scores = Array.from(distinct(maps('fc8', 0).length, 9));

/** Σ_c a_c·v_c, and with the cosine to the power of `power` (lucid: at least 0.1). */
const towards = (a: readonly number[], v: ArrayLike<number>, power: number): number => {
  const dot = a.reduce((total, own, c) => total + own * v[c], 0);
  if (power === 0) return dot;
  const lengths = Math.hypot(...Array.from(v)) * Math.hypot(...a);
  return dot * Math.max(0.1, lengths > 0 ? dot / lengths : 0) ** power;
};
const at = (maps: Maps, n: number, place: number) => maps('conv5', n).map((map) => map[place]);
const places = (maps: Maps) => Array.from(maps('conv5', 0)[0], (_, place) => place);
/** The same at each place. */
const along = (maps: Maps, n: number, power: number): number =>
  average(places(maps).map((place) => towards(at(maps, n, place), vector, power)));
/** Of each two channels, Σ over places of their product, the whole of length 1. */
const grams = new WeakMap<Float64Array, number[]>();
const gram = (maps: Maps, n: number): number[] => {
  const own = maps('conv5', n);
  const known = grams.get(own[0]);
  if (known) return known;
  const products = own.flatMap((a) => own.map((b) => a.reduce((total, v, i) => total + v * b[i], 0)));
  const length = Math.sqrt(products.reduce((total, v) => total + v * v, 0));
  const unit = products.map((v) => v / length);
  grams.set(own[0], unit);
  return unit;
};
const alike = (maps: Maps, n: number): number => {
  const [own, ...rest] = [n, ...others(n)].map((image) => gram(maps, image));
  return rest.reduce((sum, other) => sum + own.reduce((dot, v, i) => dot + v * other[i], 0), 0);
};
const others = (n: number) => Array.from({ length: N }, (_, i) => i).filter((i) => i !== n);
/** The mean squared difference of two images. */
const apart = (maps: Maps, n: number, m: number): number =>
  average(maps('conv5', n).flatMap((map, c) => Array.from(map, (v, i) => (v - maps('conv5', m)[c][i]) ** 2)));
const centre = (map: Float64Array): number => {
  const side = Math.sqrt(map.length);
  return map[Math.floor(side / 2) * side + Math.floor(side / 2)];
};
/** The mean over some rows and columns of a map, from the first to the one after the last; the 3×3 places at its centre by default. */
const square = (map: Float64Array, rows?: readonly [number, number], columns = rows): number => {
  const side = Math.sqrt(map.length);
  const middle = Math.floor(side / 2);
  const [[top, bottom], [left, right]] = [rows ?? [middle - 1, middle + 2], columns ?? [middle - 1, middle + 2]];
  return average(
    [...map].filter((_, i) => {
      const [y, x] = [Math.floor(i / side), i % side];
      return y >= top && y < bottom && x >= left && x < right;
    }),
  );
};

const CASES: readonly (readonly [string, Made<'objective'>, (maps: Maps, n: number) => number])[] = [
  ['neuron at the centre', neuron.make({ unit: 'conv5:7' }), (maps, n) => centre(maps('conv5', n)[7])],
  ['neuron at a place', neuron.make({ unit: 'conv5:7:0,2' }), (maps, n) => maps('conv5', n)[7][2]],
  ['channel', channel.make({ layer: 'conv5', channel: 7 }), (maps, n) => average([...maps('conv5', n)[7]])],
  [
    'layer',
    layer.make({ layer: 'conv5' }),
    (maps, n) => average(maps('conv5', n).flatMap((map) => Array.from(map, (v) => v * v))),
  ],
  ['logit', logit.make({ class: 4 }), (maps, n) => maps('fc8', n)[4][0]],
  [
    'probability',
    probability.make({ class: 4 }),
    (maps, n) => Math.exp(maps('fc8', n)[4][0]) / maps('fc8', n).reduce((total, [score]) => total + Math.exp(score), 0),
  ],
  [
    'logProbability',
    logProbability.make({ class: 4 }),
    (maps, n) => maps('fc8', n)[4][0] - Math.log(maps('fc8', n).reduce((total, [score]) => total + Math.exp(score), 0)),
  ],
  ['patch at the centre', patch.make({ layer: 'conv5', channel: 7 }), (maps, n) => square(maps('conv5', n)[7])],
  [
    'patch of four places',
    patch.make({ layer: 'conv5', channel: 7, size: 2, at: [1, 2] }),
    (maps, n) => square(maps('conv5', n)[7], [0, 2], [1, 3]),
  ],
  [
    'patch across the border',
    patch.make({ layer: 'conv5', channel: 7, size: 3, at: [0, 2] }),
    (maps, n) => square(maps('conv5', n)[7], [0, 2], [1, 4]),
  ],
  ['patch of a layer without maps', patch.make({ layer: 'fc8', channel: 4 }), (maps, n) => maps('fc8', n)[4][0]],
  ['direction', direction.make({ layer: 'conv5', vector }), (maps, n) => along(maps, n, 0)],
  [
    'direction, by its cosine squared',
    direction.make({ layer: 'conv5', vector, power: 2 }),
    (maps, n) => along(maps, n, 2),
  ],
  [
    'direction at a place',
    directionAt.make({ layer: 'conv5', vector, at: [0, 2] }),
    (maps, n) => towards(at(maps, n, 2), vector, 0),
  ],
  [
    'direction at the centre, by its cosine',
    directionAt.make({ layer: 'conv5', vector, power: 1 }),
    (maps, n) => towards(maps('conv5', n).map(centre), vector, 1),
  ],
  [
    'direction at a place of a layer without maps',
    directionAt.make({ layer: 'fc8', vector: scores, power: 1 }),
    (maps, n) =>
      towards(
        maps('fc8', n).map(([score]) => score),
        scores,
        1,
      ),
  ],
  [
    'caricature',
    caricature.make({ layer: 'conv5', picture: 'photo' }),
    (maps, n) => average(places(maps).map((place) => towards(at(maps, n, place), at(maps, N, place), 0))),
  ],
  [
    'caricature, by its cosine squared',
    caricature.make({ layer: 'conv5', picture: 'photo', power: 2 }),
    (maps, n) => average(places(maps).map((place) => towards(at(maps, n, place), at(maps, N, place), 2))),
  ],
  [
    'match',
    match.make({ layer: 'conv5', picture: 'photo' }),
    (maps, n) => {
      const squares = average(maps('conv5', N).flatMap((map) => Array.from(map, (v) => v * v)));
      return -apart(maps, n, N) / squares;
    },
  ],
  [
    'match of some units',
    match.make({ layer: 'conv5', picture: 'photo', channels: [1, 4], places: [0, 1, 2, 4] }),
    (maps, n) => {
      const counted = (m: number) =>
        [1, 4].flatMap((c) => {
          const map = maps('conv5', m)[c];
          const side = Math.sqrt(map.length);
          return [0, 1].flatMap((y) => [1, 2, 3].map((x) => map[y * side + x]));
        });
      const target = counted(N);
      const squares = (v: readonly number[]) => v.reduce((total, x) => total + x * x, 0);
      return -squares(counted(n).map((v, i) => v - target[i])) / squares(target);
    },
  ],
  ['diversity', diversity.make({ layer: 'conv5' }), (maps, n) => -alike(maps, n)],
  [
    'alignment',
    alignment.make({ layer: 'conv5', decay: 3 }),
    (maps, n) => others(n).reduce((sum, m) => sum - (0.5 * apart(maps, n, m)) / 3 ** Math.abs(n - m), 0),
  ],
  [
    'interpolate',
    interpolate.make({ of: [channel.make({ layer: 'conv5', channel: 7 }), logit.make({ class: 4 })] }),
    (maps, n) => (1 - n / 2) * average([...maps('conv5', n)[7]]) + (n / 2) * maps('fc8', n)[4][0],
  ],
  [
    'interpolate along more than images',
    interpolate.make({ of: [1, 4, 2, 5].map((index) => logit.make({ class: index })) }),
    (maps, n) => [maps('fc8', n)[1][0], (maps('fc8', n)[4][0] + maps('fc8', n)[2][0]) / 2, maps('fc8', n)[5][0]][n],
  ],
  [
    'sum',
    sum.make({ of: [neuron.make({ unit: 'conv5:7' }), logit.make({ class: 4 })] }),
    (maps, n) => centre(maps('conv5', n)[7]) + maps('fc8', n)[4][0],
  ],
  [
    'mean',
    mean.make({ of: [neuron.make({ unit: 'conv5:7' }), logit.make({ class: 4 })] }),
    (maps, n) => (centre(maps('conv5', n)[7]) + maps('fc8', n)[4][0]) / 2,
  ],
  ['scale by −2.5', scale.make({ by: -2.5, of: [logit.make({ class: 4 })] }), (maps, n) => -2.5 * maps('fc8', n)[4][0]],
  [
    'for one image of the batch',
    forImage.make({ image: 1, of: [logit.make({ class: 4 })] }),
    (maps, n) => (n === 1 ? maps('fc8', n)[4][0] : 0),
  ],
];

describe('objectives', () => {
  test('all are here', () => {
    const tried = new Set(CASES.map(([, { spec }]) => spec.name));
    expect([...tried, ...ELSEWHERE].sort()).toEqual(Object.keys(objectives).sort());
  });

  test.each(CASES)('%s is what the activations say, for each image of a batch', async (_, objective, want) => {
    const scene = openNet(model, { batch: N, references: { photo } });
    const y = objective.build(scene);
    using plan = await compile(ctx, scene.tape, { keep: [y] });
    plan.write(scene.image, input);
    plan.run();
    // Sums of a few thousand products in single precision, in another order than those of the whole layer.
    const wanted = Float64Array.from({ length: N }, (_value, n) => want(maps, n));
    expectClose('objective', await plan.read(y), wanted, [N], { atol: 2e-4, rtol: 2e-4 });
  });

  test.each(CASES)('%s has the gradient that central differences say', async (_, objective, want) => {
    const scene = openNet(small.model, { batch: N, references: { photo: smallPhoto } });
    const y = objective.build(scene);
    const seed = scene.tape.constant('seed', [N], new Float32Array(N).fill(1));
    const [dx] = grad(scene.tape, y, [scene.image], { seed });
    using plan = await compile(ctx, scene.tape, { keep: [dx] });
    plan.write(scene.image, images);
    plan.run();
    const got = await plan.read(dx);
    const total = (at: Maps) => Array.from({ length: N }, (_value, n) => n).reduce((sum, n) => sum + want(at, n), 0);
    const differences = changed.map(({ up, down }) => (total(up) - total(down)) / (2 * STEP));
    const steepest = Math.max(...differences.map(Math.abs));
    expect(steepest).toBeGreaterThan(0);
    // Single precision beside double, over sums of a few hundred products.
    const tolerance = { atol: 1e-5 * steepest, rtol: 1e-4 };
    expectClose(
      'gradient',
      changed.map(({ place }) => got[place]),
      differences,
      [changed.length],
      tolerance,
    );
  });

  // One of each part.
  const parts = [...new Map(CASES.map((each) => [each[1].spec.name, each])).values()];
  test.each(parts)('%s rises under gradient ascent', async (_, objective) => {
    const study = createStudy({
      objective,
      optim: [{ name: 'unitLength' }, { name: 'sgd', lr: 10 }],
      regularize: [],
      seeds: [0, 1],
      steps: 5,
    });
    // Noise of the size of the images above.
    const net = { ...small.model, preprocessing: { ...PLAIN, scale: 0.05 } };
    const run = synthesize(ctx, net, study, { references: { photo: smallPhoto } });
    let next = await run.next();
    while (!next.done) next = await run.next();
    const [first, second] = next.value.records;
    const rise = (rows: typeof first) => rows[rows.length - 1].objective - rows[0].objective;
    // Of an objective for image 1 alone, image 0 stays as it is.
    if (objective.spec.name !== 'forImage') expect(rise(first)).toBeGreaterThan(0);
    expect(rise(second)).toBeGreaterThan(0);
  });

  test('a picture is given as pixels, or as the numbers that the net takes', async () => {
    const data = Uint8Array.from({ length: 11 * 11 * 4 }, (_, i) => (i * 7) % 256);
    const picture = { width: 11, height: 11, data };
    const objective = match.make({ layer: 'conv5', picture: 'photo' });
    const recipe = createStudy({ objective, steps: 2 });
    const first = async (reference: Picture | Float32Array) => {
      const composed = { recipe, compose: (study: Study) => study };
      using run = await createRun(ctx, small.model, composed, { references: { photo: reference } });
      run.run(1);
      return (await run.records())[0][0].objective;
    };
    expect(await first(picture)).toBe(await first(await preprocessPicture(ctx, small.model, picture)));
  });

  test.each<readonly [string, () => Made<'objective'>, string]>([
    [
      'a channel outside',
      () => channel.make({ layer: 'conv5', channel: 999 }),
      `channel.channel: 999 is outside layer 'conv5'`,
    ],
    ['a class outside', () => logit.make({ class: 99 }), 'logit.class: must be below the 20 classes of'],
    [
      'a probability of a class outside',
      () => probability.make({ class: 99 }),
      'probability.class: must be below the 20 classes of',
    ],
    [
      'a patch around a place outside',
      () => patch.make({ layer: 'conv5', channel: 7, at: [90, 0] }),
      `unit: position 90,0 is outside layer 'conv5'`,
    ],
    [
      'a vector of another length',
      () => direction.make({ layer: 'conv5', vector: [1, 2] }),
      `direction.vector: needs ${C} numbers`,
    ],
    [
      'a picture that is not given',
      () => caricature.make({ layer: 'conv5', picture: 'photo' }),
      "references: 'photo' is not given (given: none). Pass it to the run: { references: { photo: … } }",
    ],
    [
      'an image outside',
      () => forImage.make({ image: 3, of: [logit.make({ class: 4 })] }),
      'forImage.image: must be below the 3 images',
    ],
  ])('%s is refused by name', (_, make, message) => {
    expect(() => make().build(openNet(model, { batch: N }))).toThrow(message);
  });

  test.each<readonly [string, () => unknown, string]>([
    [
      'a direction that points nowhere',
      () => direction.make({ layer: 'a', vector: [0, 0] }),
      'direction.vector: must not be zero',
    ],
    [
      'a place between others',
      () => patch.make({ layer: 'a', channel: 1, at: [0.5, 1] }),
      'patch.at: must be a row and a column, whole numbers from 0, got 0.5, 1',
    ],
    [
      'two terms to scale',
      () => scale.make({ by: 2, of: [logit.make({ class: 1 }), logit.make({ class: 2 })] }),
      'scale.of: takes one objective, got 2',
    ],
    [
      'a way from one objective to nowhere',
      () => interpolate.make({ of: [logit.make({ class: 1 })] }),
      'interpolate.of: needs two objectives or more, got 1',
    ],
    ['a factor of 0', () => scale.make({ by: 0, of: [logit.make({ class: 1 })] }), 'scale.by: must not be 0'],
    ['a term that is none', () => sum.make({ of: [3] }), 'sum.of: must hold objectives, got 3'],
  ])('%s is refused when it is made', (_, make, message) => {
    expect(make).toThrow(message);
  });
});
