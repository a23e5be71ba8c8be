// What the passes fuse gives the same numbers as what they leave alone. A value that is kept has to be there by itself, so a
// plan that keeps every value is the same net without fusion.
import { describe, expect, test } from 'vitest';
import { rulesOf } from '../../src/attribute/parts.js';
import { grad } from '../../src/autodiff/grad.js';
import { f32, type Spec, sizeOf } from '../../src/core/shape.js';
import { trace } from '../../src/graph/model.js';
import { optimize } from '../../src/graph/passes.js';
import { compile } from '../../src/graph/plan.js';
import { createTape, defineOp, type Value, variadic } from '../../src/graph/tape.js';
import { importCaffe } from '../../src/importers/index.js';
import { op as add } from '../../src/kernels/add/index.js';
import { op as concat } from '../../src/kernels/concat/index.js';
import { op as conv2d } from '../../src/kernels/conv2d/index.js';
import * as layers from '../../src/kernels/index.js';
import { op as maxPool } from '../../src/kernels/maxPool/index.js';
import { pointwise } from '../../src/kernels/pointwise/index.js';
import { op as relu } from '../../src/kernels/relu/index.js';
import { vjpsOf } from '../../src/parts/vjpsOf.js';
import { expectClose } from '../support/close.js';
import { contextWith } from '../support/device.js';
import { distinct } from '../support/op.js';

/**
 * An inception module, a residual block and a pooling: fan-out, concatenation and sums, with ReLUs between them. By the rules
 * for a GPU the deeper convolutions are summed in parts, one of them in a branch that is written in place.
 */
function build(mode: 'gradient' | 'deconv' | 'guided') {
  const tape = createTape();
  const image = tape.leaf('image', f32(2, 3, 9, 11));
  let seed = 20;
  const conv = (x: Value, K: number, size: number): Value => {
    const shape = [K, x.shape[1], size, size];
    const w = tape.constant('w', shape, distinct(sizeOf(shape), seed++));
    const b = tape.constant('b', [K], distinct(K, seed++));
    const pad = (size - 1) / 2;
    const attrs = { stride: [1, 1], pad: [pad, pad, pad, pad], dilation: [1, 1], group: 1 } as const;
    return tape.apply(conv2d, { x, w, b }, attrs);
  };
  const act = (x: Value) => tape.apply(relu, { x }, { slope: 0 });
  const pool = (x: Value) =>
    tape.apply(maxPool, { x }, { kernel: [3, 3], stride: [1, 1], pad: [1, 1, 1, 1], rounding: 'floor', global: false });
  const stem = act(conv(image, 5, 3));
  const branches = [act(conv(stem, 4, 1)), act(conv(act(conv(stem, 8, 1)), 7, 3)), act(conv(pool(stem), 3, 1))];
  const joined = tape.apply(concat, variadic(branches), { axis: 1 });
  const residual = act(tape.apply(add, { a: joined, b: conv(act(conv(joined, 6, 1)), 14, 3) }, {}));
  const y = conv(residual, 2, 1);
  const cotangent = tape.leaf('cotangent', y);
  const [gradient] = grad(tape, y, [image], {
    seed: cotangent,
    rules: vjpsOf(rulesOf(mode), { tape, step: cotangent, switched: (_label, _steps, first) => first }),
  });
  return { tape, image, y, cotangent, gradient };
}

describe('fusion changes no number', () => {
  for (const mode of ['gradient', 'deconv', 'guided'] as const) {
    for (const traits of [{}, { software: false }])
      test(`${mode} with ${JSON.stringify(traits)}`, async () => {
        const ctx = await contextWith(traits);
        const net = build(mode);
        const all = net.tape.nodes.map((n) => n.output);
        const results = [];
        const dispatches = [];
        for (const keep of [[net.y, net.gradient], all]) {
          using plan = await compile(ctx, net.tape, { keep });
          plan.write(net.image, distinct(sizeOf(net.image.shape), 1));
          plan.write(net.cotangent, distinct(sizeOf(net.cotangent.shape), 2));
          plan.run();
          results.push([await plan.read(net.y), await plan.read(net.gradient)]);
          dispatches.push(plan.dispatches);
        }
        const [fused, plain] = dispatches;
        // The comparison means something only if one is fused and the other is not.
        expect(fused.filter((d) => ['relu', 'add', 'copy_range', 'place_range'].includes(d))).toEqual([]);
        expect(plain.filter((d) => d === 'relu').length).toBe(7);
        expect(plain).toContain('copy_range');
        expect(fused.length).toBeLessThan(plain.length * ('software' in traits ? 0.8 : 0.7));
        if ('software' in traits) expect(fused).toContain('conv2d_sum');
        const close = { atol: 1e-4, rtol: 1e-5 };
        expectClose('y', results[0][0], results[1][0], net.y.shape, close);
        expectClose('gradient', results[0][1], results[1][1], net.gradient.shape, close);
        expect(results[0][1].some((v) => v !== 0)).toBe(true);
      });
  }
});

describe('folding switched off', () => {
  const net = `input: "data" input_dim: 1 input_dim: 3 input_dim: 9 input_dim: 11
    layer { name: "conv" type: "Convolution" bottom: "data" top: "conv"
      convolution_param { num_output: 8 kernel_size: 3 pad: 1 bias_term: false } }
    layer { name: "bn" type: "BatchNorm" bottom: "conv" top: "bn" }
    layer { name: "scale" type: "Scale" bottom: "bn" top: "scale" scale_param { bias_term: true
      filler { type: "uniform" min: 0.5 max: 2 } bias_filler { type: "uniform" min: -1 max: 1 } } }
    layer { name: "relu" type: "ReLU" bottom: "scale" top: "relu" }
    layer { name: "left" type: "Convolution" bottom: "relu" top: "left" convolution_param { num_output: 4 kernel_size: 1 } }
    layer { name: "right" type: "Convolution" bottom: "relu" top: "right"
      convolution_param { num_output: 4 kernel_size: 3 pad: 1 } }
    layer { name: "joined" type: "Concat" bottom: "left" bottom: "right" top: "joined" }
    layer { name: "sum" type: "Eltwise" bottom: "joined" bottom: "relu" top: "sum" }
    layer { name: "last" type: "ReLU" bottom: "sum" top: "last" }`;
  const model = importCaffe(net, undefined, { seededWeights: 4 });
  const stored = new Map(model.weights);
  // Statistics of a net that was trained.
  stored.set('bn.scale', { shape: [8], dtype: 'f32', data: distinct(8, 1).map((v) => 1.5 + v) });
  stored.set('bn.shift', { shape: [8], dtype: 'f32', data: distinct(8, 2) });
  const trained = { ...model, weights: stored };

  /** Values of the layers in `keep`, and the kernels that a step runs. */
  async function run(keep: readonly string[], fold: boolean) {
    const tape = createTape();
    const x = tape.leaf('x', f32(2, 3, 9, 11));
    const at = trace(tape, trained, x, layers);
    const y = at('last');
    const seed = tape.leaf('seed', y);
    const [gradient] = grad(tape, y, [x], { seed });
    const values = [...keep.map((name) => at(name)), gradient];
    using plan = await compile(await contextWith({}), tape, { keep: values, fold });
    plan.write(x, distinct(sizeOf(x.shape), 1));
    plan.write(seed, distinct(sizeOf(seed.shape), 2));
    plan.run();
    const data = [];
    for (const value of values) data.push(await plan.read(value));
    return { data, values, dispatches: plan.dispatches };
  }

  test('every blob is there, and is what the folded net has', async () => {
    const names = model.layers.map((l) => l.name);
    const plain = await run(names, false);
    for (const [i, name] of names.entries()) {
      const folded = await run([name], true);
      expectClose(name, folded.data[0], plain.data[i], plain.values[i].shape, { atol: 1e-5, rtol: 1e-5 });
    }
    const folded = await run(['last'], true);
    const shape = [2, 3, 9, 11];
    expectClose('gradient', folded.data[1], plain.data[names.length], shape, { atol: 1e-4, rtol: 1e-4 });
  });

  test('each op has a kernel of its own, even where nobody asks for its output', async () => {
    const count = (dispatches: readonly string[], name: string) => dispatches.filter((d) => d === name).length;
    const plain = (await run(['last'], false)).dispatches;
    const folded = (await run(['last'], true)).dispatches;
    expect([count(plain, 'affine'), count(plain, 'relu')]).toEqual([2, 2]);
    // The last ReLU is behind a sum, which takes nothing over.
    expect([count(folded, 'affine'), count(folded, 'relu')]).toEqual([0, 1]);
    expect(count(plain, 'copy_range') + count(plain, 'place_range')).toBeGreaterThan(0);
  });
});

describe('equal expressions are computed once', () => {
  const probe = defineOp({
    name: 'probe',
    inputs: ['x'],
    infer: ({ x }: { x: Spec }, _: { readonly value: unknown }) => x,
    lower: () => [],
  });
  const f = () => 1;
  const g = () => 2;

  /** How many nodes are left of two that differ by one attribute. */
  async function nodesOf(a: unknown, b: unknown): Promise<number> {
    const tape = createTape();
    const x = tape.leaf('x', f32(1, 3));
    const roots = [a, b].map((value) => tape.apply(probe, { x }, { value }));
    return optimize(tape, roots, (await contextWith({})).traits).tape.nodes.length;
  }

  test.each([
    ['NaN', Number.NaN, 0 / 0],
    ['-0', -0, -0],
    ['a list', [1, [2, -0]], [1, [2, -0]]],
    ['a function', f, f],
  ])('two nodes with %s are one', async (_, a, b) => expect(await nodesOf(a, b)).toBe(1));

  test.each([
    ['NaN and null', Number.NaN, null],
    ['Infinity and -Infinity', Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
    ['0 and -0', 0, -0],
    ['undefined and null in a list', [undefined], [null]],
    ['two functions', f, g],
    ['a function and nothing', f, undefined],
  ])('%s keep two nodes apart', async (_, a, b) => expect(await nodesOf(a, b)).toBe(2));

  test('thresholds at Infinity and -Infinity give nothing and everything', async () => {
    const tape = createTape();
    const x = tape.leaf('x', f32(1, 3));
    const nothing = pointwise(tape, x, 'threshold', { a: Number.POSITIVE_INFINITY });
    const everything = pointwise(tape, x, 'threshold', { a: Number.NEGATIVE_INFINITY });
    using plan = await compile(await contextWith({}), tape, { keep: [nothing, everything] });
    plan.write(x, new Float32Array([-2, 1, 3]));
    plan.run();
    expect([...(await plan.read(nothing))]).toEqual([0, 0, 0]);
    expect([...(await plan.read(everything))]).toEqual([-2, 1, 3]);
  });
});
