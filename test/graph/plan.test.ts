// What a compiled plan promises: params, state, logs, constants computed once, views, no allocation, errors by name.
import { describe, expect, test } from 'vitest';
import { f32, u32 } from '../../src/core/shape.js';
import { kernel } from '../../src/gpu/kernel.js';
import { compile } from '../../src/graph/plan.js';
import { createTape, defineOp, dispatch } from '../../src/graph/tape.js';
import { op as add } from '../../src/kernels/add/index.js';
import { count } from '../../src/kernels/ascent/index.js';
import { op as conv2d } from '../../src/kernels/conv2d/index.js';
import { op as relu } from '../../src/kernels/relu/index.js';
import { op as reshape } from '../../src/kernels/reshape/index.js';
import { op as scale } from '../../src/kernels/scale/index.js';
import { openNodeContext } from '../../src/node/context.js';
import { testAdapter } from '../support/adapter.js';
import { countingDevice, testContext } from '../support/device.js';

describe('plan', () => {
  test('a param changes what runs compute, without compiling', async () => {
    const ctx = await testContext();
    const tape = createTape();
    const x = tape.leaf('x', f32(3));
    const factor = tape.param('factor', 'f32', 2);
    const y = tape.apply(scale, { x }, { factor, shift: 1 });
    using plan = await compile(ctx, tape, { keep: [y] });
    plan.write(x, Float32Array.of(1, 2, 3));
    plan.run();
    expect(await plan.read(y)).toEqual(Float32Array.of(3, 5, 7));
    using calls = countingDevice(ctx.device);
    plan.set(factor, -1);
    plan.run();
    expect(await plan.read(y)).toEqual(Float32Array.of(0, -1, -2));
    expect(calls.counts).toEqual({ createBuffer: 0, createBindGroup: 0, createComputePipeline: 0 });
  });

  test('assignments carry state, and all read before any writes', async () => {
    const ctx = await testContext();
    const tape = createTape();
    const a = tape.leaf('a', f32(1));
    const b = tape.leaf('b', f32(1));
    // Fibonacci: (a, b) ← (b, a + b).
    tape.assign(a, tape.apply(scale, { x: b }, { factor: 1, shift: 0 }));
    tape.assign(b, tape.apply(add, { a, b }, {}));
    using plan = await compile(ctx, tape);
    plan.write(b, Float32Array.of(1));
    plan.run({ steps: 10 });
    expect([...(await plan.read(a)), ...(await plan.read(b))]).toEqual([55, 89]);
  });

  test('a log keeps a row per step and wraps; rewind starts it again', async () => {
    const ctx = await testContext();
    const tape = createTape();
    const n = tape.leaf('n', u32(1));
    const next = tape.apply(count, { x: n }, {});
    tape.assign(n, next);
    const log = tape.log('log', next, 4);
    using plan = await compile(ctx, tape);
    plan.run({ steps: 3 });
    plan.run({ steps: 3 });
    expect(Array.from(await plan.readU32(log))).toEqual([5, 6, 3, 4]);
    plan.rewind();
    plan.run();
    expect(Array.from(await plan.readU32(log))).toEqual([7, 6, 3, 4]);
  });

  test('what depends on constants alone runs once, when the plan is made', async () => {
    const ctx = await testContext();
    const tape = createTape();
    const x = tape.leaf('x', f32(2));
    const c = tape.constant('c', [2], Float32Array.of(1, -5));
    const prepared = tape.apply(relu, { x: tape.apply(scale, { x: c }, { factor: 3, shift: 0 }) }, { slope: 0 });
    const y = tape.apply(add, { a: x, b: prepared }, {});
    using plan = await compile(ctx, tape, { keep: [y] });
    expect(plan.dispatches).toEqual(['add']);
    plan.write(x, Float32Array.of(10, 20));
    plan.run();
    expect(await plan.read(y)).toEqual(Float32Array.of(13, 20));
  });

  test('a view shares memory with what it views, kept or not', async () => {
    const ctx = await testContext();
    const tape = createTape();
    const x = tape.leaf('x', f32(2, 3));
    const flat = tape.apply(reshape, { x }, { shape: [6] });
    const y = tape.apply(reshape, { x: tape.apply(relu, { x: flat }, { slope: 0 }) }, { shape: [3, 2] });
    using plan = await compile(ctx, tape, { keep: [flat, y] });
    expect(plan.dispatches).toEqual(['relu']);
    plan.write(x, Float32Array.of(-1, 2, -3, 4, -5, 6));
    plan.run();
    expect(await plan.read(flat)).toEqual(Float32Array.of(-1, 2, -3, 4, -5, 6));
    // A slope of 0 makes −0 of a negative number, which is 0.
    expect(Array.from(await plan.read(y), (v) => v + 0)).toEqual([0, 2, 0, 4, 0, 6]);
  });

  test('a ReLU joins the convolution it alone reads, and no other', async () => {
    const ctx = await testContext();
    const build = async (keepConv: boolean) => {
      const tape = createTape();
      const x = tape.leaf('x', f32(1, 2, 4, 4));
      const w = tape.constant('w', [3, 2, 3, 3], new Float32Array(54).fill(0.1));
      const b = tape.constant('b', [3], new Float32Array(3));
      const attrs = { stride: [1, 1], pad: [0, 0, 0, 0], dilation: [1, 1], group: 1 } as const;
      const conv = tape.apply(conv2d, { x, w, b }, attrs);
      const y = tape.apply(relu, { x: conv }, { slope: 0 });
      using plan = await compile(ctx, tape, { keep: keepConv ? [conv, y] : [y] });
      return plan.dispatches.filter((d) => d === 'relu').length;
    };
    expect([await build(false), await build(true)]).toEqual([0, 1]);
  });

  test('equal expressions are computed once', async () => {
    const ctx = await testContext();
    const tape = createTape();
    const x = tape.leaf('x', f32(2));
    const twice = () => tape.apply(scale, { x }, { factor: 2, shift: 0 });
    const y = tape.apply(add, { a: twice(), b: twice() }, {});
    using plan = await compile(ctx, tape, { keep: [y] });
    expect(plan.dispatches).toEqual(['scale', 'add']);
  });

  test('what is not kept cannot be read, and what is disposed of cannot be run: said by name', async () => {
    const ctx = await testContext();
    const tape = createTape();
    const x = tape.leaf('x', f32(2));
    const hidden = tape.apply(scale, { x }, { factor: 2, shift: 0 });
    const y = tape.apply(add, { a: hidden, b: x }, {});
    const plan = await compile(ctx, tape, { keep: [y] });
    await expect(plan.read(hidden)).rejects.toThrow("'scale' was not kept: name it in compile's keep");
    expect(() => plan.write(x, new Float32Array(3))).toThrow("'x' [2] has 2 elements, the data has 3");
    plan[Symbol.dispose]();
    expect(() => plan.run()).toThrow('plan: it was disposed of');
  });

  test('more memory than the device allows is an error with both numbers', async () => {
    const ctx = await testContext();
    const tape = createTape();
    const n = Math.floor(ctx.traits.maxBindingBytes / 4) + 1;
    const x = tape.leaf('huge', f32(n));
    const y = tape.apply(relu, { x }, { slope: 0 });
    await expect(compile(ctx, tape, { keep: [y] })).rejects.toThrow(
      new RegExp(`huge needs max\\w+ ${n * 4}, the device allows \\d+`),
    );
  });

  test('a shader that does not compile is shown with its line', async () => {
    const ctx = await testContext();
    const broken = kernel({
      name: 'broken',
      wgsl: '@group(0) @binding(0) var<storage, read_write> y: array<f32>;\n@compute @workgroup_size(1) fn main() { y[0] = nonsense; }',
      buffers: { y: 'write' },
      uniforms: {},
      workgroup: [1],
    });
    const op = defineOp({
      name: 'broken',
      inputs: ['x'],
      infer: ({ x }: { x: { shape: readonly number[]; dtype: 'f32' | 'u32' } }, _: object) => x,
      lower: ({ output: y }) => [dispatch(broken, { buffers: { y }, uniforms: {}, threads: [1] })],
    });
    const tape = createTape();
    const y = tape.apply(op, { x: tape.leaf('x', f32(1)) }, {});
    await expect(compile(ctx, tape, { keep: [y] })).rejects.toThrow(
      /Kernel 'broken' does not compile[\s\S]*nonsense[\s\S]*2 \|/,
    );
  });

  test('a lost device is said so', async () => {
    const ctx = await openNodeContext({ adapter: testAdapter() });
    const tape = createTape();
    const x = tape.leaf('x', f32(2));
    const y = tape.apply(relu, { x }, { slope: 0 });
    const plan = await compile(ctx, tape, { keep: [y] });
    ctx.device.destroy();
    await ctx.lost;
    expect(() => plan.run()).toThrow(/The GPU device was lost \(destroyed\).*Open a new context/);
    await expect(compile(ctx, tape, { keep: [y] })).rejects.toThrow(/was lost/);
  });
});
