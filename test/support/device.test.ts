// Tests the test device itself: it opens, counts, and notices errors.
import { expect, test } from 'vitest';
import { openNodeContext } from '../../src/node/context.js';
import { testAdapter } from './adapter.js';
import { countingDevice, testContext } from './device.js';

test('the test context is one per file and names its adapter', async () => {
  const ctx = await testContext();
  expect(await testContext()).toBe(ctx);
  expect(ctx.adapterName).not.toBe('');
});

test('countingDevice counts until it is disposed of', async () => {
  const { device } = await testContext();
  const usage = 0x80;
  {
    using calls = countingDevice(device);
    device.createBuffer({ size: 4, usage }).destroy();
    device.createBuffer({ size: 4, usage }).destroy();
    expect(calls.counts).toEqual({ createBuffer: 2, createBindGroup: 0, createComputePipeline: 0 });
    calls.reset();
    expect(calls.counts.createBuffer).toBe(0);
  }
  expect(Object.hasOwn(device, 'createBuffer')).toBe(false);
});

test('an unknown adapter is refused by name, with those there are', async () => {
  await expect(openNodeContext({ adapter: 'no such card' })).rejects.toThrow(/No adapter is called 'no such card'/);
});

test('two contexts opened at once are two devices', async () => {
  const [a, b] = await Promise.all([1, 2].map(() => openNodeContext({ adapter: testAdapter() })));
  using _a = a;
  using _b = b;
  expect(a.device).not.toBe(b.device);
});
