// Caffe texts and weights that Caffe refuses: each is refused with the layer, the field, its value and the rule.
import { PbfWriter } from 'pbf';
import { expect, test } from 'vitest';
import { importCaffe } from './index.js';

const layer = (type: string, parameters: string, blobs = 'bottom: "data" top: "y"') =>
  `layer { name: "l" type: "${type}" ${blobs} ${parameters} }`;
const net = (...layers: string[]) => `input: "data" input_shape { dim: 1 dim: 4 dim: 6 dim: 5 } ${layers.join('\n')}`;
const conv = (fields: string) => layer('Convolution', `convolution_param { ${fields} }`);
const pool = (fields: string) => layer('Pooling', `pooling_param { ${fields} }`);
const two = 'bottom: "data" bottom: "data" top: "y"';

/** What is wrong → the problem it is told as, and the layer. */
const CASES: Readonly<Record<string, readonly [problem: string, layer: string]>> = {
  'no num_output': ['num_output is missing; it is required', conv('kernel_size: 3')],
  'a kernel of 0': ['kernel_size is [0]; it must be 1 or more', conv('num_output: 2 kernel_size: 0')],
  'no kernel': ['kernel_size is missing; it is required', conv('num_output: 2')],
  'a kernel given twice': [
    'kernel_size and kernel_h are both given; they exclude each other',
    conv('num_output: 2 kernel_size: 3 kernel_h: 3 kernel_w: 3'),
  ],
  'a height without a width': ['kernel_h is given without kernel_w', conv('num_output: 2 kernel_h: 3')],
  'a stride of 0': ['stride is [0]; it must be 1 or more', conv('num_output: 2 kernel_size: 3 stride: 0')],
  'a group that does not divide the channels': [
    'group is 3; it must divide the 4 channels of the bottom [1,4,6,5]',
    conv('num_output: 3 kernel_size: 3 group: 3'),
  ],
  'a group that does not divide the outputs': [
    'group is 2; it must divide the 3 channels made',
    conv('num_output: 3 kernel_size: 3 group: 2'),
  ],
  'a negative pad': [
    'convolution_param.pad is -1; it must not be negative',
    conv('num_output: 2 kernel_size: 3 pad: -1'),
  ],
  'an unknown field': [
    "convolution_param has no field 'num_outputs'; it has num_output, bias_term,",
    conv('num_outputs: 2 kernel_size: 3'),
  ],
  'a misspelt message': [
    "a layer has no field 'lrn_params'; LRN has lrn_param",
    layer('LRN', 'lrn_params { local_size: 3 }'),
  ],
  'a field given twice': [
    'convolution_param.num_output is given twice; it can be given once',
    conv('num_output: 2 num_output: 3 kernel_size: 3'),
  ],
  'a size that is no whole number': [
    'convolution_param.kernel_size is 2.5; it must be a whole number',
    conv('num_output: 2 kernel_size: 2.5'),
  ],
  'an unknown filler': [
    "convolution_param.weight_filler.type is 'normal'; it must be one of constant, gaussian,",
    conv('num_output: 2 kernel_size: 3 weight_filler { type: "normal" }'),
  ],
  'an unknown way of pooling': [
    'pooling_param.pool is MEDIAN; it must be MAX, AVE or STOCHASTIC',
    pool('pool: MEDIAN kernel_size: 2'),
  ],
  'a number beyond an enumeration': ['pooling_param.pool is 3; it must be MAX, AVE or STOCHASTIC', pool('pool: 3')],
  'a window with global pooling': [
    'kernel_size and global_pooling are both given; they exclude each other',
    pool('kernel_size: 2 global_pooling: true'),
  ],
  'a pad as large as the window': [
    'pad is [2,2]; it must be smaller than the kernel [2,2]',
    pool('kernel_size: 2 pad: 2'),
  ],
  'a rounding of another Caffe': ["pooling_param has no field 'ceil_mode'", pool('kernel_size: 2 ceil_mode: false')],
  'an even window of LRN': ['local_size is 4; it must be odd', layer('LRN', 'lrn_param { local_size: 4 }')],
  'an unknown region': [
    'lrn_param.norm_region is EVERYWHERE; it must be ACROSS_CHANNELS or WITHIN_CHANNEL',
    layer('LRN', 'lrn_param { norm_region: EVERYWHERE }'),
  ],
  'an axis before the first': [
    'axis is -5; it must be from -4 to 3, for the bottom [1,4,6,5]',
    layer('Softmax', 'softmax_param { axis: -5 }'),
  ],
  'an axis beyond the last': ['axis is 4; it must be from -4 to 3', layer('Concat', 'concat_param { axis: 4 }', two)],
  'slices that do not grow': [
    'slice_point is [3,2]; it must grow, from above 0 to below 4',
    layer('Slice', 'slice_param { slice_point: 3 slice_point: 2 }', 'bottom: "data" top: "a" top: "b" top: "c"'),
  ],
  'parts that are not equal': [
    'axis 1 of [1,4,6,5] must divide into 3 equal parts',
    layer('Slice', '', 'bottom: "data" top: "a" top: "b" top: "c"'),
  ],
  'coefficients of a product': [
    'coeff is given, which goes with operation SUM alone',
    layer('Eltwise', 'eltwise_param { operation: PROD coeff: 1 coeff: 2 }', two),
  ],
  'an unknown operation': [
    'eltwise_param.operation is MIN; it must be PROD, SUM or MAX',
    layer('Eltwise', 'eltwise_param { operation: MIN }', two),
  ],
  'statistics of the batch': [
    'use_global_stats is false; it must be true or left out',
    layer('BatchNorm', 'batch_norm_param { use_global_stats: false }'),
  ],
  'an order that names an axis twice': [
    'order is [0,2,2]; it must name axes of [1,4,6,5], each once',
    layer('Permute', 'permute_param { order: 0 order: 2 order: 2 }'),
  ],
  'a top that another layer makes': [
    "top 'data' is made by another layer already; names must differ",
    `${layer('ReLU', '')} layer { name: "m" type: "ReLU" bottom: "y" top: "data" }`,
  ],
};

for (const [name, [problem, text]] of Object.entries(CASES)) {
  test(`${name}: refused`, () => {
    expect(() => importCaffe(net(text))).toThrow(problem);
    expect(() => importCaffe(net(text))).toThrow(/^caffe: layer '[lm]' \(\w+\): /);
  });
}

test('what is wrong with several layers is told at once', () => {
  const other = conv('kernel_size: 3').replace('"l"', '"k"').replace('"y"', '"z"');
  expect(() => importCaffe(net(pool('kernel_size: 2 stride: 0'), other))).toThrow(
    /layer 'l' \(Pooling\): stride is \[0\].*; layer 'k' \(Convolution\): num_output is missing/,
  );
});

test('sizes that are not there for every input are refused', () => {
  const relu = layer('ReLU', '');
  expect(() => importCaffe(`input: "data" input_dim: 1 input_dim: 4 input_dim: 6 ${relu}`)).toThrow(
    'input_dim is given 3 times; 1 inputs (data) need 4',
  );
});

test('in place is no second maker, and texts that Caffe takes are taken', () => {
  const model = importCaffe(
    net(
      conv(
        'num_output: 4 kernel_h: 3 kernel_w: 1 stride_h: 1 stride_w: 2 group: 2 engine: CAFFE weight_filler { type: "msra" }',
      ),
      'layer { name: "r" type: "ReLU" bottom: "y" top: "y" relu_param { negative_slope: 1e-2 } }',
      'layer { name: "p" type: "Pooling" bottom: "y" top: "p" pooling_param { pool: 1 global_pooling: true } }',
      'layer { name: "f" type: "Flatten" bottom: "p" top: "f" flatten_param { axis: -3 } }',
    ),
  );
  expect(model.layers.map((l) => l.output)).toEqual(['y', 'y', 'p', 'f']);
});

/** A .caffemodel with one layer `l` whose blobs claim these shapes. */
function weightsFile(blobs: readonly { readonly shape: number[]; readonly count: number }[]): Uint8Array {
  const pbf = new PbfWriter();
  pbf.writeMessage(
    100,
    (_: undefined, of) => {
      of?.writeStringField(1, 'l');
      for (const { shape, count } of blobs) {
        of?.writeMessage(
          7,
          (_blob: undefined, blob) => {
            blob?.writeMessage(7, (_shape: undefined, dims) => dims?.writePackedVarint(1, shape), undefined);
            blob?.writePackedFloat(5, Array<number>(count).fill(1));
          },
          undefined,
        );
      }
    },
    undefined,
  );
  return pbf.finish();
}
const small = net(conv('num_output: 2 kernel_size: 3 bias_term: false'));

test('a blob with another number of values than its shape needs is refused', () => {
  const file = weightsFile([{ shape: [2, 4, 3, 3], count: 71 }]);
  expect(() => importCaffe(small, file)).toThrow(
    "caffemodel: blob 0 of layer 'l' is [2,4,3,3], which needs 72 numbers; the file has 71",
  );
});

test('a blob of another shape with as many values is refused', () => {
  const file = weightsFile([{ shape: [4, 2, 3, 3], count: 72 }]);
  expect(() => importCaffe(small, file)).toThrow(
    "'l.w' needs [2,4,3,3], 72 numbers; the weights file has [4,2,3,3], 72",
  );
});

test('blobs that the text has no use for are refused', () => {
  const file = weightsFile([
    { shape: [2, 4, 3, 3], count: 72 },
    { shape: [2], count: 2 },
  ]);
  expect(() => importCaffe(small, file)).toThrow(
    "layer 'l' (Convolution): the weights file has 2 blobs; as the text stands it has 1",
  );
});

test('the older form of a shape, with axes of 1, is the same shape', () => {
  const text = net(layer('InnerProduct', 'inner_product_param { num_output: 2 bias_term: false }'));
  const file = weightsFile([{ shape: [1, 1, 2, 120], count: 240 }]);
  expect(importCaffe(text, file).weights.get('l.w')?.shape).toEqual([2, 120]);
});
