import { definePart } from '../../parts/part.js';
import { attribute } from '../attribute.js';
import { baselineOf } from '../baseline.js';
import { gaussLegendre, midpoints } from '../quadrature.js';
import { runVariants } from '../variants.js';
import { BASELINE, BLUR, RULE, SEED } from './fields.js';

/** Both ends of the path, where only the target is asked for. */
const ENDS = 2;

/** With the rule `gradient` the map adds up to what the target gains from the baseline to the picture, up to the gap. */
export const integratedGradients = definePart({
  kind: 'attribution method',
  name: 'integratedGradients',
  text: 'The difference from a baseline, times the mean gradient on the straight path from there to the picture.',
  source: 'Sundararajan et al. 2017, eq. 1; the sum: eq. 3; completeness: proposition 1',
  fields: {
    steps: { type: 'number', whole: true, min: 1, default: 50, text: 'places on the path where the gradient is taken' },
    quadrature: {
      type: 'choice',
      of: ['midpoint', 'gauss'],
      default: 'midpoint',
      text: 'which places: the middles of equal parts, or those of Gauss and Legendre, which suit smooth nets',
    },
    baseline: { ...BASELINE, default: 'black' },
    blur: BLUR,
    rule: RULE,
    seed: SEED,
  },
  make: ({ steps, quadrature, rule, ...from }) => ({
    label: 'integratedGradients',
    async run(asked) {
      const { images } = asked;
      const [N] = images.shape;
      const size = images.data.length / N;
      const start = await baselineOf(asked, from);
      const path = [
        { at: 0, weight: 0 },
        { at: 1, weight: 0 },
        ...(quadrature === 'gauss' ? gaussLegendre(steps) : midpoints(steps)),
      ];
      const sums = new Float64Array(images.data.length);
      const ends = new Float32Array(N * ENDS);
      await runVariants(asked, {
        count: N * path.length,
        values(scene) {
          const target = asked.target.build(scene);
          return [target, attribute(scene, { target: { build: () => target }, method: rule })];
        },
        make(i, into) {
          const n = Math.floor(i / path.length);
          const { at } = path[i % path.length];
          for (let j = 0; j < size; j++) {
            const k = n * size + j;
            into[j] = start[k] + at * (images.data[k] - start[k]);
          }
        },
        take(i, [target, gradient]) {
          const n = Math.floor(i / path.length);
          const look = i % path.length;
          if (look < ENDS) ends[n * ENDS + look] = target[0];
          else for (let j = 0; j < size; j++) sums[n * size + j] += path[look].weight * gradient[j];
        },
      });
      const data = Float32Array.from(sums, (sum, k) => (images.data[k] - start[k]) * sum);
      return {
        map: { shape: images.shape, data },
        meaning: 'what each number of the input adds to the target, compared with the baseline',
        drawn: 'signed',
        values: Float32Array.from({ length: N }, (_, n) => ends[n * ENDS + 1]),
        gap: Float32Array.from({ length: N }, (_, n) => {
          const sum = data.subarray(n * size, (n + 1) * size).reduce((a, b) => a + b, 0);
          return ends[n * ENDS + 1] - ends[n * ENDS] - sum;
        }),
      };
    },
  }),
});
