import { halfOf, irfft2 } from '../kernels/fft/index.js';
import { normalizeParts } from '../kernels/normalize/index.js';
import { polar } from '../kernels/spectrum/index.js';
import { definePart } from '../parts/part.js';
import { mixChannels } from '../scene/mixChannels.js';
import { colourFactor, type ImageStatistics, magnitudeAt } from '../scene/statistics.js';
import { checkRange, MIXES, type Mix, RANGE_FIELD, type Range, squashed } from './bounded.js';
import { toNet } from './colours.js';
import { noise } from './fourier.js';

/**
 * Magnitude Constrained Optimization: the image's phases alone are free. Phases of deviation 1 are not spread evenly around the circle, so
 * the image has a spot in its first corner, as xplique's and Horama's have.
 */
export const maco = definePart({
  kind: 'parameterization',
  name: 'maco',
  text: 'Phases of a spectrum whose magnitudes are those of real pictures, so that no frequency can be too strong.',
  source:
    'Fel et al. 2023, Unlocking Feature Visualization for Deeper Networks with MAgnitude Constrained Optimization',
  fields: {
    statistics: { type: 'text', default: 'natural', text: 'statistics of pictures that the magnitudes are taken from' },
    colour: {
      type: 'choice',
      of: ['statistics', 'maco', 'none'],
      default: 'statistics',
      text: 'how channels become colours: as those of the statistics vary together, by the matrix of xplique and Horama, or each as it is',
    },
    epsilon: {
      type: 'number',
      above: 0,
      default: 1e-5,
      text: 'added to the deviations that phases and image are divided by',
      source: 'xplique; Horama: 1e-4',
    },
    ...RANGE_FIELD,
  },
  make({ statistics, colour, epsilon, range }) {
    checkRange('maco', range);
    return {
      label: 'maco',
      editable: false,
      variables: ([N, C, H, W]) => [{ label: 'phase', shape: [N, C, H, halfOf(W)] }],
      start: ({ shape: [C, H, W] }, seed) => [noise(seed, 'phase', C * H * halfOf(W), 1)],
      image(stage, [phase], mean) {
        const { tape, space } = stage;
        const { length: C } = space.colours();
        const [N, H, W] = [phase.shape[0], space.shape[1], space.shape[2]];
        const known = space.statistics(statistics);
        const shape = [C, H, halfOf(W)];
        // Of a net that takes gray, the magnitude of the first decorrelated colour, which is nearly it.
        const magnitude = tape.constant('magnitude', shape, () =>
          magnitudeAt(known, [H, W]).slice(0, C * H * halfOf(W)),
        );
        const standard = { kind: 'mvn', eps: epsilon } as const;
        const z = tape.apply(polar, { phase: normalizeParts(tape, phase, N, standard), magnitude }, {});
        const t = normalizeParts(tape, tape.apply(irfft2, { z }, { W }), N, standard);
        const mixed = () => {
          if (colour === 'statistics') return mixChannels(tape, t, ...mixOf(known, range, C));
          return colour === 'maco' && C === 3 ? mixChannels(tape, t, MIXES.maco) : t;
        };
        return toNet(stage, squashed(stage, mixed(), range), mean);
      },
    };
  },
});

/**
 * Colours as in pictures, before the sigmoid: `logit(μ) + 4·L·t`, as the slope of a sigmoid is ¼ in its middle. Where range is not from 0
 * to 1, as shares of it.
 */
function mixOf(statistics: ImageStatistics, [low, high]: Range, C: number): [rows: Mix, offset: readonly number[]] {
  const factor = colourFactor(statistics);
  const gain = 4 / (high - low);
  const logit = (mean: number) => {
    const share = Math.min(0.999, Math.max(0.001, (mean - low) / (high - low)));
    return Math.log(share / (1 - share));
  };
  const { mean } = statistics;
  if (C === 1) return [[[gain * factor[0]]], [logit((mean[0] + mean[1] + mean[2]) / 3)]];
  return [[0, 1, 2].map((k) => factor.slice(3 * k, 3 * k + 3).map((v) => gain * v)), [...mean].map(logit)];
}
