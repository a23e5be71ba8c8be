// Every penalty against float64, and its gradient against central differences.

import { describe, expect, test } from 'vitest';
import { expectClose } from '../../test/support/close.js';
import { testContext } from '../../test/support/device.js';
import { distinct } from '../../test/support/op.js';
import { grad } from '../autodiff/grad.js';
import { f32 } from '../core/shape.js';
import { type Model, PLAIN } from '../graph/model.js';
import { compile } from '../graph/plan.js';
import { createControls } from '../parts/live.js';
import type { Made } from '../parts/part.js';
import { openNet } from '../scene/openNet.js';
import { spaceOf } from '../scene/space.js';
import { alphaNorm, boundary, totalVariation } from './index.js';

const [N, C, H, W] = [2, 3, 9, 11];
const MEAN = [100, 110, 120];
const model: Model = {
  name: 'none',
  input: { name: 'data', shape: [1, C, H, W] },
  layers: [],
  weights: new Map(),
  preprocessing: { ...PLAIN, mean: MEAN },
};
const x = distinct(N * C * H * W, 3).map((v) => 120 * v);

/** A penalty of the images, and its gradient; `options` are set after it was compiled. */
async function device(part: Made<'regularizer'>, options: object = {}) {
  if (!('penalty' in part)) throw new Error('no penalty');
  const scene = openNet(model, { batch: N });
  const { tape, image } = scene;
  const controls = createControls(tape);
  const y = part.penalty(scene, image, controls.of('it'), spaceOf(model));
  const seed = tape.leaf('seed', f32(N));
  const [dx] = grad(tape, y, [image], { seed });
  using plan = await compile(await testContext(), tape, { keep: [y, dx] });
  plan.write(image, x);
  plan.write(seed, new Float32Array(N).fill(1));
  controls.set(plan, new Map([['it', { ...part.spec, ...options }]]));
  plan.run();
  return { y: await plan.read(y), dx: await plan.read(dx) };
}

/** One image's number, of its pixels about the mean. */
type Reference = (image: Float64Array) => number;
const at = (c: number, h: number, w: number) => (c * H + h) * W + w;
const places = Array.from({ length: C * H * W }, (_, i) => [Math.floor(i / H / W), Math.floor(i / W) % H, i % W]);

const variation =
  (weight: number, beta: number, smoothing: number): Reference =>
  (image) =>
    places.reduce((sum, [c, h, w]) => {
      const v = image[at(c, h, w)];
      const dx = w + 1 < W ? (image[at(c, h, w + 1)] - v) / 255 : 0;
      const dy = h + 1 < H ? (image[at(c, h + 1, w)] - v) / 255 : 0;
      return sum + weight * (dx * dx + dy * dy + smoothing) ** (beta / 2);
    }, 0);

const norm =
  (weight: number, alpha: number): Reference =>
  (image) =>
    image.reduce((sum, v) => sum + weight * Math.abs(v / 255) ** alpha, 0);

const framed =
  (weight: number, width: number, level: number): Reference =>
  (image) => {
    const pixel = (c: number, h: number, w: number) => (image[at(c, h, w)] + MEAN[c]) / 255;
    return places.reduce((sum, [c, h, w]) => {
      if (h >= width && w >= width && h < H - width && w < W - width) return sum;
      let [total, weights] = [0, 0];
      for (let dy = -2; dy <= 2; dy++) {
        for (let dx = -2; dx <= 2; dx++) {
          if (h + dy < 0 || h + dy >= H || w + dx < 0 || w + dx >= W) continue;
          const k = Math.max(Math.abs(dy), Math.abs(dx)) === 2 ? 0.5 : 1;
          total += k * pixel(c, h + dy, w + dx);
          weights += k;
        }
      }
      const own = pixel(c, h, w);
      return sum + weight * ((total / weights - own) ** 2 + 0.8 * (own - level) ** 2);
    }, 0);
  };

const CASES: readonly (readonly [string, Made<'regularizer'>, Reference])[] = [
  ['total variation', totalVariation.make({}), variation(4e-4, 1, 1e-5)],
  [
    'total variation, β = 2, the mean',
    totalVariation.make({ weight: 3, beta: 2, smoothing: 1e-3, over: 'mean' }),
    variation(3 / (C * H * W), 2, 1e-3),
  ],
  ['α-norm', alphaNorm.make({}), norm(0.01, 6)],
  ['α-norm, α = 1', alphaNorm.make({ weight: 1, alpha: 1 }), norm(1, 1)],
  ['boundary', boundary.make({ width: 3, level: 0.3 }), framed(0.01, 3, 0.3)],
];

describe('penalties', () => {
  for (const [name, part, reference] of CASES) {
    test(`${name}, and its gradient`, async () => {
      const size = C * H * W;
      const found = await device(part);
      for (let n = 0; n < N; n++) {
        const image = Float64Array.from(x.subarray(n * size, (n + 1) * size));
        expectClose(`image ${n}`, [found.y[n]], [reference(image)], [1], { atol: 0, rtol: 1e-4 });
        const slopes = Array.from({ length: size }, (_, i) => {
          const own = image[i];
          image[i] = own + 1e-3;
          const up = reference(image);
          image[i] = own - 1e-3;
          const down = reference(image);
          image[i] = own;
          return (up - down) / 2e-3;
        });
        // A number whose parts cancel is exact to the largest of them.
        const largest = slopes.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
        const own = found.dx.subarray(n * size, (n + 1) * size);
        expectClose(`gradient of image ${n}`, own, slopes, [C, H, W], { atol: 1e-4 * largest, rtol: 1e-4 });
      }
    });
  }

  test('sliders change them without compiling', async () => {
    const size = C * H * W;
    const found = await device(totalVariation.make({}), { weight: 2, beta: 1.5, smoothing: 0.01 });
    const want = variation(2, 1.5, 0.01)(Float64Array.from(x.subarray(0, size)));
    expectClose('total variation', [found.y[0]], [want], [1], { atol: 0, rtol: 1e-4 });
  });

  test('a frame that leaves nothing of the image is refused', async () => {
    await expect(device(boundary.make({ width: 5 }))).rejects.toThrow(
      "boundary.width: must be at most half of the image's 9×11 pixels, got 5",
    );
  });
});
