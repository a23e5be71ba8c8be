// Objectives that differ from image to image: values and gradients beside those of each objective on its own.
import { describe, expect, test } from 'vitest';
import { expectClose } from '../../test/support/close.js';
import { testContext } from '../../test/support/device.js';
import { distinct } from '../../test/support/op.js';
import { grad } from '../autodiff/grad.js';
import { compile } from '../graph/plan.js';
import { loadModel } from '../node/index.js';
import type { Made } from '../parts/part.js';
import { openNet } from '../scene/openNet.js';
import { channel, direction, directionAt, each, logit, logProbability, neuron, patch, scale, sum } from './index.js';

const model = await loadModel('mini-caffenet');
const ctx = await testContext();
const N = 3;
const size = model.input.shape.slice(1).reduce((a, b) => a * b, 1);
const input = distinct(N * size, 5).map((v) => 60 * v);

async function values(objective: Made<'objective'>) {
  const scene = openNet(model, { batch: N });
  const y = objective.build(scene);
  const seed = scene.tape.constant('seed', [N], new Float32Array(N).fill(1));
  const [dx] = grad(scene.tape, y, [scene.image], { seed });
  using plan = await compile(ctx, scene.tape, { keep: [y, dx] });
  plan.write(scene.image, input);
  plan.run();
  return { y: await plan.read(y), dx: await plan.read(dx), launches: plan.dispatches.length };
}

const classOf = (index: number) =>
  sum.make({
    of: [logProbability.make({ class: index }), scale.make({ by: 0.02, of: [logit.make({ class: index })] })],
  });

/** A direction with both signs. */
const vectorOf = (length: number, k: number) => Array.from({ length }, (_, i) => ((i * (k + 2)) % 7) - 2.5);

describe('each', () => {
  test.each<readonly [string, readonly Made<'objective'>[]]>([
    ['classes', [classOf(3), classOf(11), classOf(3)]],
    ['neurons', ['conv3:5', 'conv3:9', 'conv3:5:2,3'].map((unit) => neuron.make({ unit }))],
    ['channels', [1, 2, 30].map((index) => channel.make({ layer: 'conv4', channel: index }))],
    ['patches', [1, 2, 30].map((index) => patch.make({ layer: 'conv4', channel: index }))],
    ['units of a layer without maps', ['fc6:5', 'fc6:9', 'fc6:0'].map((unit) => neuron.make({ unit }))],
    ['directions', [0, 1, 2].map((k) => direction.make({ layer: 'relu4', vector: vectorOf(96, k), power: k % 2 }))],
    [
      'directions at places',
      [0, 1, 2].map((k) =>
        directionAt.make({ layer: 'conv5', vector: vectorOf(64, k), power: 2, ...(k === 2 && { at: [1, 5] }) }),
      ),
    ],
    [
      'directions of a layer without maps',
      [3, 4, 5].map((k) => directionAt.make({ layer: 'fc6', vector: vectorOf(512, k), power: 1 })),
    ],
    [
      'objectives of several kinds',
      [classOf(3), neuron.make({ unit: 'conv3:9' }), scale.make({ by: -2, of: [neuron.make({ unit: 'fc6:1' })] })],
    ],
    [
      'one that is no entry of scores',
      [direction.make({ layer: 'fc6', vector: Array.from({ length: 512 }, (_, i) => i % 3) }), classOf(1), classOf(2)],
    ],
  ])('%s: every image has the value and gradient of its own', async (_, of) => {
    const { y, dx } = await values(each.make({ of }));
    for (const [n, objective] of of.entries()) {
      const own = await values(objective);
      const row = (data: Float32Array) => data.subarray(n * size, (n + 1) * size);
      expect(row(own.dx).some((v) => v !== 0)).toBe(true);
      expectClose('value', [y[n]], [own.y[n]], [1], { atol: 1e-5, rtol: 1e-5 });
      const most = row(own.dx).reduce((a, b) => Math.max(a, Math.abs(b)), 0);
      expectClose('gradient', row(dx), row(own.dx), [size], { atol: 1e-5 * most, rtol: 1e-4 });
    }
  });

  test('twenty classes cost no more launches than two', async () => {
    const launches = async (classes: number) => {
      const scene = openNet(model, { batch: classes });
      each.make({ of: Array.from({ length: classes }, (_, i) => classOf(i)) }).build(scene);
      using plan = await compile(ctx, scene.tape, {});
      return plan.dispatches.length;
    };
    expect(await launches(20)).toBe(await launches(2));
  });

  test('twenty directions cost no more launches than two', async () => {
    const launches = async (images: number) => {
      const scene = openNet(model, { batch: images });
      const of = Array.from({ length: images }, (_, k) =>
        directionAt.make({ layer: 'conv5', vector: vectorOf(64, k), power: 2 }),
      );
      each.make({ of }).build(scene);
      using plan = await compile(ctx, scene.tape, {});
      return plan.dispatches.length;
    };
    expect(await launches(20)).toBe(await launches(2));
  });

  test('a direction of another length is refused as it is alone', () => {
    const of = [1, 2].map(() => directionAt.make({ layer: 'conv5', vector: [1, 2] }));
    const scene = openNet(model, { batch: 2 });
    expect(() => each.make({ of }).build(scene)).toThrow('directionAt.vector: needs 64 numbers, one for each channel');
  });

  test('needs one for each image', () => {
    expect(() => each.make({ of: [classOf(1)] }).build(openNet(model, { batch: 2 }))).toThrow(
      'each.of: needs 2 objectives, one for each image, got 1',
    );
  });
});
