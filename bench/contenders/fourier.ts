// What a step in Lucid's parameterization is made of, for contenders that have no such thing: numbers for plain matrix products. They are
// written down here by their definition, so that agreement with this library confirms it.
import { inputShape, type Task } from './contender.js';

export interface FourierPlan {
  readonly N: number;
  readonly H: number;
  readonly W: number;
  /** Columns of the half spectrum. */
  readonly half: number;
  /** `[H, half]`: what each frequency is multiplied by. */
  readonly weights: Float32Array;
  /** `[H, H]`: cosine and sine of the inverse transform along columns, orthonormal. */
  readonly down: Pair;
  /** `[half, W]`: the same along rows, where most columns of the spectrum stand for two. */
  readonly across: Pair;
  /** `[3, 3]`, one row for each of red, green and blue: what it takes of each decorrelated colour. */
  readonly colours: Float32Array;
  /** `[3, 3]`, one row for each colour of 0 to 1, and `[3]`: the net's input, channel by channel, is the colours times `input` plus `shift`. */
  readonly input: Float32Array;
  readonly shift: Float32Array;
}

export interface Pair {
  readonly cos: Float32Array;
  readonly sin: Float32Array;
}

/** Shape of the spectrum, `[N, 3, H, ⌊W/2⌋ + 1, 2]`. */
export function spectrumShape(task: Task): readonly [number, number, number, number, number] {
  const [N, C, H, W] = inputShape(task);
  return [N, C, H, Math.floor(W / 2) + 1, 2];
}

// Lucid, param/color.py: color_correlation_svd_sqrt, and the length of its longest column.
const ROOT = [0.26, 0.09, 0.02, 0.27, 0, -0.05, 0.27, -0.09, 0.03];
const LONGEST = Math.hypot(0.26, 0.27, 0.27);
/** Lucid divides its image by it. */
const CONTRAST = 4;

export function fourierPlan(task: Task): FourierPlan {
  const [N, , H, half] = spectrumShape(task);
  const W = inputShape(task)[3];
  const { mean, order, scale } = task.model.preprocessing;
  if (!Array.isArray(mean) || typeof scale !== 'number')
    throw new Error('this case needs a mean for each channel, and one scale');
  const channels = order === 'bgr' ? [2, 1, 0] : [0, 1, 2];
  const table = (rows: number, columns: number, size: number, value: (angle: number, row: number) => number) =>
    Float32Array.from({ length: rows * columns }, (_, i) => {
      const [row, column] = [Math.floor(i / columns), i % columns];
      return value((2 * Math.PI * ((row * column) % size)) / size, row) / Math.sqrt(size);
    });
  const twice = (column: number) => (column === 0 || 2 * column === W ? 1 : 2);
  return {
    N,
    H,
    W,
    half,
    weights: Float32Array.from({ length: H * half }, (_, i) => {
      const y = Math.floor(i / half);
      const f = Math.hypot((y <= H / 2 ? y : y - H) / H, (i % half) / W);
      return 1 / Math.max(f, 1 / Math.max(H, W)) / CONTRAST;
    }),
    down: { cos: table(H, H, H, Math.cos), sin: table(H, H, H, Math.sin) },
    across: {
      cos: table(half, W, W, (angle, column) => twice(column) * Math.cos(angle)),
      sin: table(half, W, W, (angle, column) => twice(column) * Math.sin(angle)),
    },
    colours: Float32Array.from(ROOT, (v) => v / LONGEST),
    input: Float32Array.from({ length: 9 }, (_, i) => (channels[i % 3] === Math.floor(i / 3) ? 255 * scale : 0)),
    shift: Float32Array.from(mean, (v) => -v * scale),
  };
}
