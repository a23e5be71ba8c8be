// The gradient weighed by the spectrum of pictures, against float64.
import { describe, expect, test } from 'vitest';
import { maxRelative } from '../../test/support/close.js';
import { testContext } from '../../test/support/device.js';
import { distinct } from '../../test/support/op.js';
import { blankNet } from '../../test/support/params.js';
import { binary } from '../kernels/binary/index.js';
import { irfft2Ref, rfft2Ref } from '../kernels/fft/fft.ref.js';
import { halfOf } from '../kernels/fft/index.js';
import { op as reduce } from '../kernels/reduction/index.js';
import { fill, get, type RefTensor } from '../kernels/reference.js';
import { definePart } from '../parts/part.js';
import { colourFactor, type ImageStatistics, magnitudeAt } from '../scene/statistics.js';
import { createRun } from '../synthesize/run.js';
import { createStudy } from '../synthesize/study.js';
import { precondition, sgd } from './index.js';

const statistics: ImageStatistics = {
  count: 1,
  size: [6, 5],
  source: 'numbers',
  mean: Float32Array.of(100, 110, 120),
  covariance: Float32Array.of(400, 90, 60, 90, 300, 80, 60, 80, 500),
  magnitude: Float32Array.from({ length: 3 * 6 * 3 }, (_, i) => 1 + ((7 * i) % 11)),
  coarse: { size: [1, 1], mean: Float32Array.of(100, 110, 120), factor: new Float32Array(9) },
};

/** L·F⁻¹·W·F·Lᵀ of each image, on a canvas of zeros around it. The net takes blue first. */
function weighedRef(g: RefTensor, [CH, CW]: readonly [number, number], power: number, mean: number): RefTensor {
  const [N, C, H, W] = g.shape;
  const L = colourFactor(statistics);
  const mixed = fill([N, C, CH, CW], (n, c, y, x) =>
    y < H && x < W ? [0, 1, 2].reduce((sum, k) => sum + L[3 * (2 - k) + c] * get(g, n, k, y, x), 0) : 0,
  );
  const magnitude = magnitudeAt(statistics, [CH, CW]);
  const most = Math.max(...magnitude);
  const z = rfft2Ref({ x: mixed });
  const weighed = fill(z.shape, (n, c, y, x, part) => {
    const weight = (magnitude[(c * CH + y) * halfOf(CW) + x] / most) ** power;
    return get(z, n, c, y, x, part) * weight * (y === 0 && x === 0 ? mean : 1);
  });
  const back = irfft2Ref({ z: weighed }, { W: CW });
  return fill(g.shape, (n, c, y, x) =>
    [0, 1, 2].reduce((sum, k) => sum + L[3 * (2 - c) + k] * get(back, n, k, y, x), 0),
  );
}

describe('precondition', () => {
  for (const [size, canvas, power, mean] of [
    [[6, 5], [6, 5], 1, 1],
    [[4, 7], [4, 7], 0.6, 0],
    // 17 is a prime that is too large for one stage.
    [[5, 17], [5, 24], 0.6, 0.5],
    [[17, 17], [24, 24], 1, 1],
  ] as const) {
    test(`an image of ${size.join('×')} on a canvas of ${canvas.join('×')}, power ${power}, mean ${mean}`, async () => {
      const [H, W] = size;
      const shape = [2, 3, H, W];
      const slope = distinct(6 * H * W, 3);
      const ramp = definePart({
        kind: 'objective',
        name: 'ramp',
        text: 'The image times fixed numbers.',
        fields: {},
        make: () => ({
          label: 'ramp',
          layers: [],
          build: ({ tape, image }) =>
            tape.apply(
              reduce,
              { x: binary(tape, 'mul', image, tape.constant('slope', shape, slope)) },
              { kind: 'sum', axes: [1, 2, 3], keep: false },
            ),
        }),
      });
      using run = await createRun(
        await testContext(),
        blankNet([3, H, W]),
        {
          recipe: createStudy({
            objective: ramp.make({}),
            regularize: [],
            optim: [precondition.make({ statistics: 'own', power, mean }), sgd.make({ lr: 1 })],
            seeds: [1, 2],
            steps: 10,
          }),
          compose: (study) => study,
        },
        { statistics: { own: statistics } },
      );
      const start = await run.read();
      run.run(1);
      const change = (await run.read()).map((v, i) => v - start[i]);
      const want = weighedRef({ shape, data: Float64Array.from(slope) }, canvas, power, mean).data;
      expect(maxRelative(change, want)).toBeLessThan(1e-5);
    });
  }
});
