// Objectives of several nets in one step: values and gradients beside float64, through other colours, another mean and another size.
import { describe, expect, test } from 'vitest';
import { expectClose } from '../../test/support/close.js';
import { testContext } from '../../test/support/device.js';
import { distinct } from '../../test/support/op.js';
import { grad } from '../autodiff/grad.js';
import { type Model, PLAIN } from '../graph/model.js';
import { compile } from '../graph/plan.js';
import { ref as sample } from '../kernels/affineSample/affineSample.ref.js';
import { openNet } from '../scene/openNet.js';
import { aboutRun } from '../synthesize/about.js';
import { createRun } from '../synthesize/run.js';
import { createStudy, type Study } from '../synthesize/study.js';
import { synthesize } from '../synthesize/synthesize.js';
import { caricature, channel, inNet, neuron, sum } from './index.js';
import { smallNet } from './smallNet.ref.js';

const ctx = await testContext();
const N = 2;
const SIDE = 11;
const PLANE = SIDE * SIDE;
const first = smallNet(8, 5, (n) => distinct(n, n));
const second = smallNet(8, 5, (n) => distinct(n, n + 1));
const preprocessing = { ...PLAIN, order: 'bgr', mean: [1, 2, 4], scale: 0.5 } as const;
const one: Model = { ...first.model, preprocessing: { ...PLAIN, mean: [0.5, 0.25, -1], scale: 2 } };
const other: Model = { ...second.model, preprocessing };
const images = distinct(N * 3 * PLANE, 4);

/** What the second net takes of what the first one took, with the same colours in the opposite order. */
const shown = (x: ArrayLike<number>): Float64Array =>
  Float64Array.from({ length: x.length }, (_, i) => {
    const [n, c, p] = [Math.floor(i / (3 * PLANE)), Math.floor(i / PLANE) % 3, i % PLANE];
    const pixel = x[(n * 3 + 2 - c) * PLANE + p] / 2 + [0.5, 0.25, -1][2 - c];
    return (pixel - [1, 2, 4][c]) * 0.5;
  });
const meanOf = (map: ArrayLike<number>): number => Array.from(map).reduce((a, b) => a + b, 0) / map.length;
const both = sum.make({
  of: [
    channel.make({ layer: 'conv5', channel: 3 }),
    inNet.make({ net: 'other', of: [channel.make({ layer: 'conv5', channel: 6 })] }),
  ],
});
const wanted = (x: Float64Array): number[] => {
  const [a, b] = [first.layers(x), second.layers(shown(x))];
  return Array.from({ length: N }, (_, n) => meanOf(a('conv5', n)[3]) + meanOf(b('conv5', n)[6]));
};
const runOf = (objective: Study['objective'], nets: Readonly<Record<string, Model>>) =>
  createRun(ctx, one, { recipe: createStudy({ objective }), compose: (study: Study) => study }, { nets });

describe('inNet', () => {
  test('has the value of both nets, and the gradient that central differences say', async () => {
    const scene = openNet(one, { batch: N, nets: { other } });
    const y = both.build(scene);
    const seed = scene.tape.constant('seed', [N], new Float32Array(N).fill(1));
    const [dx] = grad(scene.tape, y, [scene.image], { seed });
    using plan = await compile(ctx, scene.tape, { keep: [y, dx] });
    plan.write(scene.image, images);
    plan.run();
    const at = Float64Array.from(images);
    expectClose('value', await plan.read(y), wanted(at), [N], { atol: 1e-5, rtol: 1e-5 });
    const got = await plan.read(dx);
    const total = () => wanted(at).reduce((a, b) => a + b, 0);
    for (let i = 30; i < at.length; i += 97) {
      const v = at[i];
      at[i] = v + 1e-5;
      const up = total();
      at[i] = v - 1e-5;
      const down = total();
      at[i] = v;
      expectClose(`gradient at ${i}`, [got[i]], [(up - down) / 2e-5], [1], { atol: 1e-6, rtol: 1e-4 });
    }
  });

  test('a net of another size sees the whole image, stretched', async () => {
    const [H, W] = [7, 9];
    const pooled: Model = { ...one, input: { name: 'data', shape: [1, 3, H, W] } };
    const scene = openNet(pooled, { batch: N, nets: { other } });
    const y = inNet.make({ net: 'other', of: [channel.make({ layer: 'conv5', channel: 6 })] }).build(scene);
    using plan = await compile(ctx, scene.tape, { keep: [y] });
    const small = distinct(N * 3 * H * W, 9);
    plan.write(scene.image, small);
    plan.run();
    // Sampling commutes with the change of colours.
    const theta = {
      shape: [N, 6],
      data: Float64Array.from({ length: 6 * N }, (_, i) => [H / SIDE, 0, 0, 0, W / SIDE, 0][i % 6]),
    };
    const x = sample(
      { x: { shape: [N, 3, H, W], data: Float64Array.from(small) }, theta },
      { border: 'border', size: [SIDE, SIDE] },
    );
    const layers = second.layers(shown(x.data));
    const want = Array.from({ length: N }, (_, n) => meanOf(layers('conv5', n)[6]));
    expectClose('value', await plan.read(y), want, [N], { atol: 1e-5, rtol: 1e-5 });
  });

  test('a picture is shown to it as the images are', async () => {
    const photo = images.slice(3 * PLANE);
    const scene = openNet(one, { batch: N, nets: { other }, references: { photo } });
    const y = inNet.make({ net: 'other', of: [caricature.make({ layer: 'conv5', picture: 'photo' })] }).build(scene);
    using plan = await compile(ctx, scene.tape, { keep: [y] });
    plan.write(scene.image, images);
    plan.run();
    const layers = second.layers(shown(images));
    const want = [0, 1].map((n) =>
      meanOf(
        Array.from(layers('conv5', 0)[0], (_, p) =>
          layers('conv5', n).reduce((dot, map, c) => dot + map[p] * layers('conv5', 1)[c][p], 0),
        ),
      ),
    );
    expectClose('value', await plan.read(y), want, [N], { atol: 1e-4, rtol: 1e-5 });
  });

  test('both nets are raised by one run', async () => {
    const study = createStudy({
      objective: both,
      regularize: [],
      optim: [{ name: 'unitLength' }, { name: 'sgd', lr: 2 }],
      steps: 5,
    });
    const run = synthesize(ctx, one, study, { nets: { other } });
    let next = await run.next();
    while (!next.done) next = await run.next();
    const [rows] = next.value.records;
    expect(rows[4].objective).toBeGreaterThan(rows[0].objective);
  });

  test.each<readonly [string, Readonly<Record<string, Model>>, string]>([
    ['a net that is not given', {}, "nets: 'other' is not given (given: none)"],
    [
      'a net of other colours',
      { other: { ...other, preprocessing: { ...PLAIN, order: 'gray' } } },
      'preprocessing: an image in rgb does not say what one in gray is',
    ],
  ])('%s is refused', async (_, nets, message) => {
    await expect(runOf(both, nets)).rejects.toThrow(message);
  });

  test('its unit is watched, and the run says which nets there were', async () => {
    using run = await runOf(inNet.make({ net: 'other', of: [neuron.make({ unit: 'conv5:2' })] }), { other });
    expect(run.unit).toMatchObject({ layer: 'conv5', channel: 2 });
    const { nets } = await aboutRun(ctx, one, { nets: { other } });
    expect(nets).toEqual({ other: { model: 'small', hash: expect.stringMatching(/^[0-9a-f]{64}$/) } });
  });
});
