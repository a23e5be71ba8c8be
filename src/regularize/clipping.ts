// What the four clipping regularizers have in common: they set to zero, the mean image's colour, what scores below a percentile of
// all scores in the image. Strictly below, with numpy's linear interpolation.
import { sizeBetween } from '../core/shape.js';
import { pixelScore, type Score, zeroBelow } from '../kernels/ascent/index.js';
import { op as percentile, percentileRank } from '../kernels/percentile/index.js';
import type { NumberField } from '../parts/fields.js';
import type { Projection } from '../parts/kinds.js';

interface Options {
  readonly percent: number;
}

/** The one field that they have. */
export const percentField = (label: string, text: string, source?: string) =>
  ({
    type: 'number',
    min: 0,
    max: 100,
    default: 0,
    unit: '%',
    live: true,
    text,
    label,
    ...(source && { source }),
    slider: { min: 0, max: 99, step: 1 },
  }) as const satisfies NumberField;

/** Clips by one score; 0 percent clips nothing. */
export const clipBelow = (score: Score, { percent }: Options): Projection => ({
  label: `${score} ${percent} %`,
  project({ tape }, { image, gradient = image }, live) {
    const active = live.number(`${score} active`, 'u32', (o: Options) => (o.percent > 0 ? 1 : 0));
    const scores = tape.apply(pixelScore, { x: image, g: gradient }, { kind: score, active });
    const ranked = sizeBetween(scores.shape, 1);
    const rank = live.number(`${score} rank`, 'u32', (o: Options) => percentileRank(o.percent, ranked).rank);
    const fraction = live.number(
      `${score} fraction`,
      'f32',
      (o: Options) => percentileRank(o.percent, ranked).fraction,
    );
    const threshold = tape.apply(percentile, { x: scores }, { rank, fraction, active });
    return tape.apply(zeroBelow, { x: image, s: scores, threshold }, { active });
  },
});
