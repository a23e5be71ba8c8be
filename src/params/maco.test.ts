import { describe, expect, test } from 'vitest';
import { blankNet, checkParams } from '../../test/support/params.js';
import { f32 } from '../core/shape.js';
import { createTape } from '../graph/tape.js';
import { fill, map } from '../kernels/reference.js';
import { type ImageStatistics, magnitudeAt } from '../scene/statistics.js';
import { createStage } from '../synthesize/stage.js';
import { maco } from './maco.js';
import { coloursRef, macoRef } from './params.ref.js';

/** Colours z of these pictures are `L·z + μ`. */
const L = [
  [0.25, 0, 0],
  [0.2, 0.1, 0],
  [0.15, 0.12, 0.08],
];
const MEAN = [0.5, 0.45, 0.35];

function known([H, W]: readonly [number, number]): ImageStatistics {
  const half = Math.floor(W / 2) + 1;
  return {
    source: 'a test',
    count: 1,
    size: [H, W],
    mean: Float32Array.from(MEAN),
    covariance: Float32Array.from(L.flatMap((a) => L.map((b) => a.reduce((sum, v, i) => sum + v * b[i], 0)))),
    magnitude: Float32Array.from({ length: 3 * H * half }, (_, i) => 2 + Math.sin(7 * i)),
    coarse: { size: [1, 1], mean: new Float32Array(3), factor: new Float32Array(3) },
  };
}

/**
 * WGSL's sine and cosine may be off by 2^-11. Dividing by the deviation of the image leaves such an error in a number of about 1, which
 * becomes a pixel by a slope of 255/4.
 */
const TOLERANCE = { atol: 0.15, rtol: 2e-3 };

describe('maco', () => {
  for (const [shape, size, options] of [
    [[2, 3, 6, 7], [6, 7], {}],
    [[1, 3, 5, 8], [5, 8], { colour: 'maco', epsilon: 1e-4 }],
    [[2, 3, 4, 5], [4, 5], { colour: 'none', range: [0.1, 0.9] }],
    [[2, 3, 4, 6], [4, 6], { range: [-0.2, 1.1] }],
    [[2, 1, 5, 6], [5, 6], {}],
    // Pictures of another size than the images.
    [[1, 3, 6, 5], [8, 9], {}],
  ] as const) {
    test(`[${shape}], pictures of ${size.join('×')}, ${JSON.stringify(options)}`, () => {
      const { epsilon = 1e-5, colour = 'statistics', range = [0, 1] } = options as Parameters<typeof maco.make>[0];
      const natural = known(size);
      const [, C, H, W] = shape;
      const half = Math.floor(W / 2) + 1;
      const magnitude = { shape: [C, H, half], data: Float64Array.from(magnitudeAt(natural, [H, W])) };
      return checkParams(maco.make(options), {
        shape,
        statistics: { natural },
        tolerance: TOLERANCE,
        rgb({ phase }) {
          const t = macoRef(phase, magnitude, W, epsilon);
          if (colour !== 'statistics') return coloursRef(t, { colour, range });
          const [low, high] = range;
          const logit = (v: number) => Math.log((v - low) / (high - v));
          const mean = C === 1 ? [(MEAN[0] + MEAN[1] + MEAN[2]) / 3] : MEAN;
          const mixed = fill(t.shape, (n, k, h, w) => {
            let sum = logit(mean[k]);
            for (let c = 0; c < C; c++) sum += (4 / (high - low)) * L[k][c] * t.data[((n * C + c) * H + h) * W + w];
            return sum;
          });
          return map(mixed, (v) => low + (high - low) / (1 + Math.exp(-v)));
        },
      });
    });
  }

  test('statistics that are not given are asked for', () => {
    const tape = createTape();
    const stage = createStage(tape, blankNet([3, 4, 5]), 1, undefined, {});
    const phase = tape.leaf('phase', f32(1, 3, 4, 3));
    expect(() => maco.make({}).image(stage, [phase], stage.mean)).toThrow(
      "statistics: 'natural' are not given (given: none)",
    );
  });
});
