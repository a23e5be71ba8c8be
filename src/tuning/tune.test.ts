// Variants are measured once, kept, found again, and used by plans made afterwards.
import { expect, test } from 'vitest';
import { contextWith, testContext } from '../../test/support/device.js';
import { distinct } from '../../test/support/op.js';
import { f32, sizeOf } from '../core/shape.js';
import { type Model, trace, type WeightData } from '../graph/model.js';
import { compile } from '../graph/plan.js';
import { createTape } from '../graph/tape.js';
import { layers } from '../scene/layers.js';
import { loadChoices, saveChoices, type TextStore } from './keptChoices.js';
import { tune } from './tune.js';

const weights = (...shape: number[]): WeightData => ({ shape, dtype: 'f32', data: distinct(sizeOf(shape), 3) });

const model: Model = {
  name: 'two convolutions',
  input: { name: 'data', shape: [1, 3, 12, 13] },
  layers: ['a', 'b'].map((name, i) => ({
    name,
    type: 'conv2d',
    attrs: { stride: [1, 1], pad: [1, 1, 1, 1], dilation: [1, 1], group: 1 },
    inputs: [i === 0 ? 'data' : 'a'],
    output: name,
    weights: { w: `${name}/w`, b: `${name}/b` },
  })),
  weights: new Map([
    ['a/w', weights(20, 3, 3, 3)],
    ['a/b', weights(20)],
    ['b/w', weights(20, 20, 3, 3)],
    ['b/b', weights(20)],
  ]),
  preprocessing: { order: 'bgr', mean: [0, 0, 0], scale: 1, fit: 'crop', stated: true },
};

function memoryStore(): TextStore & { readonly texts: Map<string, string> } {
  const texts = new Map<string, string>();
  return {
    texts,
    get: async (name) => texts.get(name),
    set: async (name, text) => {
      texts.set(name, text);
    },
  };
}

test('measures every shape once, forward and back', async () => {
  const ctx = await contextWith({});
  ctx.choices.clear();
  const seen: number[] = [];
  const tuned = await tune(ctx, model, { onProgress: (done) => seen.push(done) });
  expect(tuned.map((t) => t.op)).toEqual(Array(4).fill('conv2d_product'));
  expect(seen).toEqual([1, 2, 3, 4]);
  for (const { times } of tuned) {
    expect(times.map((t) => t.variant)).toEqual(expect.arrayContaining(['subgroup', 'tiles']));
    expect(times[0].ms).toBeLessThanOrEqual(times[1].ms);
    expect(times[0].ms).toBeGreaterThan(0);
  }
  // Known by now: the same figures come back.
  expect(await tune(ctx, model)).toEqual(tuned);
});

test('what was kept is found by another context, and plans use it', async () => {
  const ctx = await contextWith({});
  const store = memoryStore();
  for (const key of ctx.choices.keys()) ctx.choices.set(key, [{ variant: 'tiles', ms: 1 }]);
  await saveChoices(ctx, store);
  const other = await contextWith({ maxWorkgroups: 65535 });
  const kernels = async () => {
    const tape = createTape();
    const y = trace(tape, model, tape.leaf('data', f32(1, 3, 12, 13)), layers)('b');
    using plan = await compile(other, tape, { keep: [y] });
    return plan.dispatches;
  };
  expect(await kernels()).not.toContain('conv2d_tiles');
  await loadChoices(other, store);
  expect(other.choices).toEqual(ctx.choices);
  expect((await kernels()).filter((k) => k === 'conv2d_tiles').length).toBe(2);
});

test('a damaged text counts as none', async () => {
  const ctx = await contextWith({ maxBufferBytes: 2 ** 28 });
  const store = memoryStore();
  await saveChoices(await testContext(), store);
  const [name] = store.texts.keys();
  for (const text of ['{"cut', '[]', '7', '{"a": [{"variant": 3, "ms": 1}]}', '{"a": "b"}']) {
    store.texts.set(name, text);
    await loadChoices(ctx, store);
    expect(ctx.choices.size).toBe(0);
  }
});

test('a cancelled measurement stops', async () => {
  const ctx = await contextWith({ maxBindingBytes: 2 ** 27 });
  await expect(tune(ctx, model, { signal: AbortSignal.abort() })).rejects.toThrow('aborted');
});
