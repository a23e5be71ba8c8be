// A small net for tests of attribution, whose pictures are neither square nor even, and its blobs in float64.
import { interpret } from '../../test/support/interpret.js';
import { distinct } from '../../test/support/op.js';
import type { Model } from '../graph/model.js';
import { importCaffe } from '../importers/index.js';

/** A convolution of 3x3 with a ReLU in place. */
export const conv = (name: string, bottom: string, outputs: number, stride = 1, bias = 0.05): string =>
  `layer { name: "${name}" type: "Convolution" bottom: "${bottom}" top: "${name}" convolution_param {
     num_output: ${outputs} kernel_size: 3 pad: 1 stride: ${stride}
     weight_filler { type: "gaussian" std: 0.3 } bias_filler { type: "constant" value: ${bias} } } }
   layer { name: "${name}_relu" type: "ReLU" bottom: "${name}" top: "${name}" }`;

export const [C, H, W] = [3, 9, 13];
export const SIZE = C * H * W;

/** A net of pictures `[3, 9, 13]` with random weights, whose output `fc` has four classes by the maps of `last`. */
export const netOf = (layers: string, last: string): Model => ({
  ...importCaffe(
    `input: "data" input_dim: 1 input_dim: ${C} input_dim: ${H} input_dim: ${W} ${layers}
     layer { name: "fc" type: "InnerProduct" bottom: "${last}" top: "fc" inner_product_param { num_output: 4
       weight_filler { type: "gaussian" std: 0.3 } } }`,
    undefined,
    { seededWeights: 3 },
  ),
  preprocessing: { order: 'bgr', mean: [1, 2, 3], scale: 0.01, fit: 'stretch', stated: true },
});

/** Its last convolution has 6 maps of 5 rows of 7, whose gradient is the score's own weights. */
export const NET: Model = netOf(`${conv('a', 'data', 5)} ${conv('b', 'a', 6, 2)}`, 'b');
/** Two ways that meet again, both kinds of pooling, LRN, and a sum. */
export const BRANCHES: Model = netOf(
  `${conv('a', 'data', 5)}
   layer { name: "norm" type: "LRN" bottom: "a" top: "norm" lrn_param { local_size: 3 alpha: 0.1 } }
   layer { name: "max" type: "Pooling" bottom: "norm" top: "max" pooling_param { pool: MAX kernel_size: 3 stride: 2 } }
   ${conv('b1', 'max', 4)} ${conv('b2', 'max', 3)}
   layer { name: "join" type: "Concat" bottom: "b1" bottom: "b2" top: "join" }
   ${conv('c', 'join', 7)}
   layer { name: "add" type: "Eltwise" bottom: "join" bottom: "c" top: "add" }
   layer { name: "mean" type: "Pooling" bottom: "add" top: "mean" pooling_param { pool: AVE kernel_size: 2 stride: 2 } }
   layer { name: "drop" type: "Dropout" bottom: "mean" top: "mean" }`,
  'mean',
);

/** Two pictures. */
export const IMAGES = distinct(2 * SIZE, 11);

/** Row `n` of rows of `size`. */
export const row = (data: ArrayLike<number>, n: number, size: number): Float64Array =>
  Float64Array.from({ length: size }, (_, i) => data[n * size + i]);

export const sum = (numbers: ArrayLike<number>): number => Array.from(numbers).reduce((a, b) => a + b, 0);

/** The numbers that a blob of `NET` has for one picture. */
export const blob = (image: Float64Array, name: string): Float64Array =>
  Float64Array.from(interpret(NET, { shape: [1, C, H, W], data: image }).get(name)?.data ?? []);

/** Of each of the two pictures, one after another. */
export const each = (of: (image: Float64Array, n: number) => ArrayLike<number>): Float64Array =>
  Float64Array.from([0, 1].flatMap((n) => Array.from(of(row(IMAGES, n, SIZE), n))));
