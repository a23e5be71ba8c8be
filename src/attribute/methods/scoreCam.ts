import { definePart } from '../../parts/part.js';
import { imageShape } from '../../scene/input.js';
import { baselineOf } from '../baseline.js';
import { CAM } from '../cam.js';
import { hide } from '../hidden.js';
import { mapsFor } from '../layer.js';
import { resizedMap } from '../resize.js';
import { rowOf, runPictures, runVariants } from '../variants.js';
import { BASELINE, BLUR, SEED } from './fields.js';

/** One picture through the net for each channel of the layer. A channel that is the same everywhere hides nothing and counts as zero. */
export const scoreCam = definePart({
  kind: 'attribution method',
  name: 'scoreCam',
  text: 'The maps of a layer, each weighed by what the target is if the picture is only seen through it. Needs no gradient.',
  source: 'Wang et al. 2020 (Score-CAM), algorithm 1; the greatest channels alone: Faster Score-CAM',
  fields: {
    layer: CAM.layer,
    channels: {
      type: 'number',
      whole: true,
      min: 1,
      optional: true,
      text: 'look only at so many channels, whose maps vary most; by default at all',
    },
    baseline: BASELINE,
    blur: BLUR,
    seed: SEED,
  },
  make: ({ layer: asLayer, channels, ...from }) => ({
    label: 'scoreCam',
    async run(asked) {
      const { model, images } = asked;
      const [, H, W] = imageShape(model);
      let layer = '';
      let shape: readonly number[] = [];
      const [values, maps] = await runPictures(asked, (scene, target) => {
        const found = mapsFor(scene, target, asLayer);
        layer = found.name;
        shape = found.maps.shape;
        return [found.maps];
      });
      const N = values.length;
      const [, K, h, w] = shape;
      const baseline = await baselineOf(asked, from);
      const [nothing] = await runPictures({ ...asked, images: { ...images, data: baseline } }, () => []);
      const channelOf = (n: number, k: number) => rowOf(rowOf(maps, n, N), k, K);
      const chosen = Array.from({ length: N }, (_, n) => mostVarying((k) => channelOf(n, k), K, channels ?? K));
      const each = chosen[0].length;
      const scores = new Float64Array(N * each);
      await runVariants(asked, {
        count: N * each,
        values: (scene) => [asked.target.build(scene)],
        make(i, into) {
          const n = Math.floor(i / each);
          const mask = toUnit(resizedMap(channelOf(n, chosen[n][i % each]), [h, w], [H, W]));
          hide(into, rowOf(images.data, n, N), rowOf(baseline, n, N), mask);
        },
        take(i, [[score]]) {
          scores[i] = score - nothing[Math.floor(i / each)];
        },
      });
      const data = new Float32Array(N * H * W);
      for (let n = 0; n < N; n++) {
        const weights = softmax(scores.subarray(n * each, (n + 1) * each));
        const sum = new Float64Array(h * w);
        for (const [i, k] of chosen[n].entries()) {
          for (const [at, v] of channelOf(n, k).entries()) sum[at] += weights[i] * v;
        }
        data.set(
          resizedMap(
            sum.map((v) => Math.max(v, 0)),
            [h, w],
            [H, W],
          ),
          n * H * W,
        );
      }
      return {
        map: { shape: [N, H, W], data },
        meaning: `how much each place of '${layer}' speaks for the target`,
        drawn: 'size',
        values,
        layer,
      };
    },
  }),
});

/** The `count` channels whose maps vary most, the most varying one first. */
function mostVarying(channel: (k: number) => Float32Array, K: number, count: number): number[] {
  const variances = Float64Array.from({ length: K }, (_, k) => {
    const map = channel(k);
    const mean = map.reduce((a, b) => a + b, 0) / map.length;
    return map.reduce((a, b) => a + (b - mean) ** 2, 0) / map.length;
  });
  return Array.from({ length: K }, (_, k) => k)
    .sort((a, b) => variances[b] - variances[a] || a - b)
    .slice(0, count);
}

/** From 0 to 1, or all 0 where all numbers are equal. */
function toUnit(map: Float64Array): Float64Array {
  const least = map.reduce((a, b) => Math.min(a, b));
  const range = map.reduce((a, b) => Math.max(a, b)) - least;
  return map.map((v) => (range > 0 ? (v - least) / range : 0));
}

function softmax(scores: Float64Array): Float64Array {
  const most = scores.reduce((a, b) => Math.max(a, b));
  const powers = scores.map((v) => Math.exp(v - most));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((v) => v / sum);
}
