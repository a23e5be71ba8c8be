// The projections that filter the image against float64, with the numbers that sliders give them.

import { describe, test } from 'vitest';
import { expectClose } from '../../test/support/close.js';
import { testContext } from '../../test/support/device.js';
import { distinct } from '../../test/support/op.js';
import { blankNet } from '../../test/support/params.js';
import { f32, u32 } from '../core/shape.js';
import { compile } from '../graph/plan.js';
import { createTape } from '../graph/tape.js';
import type { RefTensor } from '../kernels/reference.js';
import { ref as denoised } from '../kernels/tvDenoise/tvDenoise.ref.js';
import { bilateralRef, medianRef } from '../kernels/windowFilter/windowFilter.ref.js';
import type { Stage } from '../parts/kinds.js';
import { createControls } from '../parts/live.js';
import type { Made } from '../parts/part.js';
import { createRandom } from '../scene/random.js';
import { spaceOf } from '../scene/space.js';
import { bilateral, median, tvDenoise } from './index.js';

const SHAPE = [2, 3, 9, 7] as const;
const [N, ...IMAGE] = SHAPE;
const SIZE = 9 * 7 * 3;
const STEP = 6;
const LAST = 24;
const x = distinct(N * SIZE, 3).map((v) => 120 * v);
const mean = Float32Array.from({ length: SIZE }, (_, i) => 100 + (i % 9));
const tensors: Record<string, RefTensor> = {
  x: { shape: SHAPE, data: Float64Array.from(x) },
  mean: { shape: IMAGE, data: Float64Array.from(mean) },
};

/** The image after the projection in step 6 of 24; `options` are set after it was compiled. */
async function projected(part: Made<'regularizer'>, options: object) {
  if (!('project' in part)) throw new Error('no projection');
  const tape = createTape();
  const image = tape.leaf('image', f32(...SHAPE));
  const step = tape.leaf('step', u32(1));
  const seeds = tape.leaf('seeds', u32(N));
  const stage: Stage = {
    tape,
    batch: N,
    step,
    last: LAST,
    random: createRandom(
      tape,
      () => seeds,
      () => step,
    ),
    space: { ...spaceOf(blankNet(IMAGE)), mean },
  };
  const controls = createControls(tape);
  const inputs = { image, mean: tape.constant('mean', IMAGE, mean), start: image };
  const y = part.project(stage, inputs, controls.of('it'));
  using plan = await compile(await testContext(), tape, { keep: [y] });
  plan.write(image, x);
  plan.write(step, Uint32Array.of(STEP));
  controls.set(plan, new Map([['it', { ...part.spec, ...options }]]));
  plan.run();
  return plan.read(y);
}

const denoise = (weight: number, sweeps = 100) => denoised(tensors, { weight, sweeps, order: 'chessboard' });

const CASES: readonly (readonly [string, Made<'regularizer'>, object, () => RefTensor])[] = [
  ['bilateral', bilateral.make({ every: 3 }), {}, () => bilateralRef(tensors, { sigma: 1, rho: 0.15 * 255 })],
  [
    'bilateral, wider and blinder',
    bilateral.make({}),
    { radius: 1.7, colour: 0.5, every: 1 },
    () => bilateralRef(tensors, { sigma: 1.7, rho: 0.5 * 255 }),
  ],
  ['median', median.make({ every: 3 }), {}, () => medianRef(tensors, { radius: 1 })],
  ['median of 5×5', median.make({}), { radius: 2, every: 2 }, () => medianRef(tensors, { radius: 2 })],
  ['median on another step', median.make({ every: 4 }), {}, () => tensors.x],
  ['TV denoising', tvDenoise.make({}), {}, () => denoise(0.4)],
  ['TV denoising, a weight that changes', tvDenoise.make({ weight: 0.1, lastWeight: 2 }), {}, () => denoise(0.575)],
  ['TV denoising, few sweeps', tvDenoise.make({ sweeps: 5 }), { weight: 0.02, every: 2 }, () => denoise(0.02, 5)],
];

describe('filters', () => {
  test.each(CASES)('%s', async (_, part, options, reference) => {
    // Values up to 255, rounded at every sweep, or weighed by an exponential.
    expectClose('image', await projected(part, options), reference().data, SHAPE, { atol: 1e-2, rtol: 1e-4 });
  });
});
