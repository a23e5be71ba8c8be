// Weights whose numbers are made when somebody reads them. What a file says in a few bytes (a constant of a shape, a
// filler, a bias that is zero, a matrix the other way round) takes memory only where the model is traced, so that
// reading a file allocates in proportion to its bytes, whatever shapes it claims.
import { ModelFileError } from '../core/errors.js';
import { type Shape, sizeOf } from '../core/shape.js';
import type { Model, WeightData } from './model.js';

/** Weights that `make` gives, once, when `data` is first read. */
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

/** One number throughout. */
export const filled = (shape: Shape, value: number): WeightData =>
  lazyWeights(shape, () => new Float32Array(sizeOf(shape)).fill(value));

/** What to do about a net of which only the text is there. */
export const NO_WEIGHTS =
  'A .prototxt alone tells which layers a net has, not what they learned. Give the weights with it: ' +
  'deploy.prototxt,weights.caffemodel. Random weights, for tests and timings, are drawn with --seeded-weights 0 ' +
  '(seededWeights: 0 in the library), and everything made with them is marked.';

/** @throws ModelFileError for a net of which only the text is there */
export function requireWeights({ name, weightless }: Model): void {
  if (weightless) throw new ModelFileError('caffe', `'${name}' has no weights. ${NO_WEIGHTS}`);
}

/** Which weights share their numbers with others under another shape. */
const sources = new WeakMap<WeightData, WeightData>();

/** The same numbers under another shape, without reading them. */
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

/** Whether two weights are known to have the same numbers: one is the other, perhaps under another shape. */
export const sameNumbers = (a: WeightData, b: WeightData): boolean => (sources.get(a) ?? a) === (sources.get(b) ?? b);

/** Bytes of the numbers, made or not. */
export const bytesOf = ({ shape, dtype }: WeightData): number => sizeOf(shape) * (dtype === 'f32' ? 4 : 2);
