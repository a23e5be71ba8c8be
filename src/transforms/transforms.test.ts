// Every transform against float64, with the draws of the device's generator, as the loop applies it: forward, and its gradient.

import { describe, expect, test } from 'vitest';
import { expectClose, type Tolerance } from '../../test/support/close.js';
import { testContext } from '../../test/support/device.js';
import { distinct } from '../../test/support/op.js';
import { blankNet } from '../../test/support/params.js';
import { grad } from '../autodiff/grad.js';
import { f32, u32 } from '../core/shape.js';
import { compile } from '../graph/plan.js';
import { createTape } from '../graph/tape.js';
import { ref as sample } from '../kernels/affineSample/affineSample.ref.js';
import { ref as gaussian } from '../kernels/blur/blur.ref.js';
import { boxOf, windowOf } from '../kernels/cropMotion/cropMotion.ref.js';
import type { Attrs as MotionAttrs } from '../kernels/motion/index.js';
import { ref as motion } from '../kernels/motion/motion.ref.js';
import type { Distribution } from '../kernels/random/index.js';
import { ref as random } from '../kernels/random/random.ref.js';
import type { RefTensor } from '../kernels/reference.js';
import type { Border, Stage } from '../parts/kinds.js';
import { createControls } from '../parts/live.js';
import type { Made } from '../parts/part.js';
import { createRandom } from '../scene/random.js';
import { spaceOf } from '../scene/space.js';
import { transformed } from '../synthesize/transformed.js';
import { blur, crop, flip, noise, pad, rotate, scale, shift, window } from './index.js';

const SEEDS = [5, 4_000_000_000, 77];
const [N, C, H, W] = [SEEDS.length, 2, 9, 11];
const STEP = 64;
const x = distinct(N * C * H * W, 3);

/** A step of the loop that shows a net the image through transforms; `change` moves sliders, by the place in the list. */
async function device(
  transforms: readonly Made<'transform'>[],
  change: Readonly<Record<number, object>> = {},
  input: readonly [number, number] = [H, W],
) {
  const tape = createTape();
  const image = tape.leaf('image', f32(N, C, H, W));
  const seeds = tape.leaf('seeds', u32(N));
  const step = tape.leaf('step', u32(1));
  const stage: Stage = {
    tape,
    batch: N,
    step,
    last: 255,
    random: createRandom(
      tape,
      () => seeds,
      () => step,
    ),
    space: spaceOf(blankNet([C, ...input]), [H, W]),
  };
  const controls = createControls(tape);
  const y = transformed(stage, image, transforms, controls);
  const seed = tape.leaf('∂', y);
  const [dx] = grad(tape, y, [image], { seed });
  using plan = await compile(await testContext(), tape, { keep: [y, dx] });
  if (plan.uses(image)) plan.write(image, x);
  if (plan.uses(seeds)) plan.write(seeds, Uint32Array.from(SEEDS));
  if (plan.uses(step)) plan.write(step, Uint32Array.of(STEP));
  plan.write(seed, x.subarray(0, N * C * input[0] * input[1]));
  controls.set(plan, new Map(transforms.map(({ spec }, i) => [`transforms[${i}]`, { ...spec, ...change[i] }])));
  plan.run();
  return { shape: y.shape, y: await plan.read(y), dx: await plan.read(dx) };
}

type Reference = (image: RefTensor) => RefTensor;

/** Numbers of the device's generator, `[N, size]`. */
const drawn = (stream: number, size: number, distribution: Distribution = 'uniform'): RefTensor => ({
  shape: [N, size],
  data: random(SEEDS, STEP, size, { distribution, stream }),
});

const still: RefTensor = {
  shape: [N, 6],
  data: Float64Array.from({ length: 6 * N }, (_, i) => (i % 6 === 0 || i % 6 === 4 ? 1 : 0)),
};

/** Motions one after another, each of a stream of its own, in one sampling. */
const moved =
  (border: Border, motions: readonly MotionAttrs[]): Reference =>
  (image) => {
    const theta = motions.reduce((before, attrs, i) => motion({ theta: before, draws: drawn(i, 5) }, attrs), still);
    return sample({ x: image, theta }, { border });
  };

/** A box cut out and resized. */
const cut =
  (uniform: boolean, o: { side: number; lastSide: number; over: number; spread: number }): Reference =>
  (image) => {
    const draws = { side: drawn(0, 1, uniform ? 'uniform' : 'normal'), centre: drawn(1, 2, 'normal') };
    const attrs = { from: [H, W], size: [H, W], uniform, ...o, least: 0.05, most: 1, wander: 0.15 } as const;
    const theta = Float64Array.from({ length: 6 * N }, (_, i) => {
      const [top, left, bottom, right] = boxOf(draws, STEP, Math.floor(i / 6), attrs);
      const [y0, x0] = [(top + bottom - 1) / 2, (left + right - 1) / 2];
      return [bottom - top, 0, y0 * H, 0, right - left, x0 * W][i % 6];
    });
    return sample({ x: image, theta: { shape: [N, 6], data: theta } }, { border: 'zero' });
  };

const blurred: Reference = (image) => {
  const size = C * H * W;
  const draws = drawn(0, 1).data;
  const data = Float64Array.from(
    SEEDS.flatMap((_, n) => [
      ...gaussian(
        { x: { shape: [1, C, H, W], data: image.data.subarray(n * size, (n + 1) * size) } },
        0.5 + 1.5 * draws[n],
      ).data,
    ]),
  );
  return { shape: image.shape, data };
};

const noisy: Reference = (image) => {
  const [normal, uniform] = [drawn(0, C * H * W, 'normal').data, drawn(1, C * H * W).data];
  return {
    shape: image.shape,
    data: image.data.map((v, i) => v + 255 * (0.08 * normal[i] + 0.04 * (2 * uniform[i] - 1))),
  };
};

// A place in the image is rounded to 2^-22 of its size, and a pixel with it.
const PLACES: Tolerance = { atol: 3e-5, rtol: 3e-5 };
// Sines and logarithms may be off by 2^-11, which moves a place by a hundredth of a pixel, where neighbours differ by up to 2.
const ANGLES: Tolerance = { atol: 2e-2, rtol: 1e-3 };

const CASES: readonly (readonly [string, readonly Made<'transform'>[], Reference, Tolerance])[] = [
  ['shift', [shift.make({ reach: 4 })], moved('reflect', [{ shiftY: 4, shiftX: 4, whole: true }]), PLACES],
  [
    'shift by any number of pixels, around the border',
    [shift.make({ reach: 3.5, pixels: 'any', border: 'wrap' })],
    moved('wrap', [{ shiftY: 3.5, shiftX: 3.5 }]),
    PLACES,
  ],
  [
    'scale',
    [scale.make({ low: 0.7, high: 1.4, border: 'border' })],
    moved('border', [{ low: 0.7, high: 1.4 }]),
    PLACES,
  ],
  [
    'scale, its logarithm even',
    [scale.make({ low: 0.5, high: 2, even: 'logarithm' })],
    moved('reflect', [{ low: 0.5, high: 2, log: true }]),
    PLACES,
  ],
  ['rotate', [rotate.make({ angle: 40, border: 'zero' })], moved('zero', [{ angle: 40 }]), ANGLES],
  ['flip', [flip.make({ probability: 0.5 })], moved('reflect', [{ flip: 0.5 }]), PLACES],
  [
    'all that move, in one sampling',
    [shift.make({ reach: 2 }), scale.make({}), rotate.make({}), flip.make({})],
    moved('reflect', [{ shiftY: 2, shiftX: 2, whole: true }, { low: 0.9, high: 1.1 }, { angle: 10 }, { flip: 0.5 }]),
    ANGLES,
  ],
  [
    'crop, half way between its sides',
    [crop.make({ side: 0.9, lastSide: 0.5, over: 2 * STEP })],
    cut(false, { side: 0.9, lastSide: 0.5, over: 2 * STEP, spread: 0.05 }),
    ANGLES,
  ],
  [
    'crop with uniform sides',
    [crop.make({ draw: 'uniform', side: 1, lastSide: 0.6, over: 0, spread: 0.2 })],
    cut(true, { side: 0.6, lastSide: 0.6, over: 1, spread: 0.2 }),
    ANGLES,
  ],
  ['blur', [blur.make({ low: 0.5, high: 2 })], blurred, PLACES],
  ['noise', [noise.make({})], noisy, { atol: 5e-2, rtol: 1e-4 }],
];

describe('transforms', () => {
  for (const [name, transforms, reference, tolerance] of CASES) {
    test(`${name}, and its gradient`, async () => {
      const image = { shape: [N, C, H, W], data: Float64Array.from(x) };
      const found = await device(transforms);
      const want = reference(image);
      expectClose('image', found.y, want.data, want.shape, tolerance);
      // Some change of every image is a change: a draw of nothing would prove nothing.
      for (const n of SEEDS.keys()) {
        const own = found.y.subarray(n * C * H * W, (n + 1) * C * H * W);
        if (name !== 'flip') expect(own.some((v, i) => Math.abs(v - x[n * C * H * W + i]) > 0.1)).toBe(true);
      }
      // All of them are linear, up to what they add.
      const loss = () => reference(image).data.reduce((sum, v, i) => sum + v * x[i], 0);
      for (let i = 0; i < x.length; i += 37) {
        const own = image.data[i];
        image.data[i] = own + 0.5;
        const up = loss();
        image.data[i] = own - 0.5;
        const slope = up - loss();
        image.data[i] = own;
        expectClose(`gradient of pixel ${i}`, [found.dx[i]], [slope], [1], tolerance);
      }
    });
  }

  test('pad grows the image, and the next one moves the larger image', async () => {
    const found = await device([
      pad.make({ by: 4, border: 'wrap' }),
      crop.make({ border: 'wrap', side: 1, lastSide: 1, spread: 0, wander: 0, most: 4 }),
    ]);
    // The whole of the padded image in H×W: theta shrinks it about the centre.
    const theta = Float64Array.from({ length: 6 * N }, (_, i) => [(H + 8) / H, 0, 0, 0, (W + 8) / W, 0][i % 6]);
    const want = sample(
      { x: { shape: [N, C, H, W], data: Float64Array.from(x) }, theta: { shape: [N, 6], data: theta } },
      { border: 'wrap' },
    );
    expectClose('image', found.y, want.data, want.shape, PLACES);
  });

  test('window shows pixels of a larger canvas as they are', async () => {
    const [P, Q] = [5, 6] as const;
    const found = await device([window.make({ spread: 0.4 })], {}, [P, Q]);
    expect(found.shape).toEqual([N, C, P, Q]);
    const place = drawn(0, 2, 'normal');
    const want = SEEDS.flatMap((_, n) => {
      const [top, left] = windowOf(place, n, { from: [H, W], size: [P, Q], spread: 0.4 });
      return Array.from({ length: C * P * Q }, (_, i) => {
        const [c, row, column] = [Math.floor(i / P / Q), Math.floor(i / Q) % P, i % Q];
        return x[((n * C + c) * H + top + row) * W + left + column];
      });
    });
    expect([...found.y]).toEqual(want);
    await expect(device([window.make({})], {}, [H, W + 1])).rejects.toThrow(
      "transforms: 'window' needs an image of at least 9×12 pixels, what the net takes; got 9×11. Give a canvas",
    );
  });

  test('sliders at rest leave the image as it is, to the bit', async () => {
    const transforms = [shift, scale, rotate, flip, blur, noise].map((part) => part.make({}));
    const rest = [
      { reach: 0 },
      { low: 1, high: 1 },
      { angle: 0 },
      { probability: 0 },
      { low: 0, high: 0 },
      { normal: 0, uniform: 0 },
    ];
    const found = await device(transforms, { ...rest });
    expect([...found.y]).toEqual([...x]);
    expect([...found.dx]).toEqual([...x]);
  });
});
