import { createRng, seedFor } from '../core/rng.js';
import { sizeBetween } from '../core/shape.js';
import type { Tape, Value } from '../graph/tape.js';
import { binary } from '../kernels/binary/index.js';
import { op as concat } from '../kernels/concat/index.js';
import { op as matMul } from '../kernels/matMul/index.js';
import { pointwise } from '../kernels/pointwise/index.js';
import { op as reshape } from '../kernels/reshape/index.js';
import { op as trigonometry } from '../kernels/trigonometry/index.js';
import { definePart } from '../parts/part.js';
import { checkRange, RANGE_FIELD, squashed } from './bounded.js';
import { toNet } from './colours.js';
import { noise } from './fourier.js';

/** Standard deviation of the biases at the start. */
const BIAS = 0.1;
/** The deviation of a normal distribution that is cut off at ±2. TensorFlow's variance scaling divides by it. */
const TRUNCATED = 0.87962566103423978;

/** Lucid's compositional pattern-producing network. */
export const cppn = definePart({
  kind: 'parameterization',
  name: 'cppn',
  text: 'A small network from each pixel’s place to its colour, whose weights are the variables. It can be drawn at any size.',
  source: 'Stanley 2007; Mordvintsev et al. 2018; Lucid, param/cppn.py',
  fields: {
    channels: { type: 'number', whole: true, min: 1, default: 24, text: 'channels of each hidden layer' },
    layers: { type: 'number', whole: true, min: 1, default: 8, text: 'hidden layers' },
    ...RANGE_FIELD,
  },
  make({ channels, layers, range }) {
    checkRange('cppn', range);
    const variables = ([N, C]: readonly number[]) =>
      Array.from({ length: layers + 1 }, (_, i) => {
        const [rows, columns] = [i < layers ? channels : C, i > 0 ? 2 * channels : 2];
        return [
          { label: `weight ${i}`, shape: [N, rows, columns] },
          { label: `bias ${i}`, shape: [N, rows, 1] },
        ];
      }).flat();
    return {
      label: 'cppn',
      editable: false,
      variables,
      start: ({ shape }, seed) =>
        variables([1, ...shape]).map(({ label, shape: own }, i) => {
          const size = sizeBetween(own, 1);
          if (i % 2 === 1) return noise(seed, label, size, BIAS);
          return i < 2 * layers ? truncated(seed, label, size, 1 / own[2]) : new Float32Array(size);
        }),
      // The variables say nothing about the size.
      resize: (weights) => weights,
      image(stage, weights, mean) {
        const { tape, space } = stage;
        const [C, H, W] = space.shape;
        let x = tape.constant('places', [1, 2, H * W], () => places(H, W));
        for (let i = 0; i <= layers; i++) {
          const product = tape.apply(matMul, { a: weights[2 * i], b: x }, {});
          x = binary(tape, 'add', product, weights[2 * i + 1]);
          if (i < layers) x = activated(tape, x);
        }
        const t = tape.apply(reshape, { x }, { shape: [x.shape[0], C, H, W] });
        return toNet(stage, squashed(stage, t, range), mean);
      },
    };
  },
});

/** `[atan(x)/.67, atan(x)²/.6]`, one after the other along the channels. Lucid: `_composite_activation`. */
function activated(tape: Tape, x: Value): Value {
  const a = tape.apply(trigonometry, { x }, { f: 'atan' });
  const x0 = pointwise(tape, a, 'power', { a: 1 / 0.67 });
  const x1 = pointwise(tape, a, 'power', { a: Math.sqrt(1 / 0.6), c: 2 });
  return tape.apply(concat, { x0, x1 }, { axis: 1 });
}

/** Columns and rows of all pixels `[2, H·W]`: the longer side goes from −√3 to √3, the other in proportion. Lucid's images are square. */
function places(H: number, W: number): Float32Array {
  const most = Math.max(H, W) - 1 || 1;
  const along = (index: number, size: number) => (Math.sqrt(3) * (2 * index - (size - 1))) / most;
  return Float32Array.from({ length: 2 * H * W }, (_, i) =>
    i < H * W ? along(i % W, W) : along(Math.floor((i - H * W) / W), H),
  );
}

/** Normal numbers within twice their deviation, of this variance. */
function truncated(seed: number, label: string, count: number, variance: number): Float32Array {
  const rng = createRng(seedFor(seed, label));
  const within = (): number => {
    const v = rng.normal();
    return Math.abs(v) < 2 ? v : within();
  };
  return Float32Array.from({ length: count }, () => (within() * Math.sqrt(variance)) / TRUNCATED);
}
