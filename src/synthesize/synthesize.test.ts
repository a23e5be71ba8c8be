// The one loop: phases, and runs that are given up.
import { describe, expect, test } from 'vitest';
import { testContext } from '../../test/support/device.js';
import { createRng } from '../core/rng.js';
import { type Model, PLAIN } from '../graph/model.js';
import { neuron } from '../objectives/neuron.js';
import { scale } from '../objectives/scale.js';
import { progress } from '../optim/progress.js';
import { blur } from '../regularize/blur.js';
import { clipNorm } from '../regularize/clipNorm.js';
import { decay } from '../regularize/decay.js';
import { pixelRange } from '../regularize/pixelRange.js';
import { toPicture } from '../scene/input.js';
import { jitter } from '../transforms/jitter.js';
import { window } from '../transforms/window.js';
import { parts } from './parts.js';
import { readStudy } from './readStudy.js';
import { createRun } from './run.js';
import { createStudy, type Study, toSpecs } from './study.js';
import { type Frame, type Rendered, synthesize } from './synthesize.js';

const SIZE = 3 * 9 * 11;

function linear(): Model {
  const rng = createRng(11);
  const w = Float32Array.from({ length: 4 * SIZE }, () => rng.normal() * 0.01);
  return {
    name: 'linear',
    input: { name: 'data', shape: [1, 3, 9, 11] },
    layers: [
      { name: 'fc', type: 'fc', attrs: { axis: 1 }, inputs: ['data'], output: 'fc', weights: { w: 'w', b: 'b' } },
    ],
    weights: new Map([
      ['w', { shape: [4, SIZE], dtype: 'f32', data: w }],
      ['b', { shape: [4], dtype: 'f32', data: new Float32Array(4) }],
    ]),
    preprocessing: { ...PLAIN, mean: [100, 110, 120] },
  };
}
const model = linear();
const compose = (study: Study) => study;

const first = createStudy({
  objective: neuron.make({ unit: 'fc:2' }),
  regularize: [pixelRange.make({}), decay.make({ amount: 0.01 })],
  optim: [progress.make({ policy: 'constant', lr: 300 })],
  seeds: [0, 7],
  steps: 5,
});
const second = {
  steps: 4,
  regularize: [blur.make({ radius: 1, every: 2 }), clipNorm.make({ percent: 30 })],
  transforms: [jitter.make({ reach: 2 })],
};
const third = { steps: 3, objective: scale.make({ by: -1, of: [neuron.make({ unit: 'fc:1' })] }) };

/** All frames, and what the loop returns. */
async function all(loop: AsyncGenerator<Frame, Rendered>): Promise<{ frames: Frame[]; rendered: Rendered }> {
  const frames: Frame[] = [];
  for (;;) {
    const next = await loop.next();
    if (next.done) return { frames, rendered: next.value };
    frames.push(next.value);
  }
}

describe('phases', () => {
  const study: Study = { ...first, phases: [second, third] };

  test('give what the same runs by hand give, each from the images of the one before', async () => {
    const ctx = await testContext();
    const { rendered, frames } = await all(synthesize(ctx, model, study, { every: 3 }));
    using a = await createRun(ctx, model, { recipe: first, compose });
    a.run(5);
    using b = await createRun(ctx, model, { recipe: { ...first, ...second }, compose });
    b.from(await a.variables());
    b.run(4);
    using c = await createRun(ctx, model, { recipe: { ...first, ...third }, compose });
    c.from(await b.variables());
    c.run(3);
    expect(rendered.images).toEqual(await c.read());
    const byHand = await Promise.all([a, b, c].map((run) => run.records()));
    const numbered = byHand.flatMap((records, i) =>
      records[1].map((row) => ({ ...row, step: row.step + [0, 5, 9][i] })),
    );
    expect(rendered.records[1]).toEqual(numbered);
    expect(rendered.steps).toBe(12);
    expect(frames.map(({ step, steps }) => [step, steps])).toEqual([3, 5, 8, 9, 12].map((step) => [step, 12]));
  });

  test('are part of the study’s JSON', async () => {
    const ctx = await testContext();
    const read = readStudy(JSON.parse(JSON.stringify(toSpecs(study))), parts);
    const { rendered } = await all(synthesize(ctx, model, study));
    const { rendered: again } = await all(synthesize(ctx, model, read));
    expect(again.images).toEqual(rendered.images);
    expect(again.recipe).toEqual(read);
  });

  test('go on from the variables, so they may not have others', async () => {
    const ctx = await testContext();
    const phases = [{ steps: 2, params: { name: 'pixels', start: 'mean' } }];
    await expect(all(synthesize(ctx, model, { ...first, phases }))).rejects.toThrow(
      'study.phases[0].params: must be those of the study: a phase goes on from its variables',
    );
  });

  test('are checked when they are read', () => {
    const phases = [{ steps: 2, regularize: [{ name: 'blur', radius: -1 }] }];
    expect(() => readStudy({ ...toSpecs(first), phases }, parts)).toThrow(
      'phases[0].regularize[0].radius: must be a number from 0',
    );
  });
});

describe('a run that is given up', () => {
  test('returns what it has', async () => {
    const ctx = await testContext();
    const abort = new AbortController();
    const loop = synthesize(ctx, model, first, { every: 2, signal: abort.signal });
    const frame = await loop.next();
    if (frame.done) throw new Error('it ended before it began');
    abort.abort();
    const { rendered } = await all(loop);
    using run = await createRun(ctx, model, { recipe: first, compose });
    run.run(2);
    expect(rendered.steps).toBe(2);
    expect(rendered.records.map((rows) => rows.length)).toEqual([2, 2]);
    expect(rendered.images).toEqual(await run.read());
  });

  test('between two phases returns what the first has made', async () => {
    const ctx = await testContext();
    const abort = new AbortController();
    const loop = synthesize(ctx, model, { ...first, phases: [second] }, { every: 5, signal: abort.signal });
    await loop.next();
    // The next phase is compiled when the loop goes on.
    const ending = all(loop);
    abort.abort();
    const { rendered } = await ending;
    using run = await createRun(ctx, model, { recipe: first, compose });
    run.run(5);
    expect(rendered.steps).toBe(5);
    expect(rendered.images).toEqual(await run.read());
  });

  test('before it has begun has nothing to return', async () => {
    const ctx = await testContext();
    await expect(all(synthesize(ctx, model, first, { signal: AbortSignal.abort() }))).rejects.toThrow(/abort/i);
  });
});

describe('a canvas of another size than the net takes', () => {
  const grows = {
    ...first,
    phases: [{ steps: 4, canvas: [18, 22] as const, transforms: [window.make({ spread: 0.3 })] }],
  };

  test('goes on from what the phase before has made, enlarged', async () => {
    const { rendered } = await all(synthesize(await testContext(), model, grows));
    expect(rendered.size).toEqual([18, 22]);
    expect(rendered.images).toHaveLength(2 * 3 * 18 * 22);
    const small = await all(synthesize(await testContext(), model, { ...first, phases: [] }));
    // The means of the colours stay, but for what four steps and the edges do.
    const meanOf = (images: Float32Array, c: number) => {
      const plane = images.length / 6;
      return images.subarray(c * plane, (c + 1) * plane).reduce((sum, v) => sum + v, 0) / plane;
    };
    for (const c of [0, 1, 2]) {
      expect(Math.abs(meanOf(rendered.images, c) - meanOf(small.rendered.images, c))).toBeLessThan(8);
    }
    const picture = toPicture(rendered.images.subarray(0, 3 * 18 * 22), model, 'pixels', rendered.size);
    expect([picture.width, picture.height]).toEqual([22, 18]);
    expect(() => toPicture(rendered.images.subarray(0, 3 * 18 * 22), model)).toThrow(
      'image: has 1188 numbers, [3,9,11] has 297',
    );
  });

  test('needs a transform that brings it to the net’s size', async () => {
    const still = { ...grows, phases: [{ steps: 4, canvas: [18, 22] as const }] };
    await expect(all(synthesize(await testContext(), model, still))).rejects.toThrow(
      'canvas: is 18x22 and the net takes 9x11; add a transform that moves the image, such as window or scale',
    );
  });
});
