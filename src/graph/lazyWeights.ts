// Weights that are computed when they are first read. A file can describe large weights in a few bytes: a constant with a
// shape, a filler, a zero bias, a transposed matrix. They take memory only when the model is traced, so reading a file
// allocates in proportion to its size, whatever shapes it claims.
import { ModelFileError } from '../core/errors.js';
import { type Shape, sizeOf } from '../core/shape.js';
import type { Model, WeightData } from './model.js';

/** Weights that `make` computes, once, when `data` is first read. */
export function lazyWeights(shape: Shape, make: () => Float32Array): WeightData {
  let made: Float32Array | undefined;
  return {
    shape,
    dtype: 'f32',
    get data() {
      made ??= make();
      return made;
    },
  };
}

/** The same number everywhere. */
export const filled = (shape: Shape, value: number): WeightData =>
  lazyWeights(shape, () => new Float32Array(sizeOf(shape)).fill(value));

/** The advice for a net without a weights file. */
export const NO_WEIGHTS =
  'A .prototxt describes the layers of a net, but not its weights. Add the weights: ' +
  'deploy.prototxt,weights.caffemodel. For tests and timings, --seeded-weights 0 uses random weights ' +
  '(seededWeights: 0 in the library) and marks everything made with them.';

/** @throws ModelFileError for a net without a weights file */
export function requireWeights({ name, weightless }: Model): void {
  if (weightless) throw new ModelFileError('caffe', `'${name}' has no weights. ${NO_WEIGHTS}`);
}

/** Weights that share their numbers with others, under another shape. */
const sources = new WeakMap<WeightData, WeightData>();

/** The same numbers under another shape. Does not read them. */
export function reshaped(weights: WeightData, shape: Shape): WeightData {
  const renamed: WeightData =
    weights.dtype === 'f32'
      ? lazyWeights(shape, () => weights.data)
      : {
          shape,
          dtype: 'f16',
          get data() {
            return weights.data;
          },
        };
  sources.set(renamed, sources.get(weights) ?? weights);
  return renamed;
}

/** True if both are known to have the same numbers, perhaps under different shapes. */
export const sameNumbers = (a: WeightData, b: WeightData): boolean => (sources.get(a) ?? a) === (sources.get(b) ?? b);

/** Bytes of the numbers, whether computed yet or not. */
export const bytesOf = ({ shape, dtype }: WeightData): number => sizeOf(shape) * (dtype === 'f32' ? 4 : 2);
