import { OptionError } from '../../core/errors.js';
import { definePart } from '../../parts/part.js';
import { imageShape } from '../../scene/input.js';
import { baselineOf } from '../baseline.js';
import { hide } from '../hidden.js';
import { rowOf, runPictures, runVariants } from '../variants.js';
import { BASELINE, BLUR, SEED } from './fields.js';

/** Windows that would reach beyond the border are cut off there. */
export const occlusion = definePart({
  kind: 'attribution method',
  name: 'occlusion',
  text: 'What the target loses when a window of the picture is hidden; of windows that overlap, the mean.',
  source: 'Zeiler & Fergus 2013, §4.2; captum Occlusion',
  fields: {
    window: {
      type: 'number',
      whole: true,
      min: 1,
      optional: true,
      unit: 'px',
      text: 'side of the window; by default a seventh of the picture’s shorter side',
    },
    stride: {
      type: 'number',
      whole: true,
      min: 1,
      optional: true,
      unit: 'px',
      text: 'from one window to the next; by default half of the window',
    },
    baseline: BASELINE,
    blur: BLUR,
    seed: SEED,
  },
  make: ({ window, stride, ...from }) => ({
    label: 'occlusion',
    async run(asked) {
      const { model, images } = asked;
      const [, H, W] = imageShape(model);
      const side = window ?? Math.max(1, Math.round(Math.min(H, W) / 7));
      const step = stride ?? Math.ceil(side / 2);
      if (side > Math.min(H, W))
        throw new OptionError(
          'occlusion.window',
          `must be at most ${Math.min(H, W)}, the picture's shorter side, got ${side}`,
        );
      if (step > side)
        throw new OptionError(
          'occlusion.stride',
          `must be at most the window's ${side}, so that no pixel is left out, got ${step}`,
        );
      const tops = starts(H, side, step);
      const lefts = starts(W, side, step);
      const windows = tops.flatMap((top) => lefts.map((left) => ({ top, left })));
      const [values] = await runPictures(asked, () => []);
      const N = values.length;
      const baseline = await baselineOf(asked, from);
      const sums = new Float64Array(N * H * W);
      const counts = new Float64Array(H * W);
      const mask = new Float32Array(H * W);
      const cover = ({ top, left }: { top: number; left: number }, visit: (at: number) => void) => {
        for (let y = top; y < Math.min(top + side, H); y++)
          for (let x = left; x < Math.min(left + side, W); x++) visit(y * W + x);
      };
      for (const one of windows) cover(one, (at) => counts[at]++);
      await runVariants(asked, {
        count: N * windows.length,
        values: (scene) => [asked.target.build(scene)],
        make(i, into) {
          const n = Math.floor(i / windows.length);
          mask.fill(1);
          cover(windows[i % windows.length], (at) => (mask[at] = 0));
          hide(into, rowOf(images.data, n, N), rowOf(baseline, n, N), mask);
        },
        take(i, [[target]]) {
          const n = Math.floor(i / windows.length);
          cover(windows[i % windows.length], (at) => (sums[n * H * W + at] += values[n] - target));
        },
      });
      return {
        map: { shape: [N, H, W], data: Float32Array.from(sums, (sum, at) => sum / counts[at % (H * W)]) },
        meaning: `what the target loses when a window of ${side}x${side} pixels around the place is hidden`,
        drawn: 'signed',
        values,
      };
    },
  }),
});

/** Where windows start, so that each of `length` pixels is in one. */
const starts = (length: number, side: number, step: number): number[] =>
  Array.from({ length: Math.ceil((length - side) / step) + 1 }, (_, i) => i * step);
