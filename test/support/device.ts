// The GPU device of a test file: one per file. Uncaught device errors fail the test. Import it at the top of the file.
import { afterAll, afterEach } from 'vitest';
import { type Context, type DeviceTraits, openContext } from '../../src/gpu/context.js';
import { openNodeContext } from '../../src/node/context.js';
import { testAdapter } from './adapter.js';

let opened: Promise<Context> | undefined;
const others = new Map<string, Context>();
const uncaptured: string[] = [];

/**
 * The context shared by the tests of a file. A WebGPU error outside all error scopes fails the test during which it arrives. Do
 * not dispose of it: a test about losing or disposing opens its own with `openNodeContext`.
 */
export function testContext(): Promise<Context> {
  opened ??= open();
  return opened;
}

/** A context on the same device, with other device traits. */
export async function contextWith(traits: Partial<DeviceTraits>): Promise<Context> {
  const key = JSON.stringify(traits);
  const { device } = await testContext();
  const ctx = others.get(key) ?? (await openContext({ device, traits }));
  others.set(key, ctx);
  return ctx;
}

async function open(): Promise<Context> {
  const ctx = await openNodeContext({ adapter: testAdapter() });
  ctx.device.addEventListener('uncapturederror', (event) => {
    uncaptured.push(`${event.error.constructor.name}: ${event.error.message}`);
  });
  void ctx.lost.then((info) => {
    if (info.reason !== 'destroyed') uncaptured.push(`device lost: ${info.message}`);
  });
  return ctx;
}

afterEach(async () => {
  // If opening failed, the tests that needed it have already reported that.
  const ctx = await opened?.catch(() => undefined);
  if (!ctx) return;
  // Errors from unfinished work of a test arrive with it.
  await ctx.device.queue.onSubmittedWorkDone();
  const errors = uncaptured.splice(0);
  if (errors.length > 0) throw new Error(`WebGPU errors that no scope caught:\n${errors.join('\n')}`);
});

afterAll(async () => {
  const ctx = await opened?.catch(() => undefined);
  ctx?.[Symbol.dispose]();
  opened = undefined;
});

const COUNTED = ['createBuffer', 'createBindGroup', 'createComputePipeline', 'createComputePipelineAsync'] as const;

export interface CallCounts extends Disposable {
  /** Calls since the last reset. Async pipelines count as `createComputePipeline`. */
  readonly counts: Readonly<Record<'createBuffer' | 'createBindGroup' | 'createComputePipeline', number>>;
  reset(): void;
}

/** Counts objects created on `device` until disposed: `using calls = countingDevice(ctx.device)`. */
export function countingDevice(device: GPUDevice): CallCounts {
  const zero = { createBuffer: 0, createBindGroup: 0, createComputePipeline: 0 };
  const counts = { ...zero };
  for (const name of COUNTED) {
    const original: (...args: never[]) => unknown = device[name];
    const counted = (...args: never[]) => {
      counts[name === 'createComputePipelineAsync' ? 'createComputePipeline' : name]++;
      return Reflect.apply(original, device, args);
    };
    // An own property hides the prototype's method until it is deleted.
    Object.defineProperty(device, name, { value: counted, configurable: true });
  }
  return {
    counts,
    reset: () => Object.assign(counts, zero),
    [Symbol.dispose]: () => {
      for (const name of COUNTED) Reflect.deleteProperty(device, name);
    },
  };
}
