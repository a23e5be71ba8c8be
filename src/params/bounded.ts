// From numbers without bounds to colours: the channels are mixed as the colours of photographs vary together, and a sigmoid keeps
// each colour within a range. And the way back, for a picture as a start.
import { OptionError } from '../core/errors.js';
import type { Value } from '../graph/tape.js';
import { pointwise } from '../kernels/pointwise/index.js';
import type { Fields, OptionsOf } from '../parts/fields.js';
import type { Stage } from '../parts/kinds.js';
import { mixChannels } from '../scene/mixChannels.js';
import { type ImageSpace, WHITE } from '../scene/space.js';

/** `rgb_k = Σ_c rows[k][c]·t_c`. */
export type Mix = readonly (readonly number[])[];

/** Lucid's root of the colour covariance of ImageNet (param/color.py, `color_correlation_svd_sqrt`). */
const ROOT: Mix = [
  [0.26, 0.09, 0.02],
  [0.27, 0, -0.05],
  [0.27, -0.09, 0.03],
];
const longest = Math.max(...[0, 1, 2].map((c) => Math.hypot(...ROOT.map((row) => row[c]))));
/** The matrix of MaCo (Fel et al. 2023; xplique and Horama), there `t·M` of a row t. */
const MACO: Mix = [
  [0.56282854, 0.5844758, 0.5844758],
  [0.19482528, 0, -0.19482528],
  [0.0432945, -0.10823626, 0.06494176],
];
export const MIXES = {
  /** ROOT divided by the length of its longest column. Lucid: `color_correlation_normalized`. */
  decorrelated: ROOT.map((row) => row.map((v) => v / longest)),
  maco: MACO.map((_, k) => MACO.map((row) => row[k])),
} as const satisfies Readonly<Record<string, Mix>>;

export const RANGE_FIELD = {
  range: {
    type: 'numbers',
    length: 2,
    default: [0, 1],
    text: 'the darkest and the brightest that a pixel can be, where 1 is white',
    source: 'Lucid, param/color.py: a sigmoid',
  },
} as const satisfies Fields;

export const COLOUR_FIELDS = {
  colour: {
    type: 'choice',
    of: ['decorrelated', 'maco', 'none'],
    default: 'decorrelated',
    text: 'how channels become colours: as colours of photographs vary together, in Lucid’s or in MaCo’s numbers, or each as it is. Gray is not mixed',
    source: 'Lucid, param/color.py; Fel et al. 2023',
  },
  ...RANGE_FIELD,
} as const satisfies Fields;

export type Range = readonly number[];
export type Colours = OptionsOf<typeof COLOUR_FIELDS>;

/** The range, which must go up. @throws OptionError */
export function checkRange(part: string, range: Range): void {
  if (range[0] < range[1]) return;
  throw new OptionError(`${part}.range`, `must go up, from the darkest to the brightest, got ${range.join(', ')}`);
}

/** Numbers `[N, C, H, W]` without bounds as colours: a sigmoid, stretched to the range. */
export function squashed({ tape }: Stage, t: Value, [low, high]: Range): Value {
  const rgb = pointwise(tape, t, 'sigmoid');
  if (low === 0 && high === 1) return rgb;
  const all = Array.from({ length: t.shape[1] }, (_, i) => i);
  return mixChannels(
    tape,
    rgb,
    all.map((k) => all.map((c) => (c === k ? high - low : 0))),
    all.map(() => low),
  );
}

const mixOf = ({ colour }: Pick<Colours, 'colour'>, C: number): Mix | undefined =>
  colour !== 'none' && C === 3 ? MIXES[colour] : undefined;

/** Red, green and blue of t `[N, C, H, W]`, which has no bounds. */
export function coloursOf(stage: Stage, t: Value, options: Colours): Value {
  const mix = mixOf(options, t.shape[1]);
  return squashed(stage, mix ? mixChannels(stage.tape, t, mix) : t, options.range);
}

/** How near the ends of the range a given picture may come: a sigmoid never gets there. Horama: `logit(eps=1e-3)`. */
const NEAR = 1e-3;

/** t `[C, H, W]` of a mean-subtracted image in the net's order: what `coloursOf` makes that image of. */
export function uncoloured(image: Float32Array, space: ImageSpace, options: Colours): Float32Array {
  const places = space.colours();
  const C = places.length;
  const plane = image.length / C;
  const [low, high] = options.range;
  const logits = places.map((place) =>
    Float64Array.from({ length: plane }, (_, i) => {
      const at = place * plane + i;
      const share = ((image[at] + space.mean[at]) / WHITE - low) / (high - low);
      const inside = Math.min(1 - NEAR, Math.max(NEAR, share));
      return Math.log(inside / (1 - inside));
    }),
  );
  const mix = mixOf(options, C);
  if (!mix) return Float32Array.from({ length: image.length }, (_, i) => logits[Math.floor(i / plane)][i % plane]);
  const back = inverse(mix);
  return Float32Array.from({ length: image.length }, (_, i) =>
    back[Math.floor(i / plane)].reduce((sum, v, c) => sum + v * logits[c][i % plane], 0),
  );
}

/** The inverse of a 3×3 matrix, by cofactors. */
function inverse(m: Mix): Mix {
  const cofactor = (r: number, c: number) => {
    const at = (i: number, j: number) => m[(r + i) % 3][(c + j) % 3];
    return at(1, 1) * at(2, 2) - at(1, 2) * at(2, 1);
  };
  const all = [0, 1, 2];
  const determinant = all.reduce((sum, c) => sum + m[0][c] * cofactor(0, c), 0);
  return all.map((r) => all.map((c) => cofactor(c, r) / determinant));
}
