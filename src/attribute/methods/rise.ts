import { createRng } from '../../core/rng.js';
import { definePart } from '../../parts/part.js';
import { imageShape } from '../../scene/input.js';
import { baselineOf } from '../baseline.js';
import { hide } from '../hidden.js';
import { resizedMap } from '../resize.js';
import { rowOf, runPictures, runVariants } from '../variants.js';
import { BASELINE, BLUR, SEED } from './fields.js';

/** RISE: each mask is a random grid, enlarged bilinearly past the picture and cut out at a random place. */
export const rise = definePart({
  kind: 'attribution method',
  name: 'rise',
  text: 'The mean of the target over pictures seen through random coarse masks, for each pixel over those that show it. Needs no gradient.',
  source: 'Petsiuk et al. 2018 (RISE), eq. 6; masks: §3.2',
  fields: {
    masks: {
      type: 'number',
      whole: true,
      min: 1,
      default: 1000,
      text: 'masks for each picture, the same ones for all',
      source: 'N',
    },
    cells: {
      type: 'number',
      whole: true,
      min: 1,
      default: 7,
      text: 'rows and columns of a mask before it is enlarged',
      source: 'h, w',
    },
    shown: {
      type: 'number',
      above: 0,
      below: 1,
      default: 0.5,
      text: 'share of the cells that show the picture',
      source: 'p',
    },
    baseline: BASELINE,
    blur: BLUR,
    seed: SEED,
  },
  make: ({ masks, cells, shown, ...from }) => ({
    label: 'rise',
    async run(asked) {
      const { model, images } = asked;
      const [, H, W] = imageShape(model);
      const [values] = await runPictures(asked, () => []);
      const N = values.length;
      const baseline = await baselineOf(asked, from);
      const sums = new Float64Array(N * H * W);
      // Made when a variant is, and weighed when its target is known: those that are on their way.
      const pending = new Map<number, Float64Array>();
      let next = maskMaker(from.seed, cells, shown, [H, W]);
      await runVariants(asked, {
        count: N * masks,
        values: (scene) => [asked.target.build(scene)],
        make(i, into) {
          const n = Math.floor(i / masks);
          if (i % masks === 0) next = maskMaker(from.seed, cells, shown, [H, W]);
          const mask = next();
          pending.set(i, mask);
          hide(into, rowOf(images.data, n, N), rowOf(baseline, n, N), mask);
        },
        take(i, [[target]]) {
          const n = Math.floor(i / masks);
          for (const [at, m] of (pending.get(i) ?? []).entries()) sums[n * H * W + at] += m * target;
          pending.delete(i);
        },
      });
      return {
        map: { shape: [N, H, W], data: Float32Array.from(sums, (sum) => sum / (masks * shown)) },
        meaning: 'the mean of the target where the place is shown',
        drawn: 'size',
        values,
      };
    },
  }),
});

/** Masks one after another: cells of 0 and 1, enlarged past the picture, and cut out at a random place. */
function maskMaker(seed: number, cells: number, shown: number, [H, W]: readonly [number, number]): () => Float64Array {
  const rng = createRng(seed);
  const [tall, wide] = [Math.ceil(H / cells), Math.ceil(W / cells)];
  const size = [(cells + 1) * tall, (cells + 1) * wide] as const;
  return () => {
    const grid = Float64Array.from({ length: cells * cells }, () => (rng.uniform() < shown ? 1 : 0));
    const large = resizedMap(grid, [cells, cells], size);
    const [top, left] = [Math.floor(rng.uniform() * tall), Math.floor(rng.uniform() * wide)];
    return Float64Array.from({ length: H * W }, (_, i) => large[(top + Math.floor(i / W)) * size[1] + left + (i % W)]);
  };
}
