import { describe, expect, test } from 'vitest';
import { contextWith, testContext } from '../../../test/support/device.js';
import { checkOp, distinct } from '../../../test/support/op.js';
import { grad } from '../../autodiff/grad.js';
import { f32, sizeOf } from '../../core/shape.js';
import { compile } from '../../graph/plan.js';
import { createTape } from '../../graph/tape.js';
import { type Attrs, op } from './index.js';
import { ref } from './maxPool.ref.js';

const plain: Attrs = { kernel: [3, 3], stride: [2, 2], pad: [0, 0, 0, 0], rounding: 'ceil', global: false };
const cases: [x: number[], attrs: Partial<Attrs>][] = [
  [[1, 1, 4, 4], {}],
  [[2, 3, 7, 5], {}],
  [[2, 3, 8, 6], { rounding: 'floor' }],
  [[1, 2, 9, 11], { kernel: [2, 3], stride: [3, 1] }],
  [[1, 2, 7, 8], { pad: [1, 1, 1, 1], stride: [1, 1] }],
  [[2, 2, 9, 12], { pad: [1, 2, 2, 1] }],
  [[1, 2, 6, 5], { kernel: [4, 3], pad: [2, 0, 1, 1], stride: [3, 2] }],
  [[3, 5, 7, 4], { global: true }],
  [[1, 70, 3, 3], { kernel: [2, 2], stride: [1, 1] }],
  // Strides larger than the window leave pixels that no window sees.
  [[1, 1, 10, 9], { kernel: [2, 2], stride: [4, 3], rounding: 'floor' }],
];

describe('maxPool', () => {
  for (const [x, attrs] of cases) {
    const all = { ...plain, ...attrs };
    test(`x=[${x}] ${JSON.stringify(attrs)}`, () => checkOp(op, ref, { inputs: { x }, attrs: all }));
  }

  for (const stride of [1, 2]) {
    for (const pad of [0, 1, 2]) {
      test(`3×3 windows in a loop and with rows written out, stride ${stride}, pad ${pad}`, async () => {
        const tape = createTape();
        const x = tape.leaf('x', f32(2, 3, 9, 12));
        const attrs: Attrs = { ...plain, stride: [stride, stride], pad: [pad, pad, pad, pad] };
        const y = tape.apply(op, { x }, attrs);
        const seed = tape.leaf('seed', y);
        const [dx] = grad(tape, y, [x], { seed });
        const data = distinct(sizeOf(x.shape), 3);
        const results: Float32Array[][] = [];
        for (const subgroupSize of [4, 8]) {
          using plan = await compile(await contextWith({ software: true, subgroupSize }), tape, { keep: [y, dx] });
          plan.write(x, data);
          plan.write(seed, distinct(sizeOf(y.shape), 4));
          plan.run();
          results.push([await plan.read(y), await plan.read(dx)]);
        }
        const want = ref({ x: { shape: x.shape, data: Float64Array.from(data) } }, attrs);
        expect(Array.from(results[0][0])).toEqual(Array.from(want.data, Math.fround));
        expect(results[1]).toEqual(results[0]);
      });
    }
  }

  for (const [name, value] of [
    ['-Infinity', Number.NEGATIVE_INFINITY],
    ['the lowest f32', -3.4028234663852886e38],
  ] as const) {
    for (const stride of [1, 2]) {
      for (const pad of [0, 1, 2]) {
        test(`an image of ${name} alone keeps it and its places, 3×3 windows, stride ${stride}, pad ${pad}`, async () => {
          const tape = createTape();
          const x = tape.leaf('x', f32(1, 2, 5, 7));
          const attrs: Attrs = { ...plain, stride: [stride, stride], pad: [pad, pad, pad, pad] };
          const y = tape.apply(op, { x }, attrs);
          const seed = tape.leaf('seed', y);
          const [dx] = grad(tape, y, [x], { seed });
          const [, , P, Q] = y.shape;
          // All pixels tie: each window's cotangent goes to its first pixel.
          const want = new Float32Array(sizeOf(x.shape));
          for (let i = 0; i < sizeOf(y.shape); i++) {
            const [c, p, q] = [Math.floor(i / (P * Q)), Math.floor(i / Q) % P, i % Q];
            want[(c * 5 + Math.max(p * stride - pad, 0)) * 7 + Math.max(q * stride - pad, 0)]++;
          }
          for (const subgroupSize of [4, 8]) {
            using plan = await compile(await contextWith({ software: true, subgroupSize }), tape, { keep: [y, dx] });
            plan.write(x, new Float32Array(want.length).fill(value));
            plan.write(seed, new Float32Array(sizeOf(y.shape)).fill(1));
            plan.run();
            expect(new Set(await plan.read(y))).toEqual(new Set([value]));
            expect(await plan.read(dx)).toEqual(want);
          }
        });
      }
    }
  }

  test('ties give all of the gradient to the first maximum in reading order', async () => {
    const ctx = await testContext();
    const tape = createTape();
    const x = tape.leaf('x', f32(1, 1, 3, 4));
    const y = tape.apply(op, { x }, { ...plain, kernel: [3, 4], stride: [1, 1] });
    const seed = tape.leaf('seed', y);
    const [dx] = grad(tape, y, [x], { seed });
    using plan = await compile(ctx, tape, { keep: [dx] });
    plan.write(x, Float32Array.of(1, 2, 7, 0, 7, 3, 7, 1, 0, 0, 7, 7));
    plan.write(seed, Float32Array.of(5));
    plan.run();
    expect(Array.from(await plan.read(dx))).toEqual([0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  });

  test('a last window that would start in the padding is dropped, as in Caffe', () => {
    const tape = createTape();
    const shape = (size: number, pad: number) =>
      tape.apply(
        op,
        { x: tape.leaf('x', f32(1, 1, size, size)) },
        { ...plain, kernel: [2, 2], pad: [pad, pad, pad, pad] },
      ).shape[2];
    // ⌈(3+2−2)/2⌉+1 = 3 windows, the third starting at 4−1 = 3, past the image.
    expect([shape(3, 1), shape(4, 1), shape(5, 0)]).toEqual([2, 3, 3]);
  });

  test('padding as large as the window is named', () => {
    const tape = createTape();
    const apply = () => tape.apply(op, { x: tape.leaf('x', f32(1, 1, 5, 5)) }, { ...plain, pad: [3, 0, 0, 0] });
    expect(apply).toThrow('maxPool: pad must be smaller than the window, got pad 3,0,0,0 and window 3x3');
  });
});
