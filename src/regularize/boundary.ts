import { OptionError } from '../core/errors.js';
import { binary } from '../kernels/binary/index.js';
import { op as conv2d } from '../kernels/conv2d/index.js';
import { op as reduce } from '../kernels/reduction/index.js';
import { op as times } from '../kernels/scale/index.js';
import { definePart } from '../parts/part.js';
import { spaceOf, WHITE } from '../scene/space.js';
import { weighed, weightField } from './weighed.js';

/** Weights of the blur, 5×5: 1, and ½ at its edge. */
const blurTap = (i: number): number => (i < 5 || i >= 20 || i % 5 === 0 || i % 5 === 4 ? 0.5 : 1);
/** What the distance from the colour counts, where the distance from the blurred image counts 1. */
const COLOUR = 0.8;

/** Things then stand in the middle, whole. */
export const boundary = definePart({
  kind: 'regularizer',
  name: 'boundary',
  text: 'A penalty for detail and colour near the border: Σ (blur(x) − x)² + 0.8·(x − level)², pixels from 0 to 1.',
  source: 'lucid, objectives.py: penalize_boundary_complexity',
  fields: {
    weight: weightField(0.01),
    width: {
      type: 'number',
      whole: true,
      min: 1,
      default: 20,
      unit: 'px',
      text: 'width of the frame',
      source: 'lucid: w',
      slider: { min: 1, max: 64, step: 1 },
    },
    level: {
      type: 'number',
      min: 0,
      max: 1,
      default: 0.5,
      text: 'the gray that the frame is drawn to',
      source: 'lucid: C',
      slider: { min: 0, max: 1, step: 0.01 },
    },
  },
  make: ({ weight, width, level }) => ({
    label: `boundary ${weight}`,
    penalty(scene, image, live) {
      const { tape, model } = scene;
      const [, C, H, W] = image.shape;
      if (2 * width > Math.min(H, W)) {
        throw new OptionError('boundary.width', `must be at most half of the image's ${H}×${W} pixels, got ${width}`);
      }
      const plane = (label: string, of: (y: number, x: number) => number) =>
        tape.constant(label, [1, 1, H, W], () =>
          Float32Array.from({ length: H * W }, (_, i) => of(Math.floor(i / W), i % W)),
        );
      const frame = plane('frame', (y, x) => (Math.min(y, x, H - 1 - y, W - 1 - x) < width ? 1 : 0));
      // The weights of the blur that fall on the image.
      const share = plane('share', (y, x) => {
        const taps = Array.from({ length: 25 }, (_, i) => {
          const [row, column] = [y + Math.floor(i / 5) - 2, x + (i % 5) - 2];
          return row >= 0 && row < H && column >= 0 && column < W ? blurTap(i) : 0;
        });
        return 1 / taps.reduce((a, b) => a + b, 0);
      });
      const { mean } = spaceOf(model, [H, W]);
      // From the level on, as shares of 255.
      const offset = tape.constant('level', [C, H, W], () => mean.map((m) => m - level * WHITE));
      const x = tape.apply(times, { x: binary(tape, 'add', image, offset) }, { factor: 1 / WHITE, shift: 0 });
      const w = tape.constant('blur', [C, 1, 5, 5], () =>
        Float32Array.from({ length: 25 * C }, (_, i) => blurTap(i % 25)),
      );
      const b = tape.constant('no bias', [C], () => new Float32Array(C));
      const sums = tape.apply(conv2d, { x, w, b }, { stride: [1, 1], pad: [2, 2, 2, 2], dilation: [1, 1], group: C });
      const rest = binary(tape, 'sub', binary(tape, 'mul', sums, share), x);
      const colour = tape.apply(times, { x: binary(tape, 'mul', x, x) }, { factor: COLOUR, shift: 0 });
      const all = binary(tape, 'mul', binary(tape, 'add', binary(tape, 'mul', rest, rest), colour), frame);
      const sum = tape.apply(reduce, { x: all }, { kind: 'sum', axes: [1, 2, 3], keep: false });
      return weighed(scene, sum, live, (o: { readonly weight: number }) => o.weight);
    },
  }),
});
