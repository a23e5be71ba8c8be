import { describe, test } from 'vitest';
import { checkParams } from '../../test/support/params.js';
import { ref as random } from '../kernels/random/random.ref.js';
import { fill, get } from '../kernels/reference.js';
import { alpha } from './alpha.js';
import { coloursRef, fourierRef } from './params.ref.js';

describe('alpha', () => {
  for (const shape of [
    [2, 3, 5, 6],
    [2, 1, 4, 7],
  ] as const) {
    test(`[${shape}]`, () => {
      const [N, C, H, W] = shape;
      const half = Math.floor(W / 2) + 1;
      const colours = { colour: 'decorrelated', range: [0, 1] } as const;
      // Seed, step and stream are 0.
      const drawn = random(Array(N).fill(0), 0, C * H * half * 2, { distribution: 'normal', stream: 0 });
      const behind = coloursRef(
        fourierRef({ shape: [N, C, H, half, 2], data: drawn.map((v) => 0.5 * v) }, W, 1),
        colours,
      );
      return checkParams(alpha.make({}), {
        shape,
        // A driver's normal numbers are off by 2e-3 (kernels/random), amplified by low frequencies, at a slope of 255/4.
        tolerance: { atol: 0.1, rtol: 2e-3 },
        rgb({ spectrum }) {
          const t = fourierRef(spectrum, W, 1);
          const rgb = coloursRef(
            fill([...shape], (n, c, h, w) => get(t, n, c, h, w)),
            colours,
          );
          return fill([...shape], (n, c, h, w) => {
            const opacity = 1 / (1 + Math.exp(-get(t, n, C, h, w)));
            return opacity * get(rgb, n, c, h, w) + (1 - opacity) * get(behind, n, c, h, w);
          });
        },
      });
    });
  }
});
