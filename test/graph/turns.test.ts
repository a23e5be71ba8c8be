// Grids that a device allows to be less deep than a batch has planes: kernels take these in turns, and give the same.
import { expect, test } from 'vitest';
import { grad } from '../../src/autodiff/grad.js';
import { f32, sizeOf, u32 } from '../../src/core/shape.js';
import type { Context } from '../../src/gpu/context.js';
import { kernel } from '../../src/gpu/kernel.js';
import { compile } from '../../src/graph/plan.js';
import { constantsOf } from '../../src/graph/schedule.js';
import { createTape, dispatch, type Op, type Tape, type Value } from '../../src/graph/tape.js';
import { op as blur, gaussianTaps } from '../../src/kernels/blur/index.js';
import * as layers from '../../src/kernels/index.js';
import { expectClose } from '../support/close.js';
import { contextWith } from '../support/device.js';
import { distinct } from '../support/op.js';

const IMAGE = [7, 3, 3, 3];
const MOST = 6;

const weights = (t: Tape, ...shape: number[]) => t.constant('w', shape, distinct(sizeOf(shape), 5));
const applied =
  (op: Op, attrs: object) =>
  (t: Tape, x: Value): Value =>
    t.apply(op, { x }, attrs);
const convolved =
  (K: number, group: number) =>
  (t: Tape, x: Value): Value => {
    const attrs = { stride: [1, 1], pad: [1, 1, 1, 1], dilation: [1, 1], group } as const;
    return t.apply(layers.conv2d, { x, w: weights(t, K, 3 / group, 3, 3), b: weights(t, K) }, attrs);
  };
const window = { kernel: [3, 3], stride: [2, 2], pad: [0, 0, 1, 1], rounding: 'floor', global: false } as const;
const lrn = { alpha: 0.1, beta: 0.75, k: 1 };

const CASES: Readonly<Record<string, (t: Tape, x: Value) => Value>> = {
  'a convolution with a border': convolved(3, 1),
  'a convolution of few rows': convolved(2, 1),
  'a depthwise convolution': convolved(3, 3),
  'average pooling': applied(layers.avgPool, { ...window, divisor: 'valid' }),
  'max pooling 3×3': applied(layers.maxPool, window),
  'max pooling 2×3': applied(layers.maxPool, { ...window, kernel: [2, 3] }),
  'LRN of five channels': applied(layers.lrn, { ...lrn, size: 5 }),
  'LRN of seven channels': applied(layers.lrn, { ...lrn, size: 7 }),
  'LRN within channels': applied(layers.lrnWithin, { ...lrn, size: 3 }),
  'scale and shift': (t, x) => t.apply(layers.affine, { x, scale: weights(t, 3), shift: weights(t, 3) }, {}),
  blur(t, x) {
    const { radius, taps } = gaussianTaps(1);
    const every = { taps: t.constant('taps', [taps.length], taps), step: t.leaf('step', u32(1)) };
    return t.apply(blur, { x, ...every }, { radius, every: 1 });
  },
};

async function results(ctx: Context, make: (t: Tape, x: Value) => Value): Promise<Float32Array[]> {
  const tape = createTape();
  const x = tape.leaf('x', f32(...IMAGE));
  const y = make(tape, x);
  const seed = tape.leaf('seed', y);
  const wanted = y.label.startsWith('blur') ? [y] : [y, ...grad(tape, y, [x], { seed })];
  using plan = await compile(ctx, tape, { keep: wanted });
  if (plan.uses(x)) plan.write(x, distinct(sizeOf(IMAGE), 1));
  if (plan.uses(seed)) plan.write(seed, distinct(sizeOf(y.shape), 2));
  plan.run();
  return Promise.all(wanted.map((value) => plan.read(value)));
}

for (const [what, make] of Object.entries(CASES)) {
  for (const software of [true, false]) {
    test(`${what}, as on a ${software ? 'C' : 'G'}PU`, async () => {
      const whole = await results(await contextWith({ software }), make);
      const inTurns = await results(await contextWith({ software, maxWorkgroups: MOST }), make);
      inTurns.forEach((got, i) => {
        expectClose(`${what} [${i}]`, got, whole[i], [got.length], { atol: 1e-6, rtol: 1e-5 });
      });
    });
  }
}

test('planes change places where a grid takes fewer of them', async () => {
  // Whole planes of 17 numbers stay together: more of them than MOST workgroups copy at the usual length of a run.
  const shape = [8 * MOST + 5, 3, 17];
  const x = distinct(sizeOf(shape), 3);
  const tape = createTape();
  const leaf = tape.leaf('x', f32(...shape));
  const y = tape.apply(layers.transpose, { x: leaf }, { order: [1, 0, 2] });
  using plan = await compile(await contextWith({ maxWorkgroups: MOST }), tape, { keep: [y] });
  plan.write(leaf, x);
  plan.run();
  const [A, B, inner] = shape;
  const want = Float32Array.from(x, (_, i) => {
    const [b, a] = [Math.floor(i / (A * inner)), Math.floor(i / inner) % A];
    return x[(a * B + b) * inner + (i % inner)];
  });
  expect(await plan.read(y)).toEqual(want);
});

test('a kernel is told whether it has to take turns', () => {
  const declared = { name: 'k', wgsl: '', buffers: {}, uniforms: {}, workgroup: [8, 8, 2], longGrid: 'turns' } as const;
  const turns = (z: number) =>
    constantsOf(
      dispatch(kernel(declared), {
        buffers: {},
        uniforms: {},
        threads: [8, 8, z],
      }),
      100,
    );
  expect([turns(200), turns(201)]).toEqual([{ TURNS: 0 }, { TURNS: 1 }]);
});
