// Opening a device: what is asked for by name, and what is said when it is not to be had.
import { describe, expect, test } from 'vitest';
import { AdapterUnavailableError, LimitError, WebGPUUnavailableError } from '../src/core/errors.js';
import { openContext } from '../src/gpu/context.js';
import { openNodeContext } from '../src/node/context.js';
import { testAdapter } from './support/adapter.js';

const adapter = testAdapter();

describe('openContext', () => {
  test('without WebGPU says what to do', async () => {
    // Node has no navigator.gpu.
    await expect(openContext()).rejects.toThrow(WebGPUUnavailableError);
    await expect(openContext()).rejects.toThrow(/in Node use convscope\/node/);
  });

  test('without an adapter says what to do', async () => {
    const ctx = await openNodeContext({ adapter });
    if (!ctx.gpu) throw new Error('a context in Node holds its GPU');
    const gpu: GPU = Object.create(ctx.gpu, { requestAdapter: { value: async () => null } });
    await expect(openContext({ gpu })).rejects.toThrow(AdapterUnavailableError);
    ctx.device.destroy();
  });

  test('a limit that the adapter has not is an error with both numbers', async () => {
    const opening = openNodeContext({ adapter, limits: { maxComputeWorkgroupSizeX: 1e6 } });
    await expect(opening).rejects.toThrow(LimitError);
    await expect(opening).rejects.toThrow(/openContext needs maxComputeWorkgroupSizeX 1000000, the device allows \d+/);
  });

  test('a feature that the adapter has not is an error by name', async () => {
    // No adapter has it, whatever it is one day called.
    const features: GPUFeatureName[] = JSON.parse('["telepathy"]');
    await expect(openNodeContext({ adapter, features })).rejects.toThrow(/lacks the feature 'telepathy'\. It has: /);
  });

  test('a device of the caller’s is used and never destroyed', async () => {
    const own = await openNodeContext({ adapter });
    const { device } = own;
    {
      using injected = await openContext({ device });
      expect(injected.device).toBe(device);
    }
    const lost = await Promise.race([device.lost.then(() => true), new Promise((r) => setTimeout(r, 50, false))]);
    expect(lost).toBe(false);
    device.destroy();
    expect((await own.lost).reason).toBe('destroyed');
  });
});
