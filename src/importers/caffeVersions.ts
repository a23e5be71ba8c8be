// Caffe's text format has three versions. All are upgraded to the newest (util/upgrade_proto.cpp).
import { ModelFileError } from '../core/errors.js';
import { messagesOf, paramsOf, stringsOf, type TextField, type TextMessage } from './prototxt.js';

const WHAT = 'caffe';

/** Names of version 1's enum, and the strings of version 2. */
const V1_TYPES: Readonly<Record<string, string>> = {
  ABSVAL: 'AbsVal',
  ACCURACY: 'Accuracy',
  ARGMAX: 'ArgMax',
  BNLL: 'BNLL',
  CONCAT: 'Concat',
  CONTRASTIVE_LOSS: 'ContrastiveLoss',
  CONVOLUTION: 'Convolution',
  DECONVOLUTION: 'Deconvolution',
  DATA: 'Data',
  DROPOUT: 'Dropout',
  DUMMY_DATA: 'DummyData',
  EUCLIDEAN_LOSS: 'EuclideanLoss',
  ELTWISE: 'Eltwise',
  EXP: 'Exp',
  FLATTEN: 'Flatten',
  HDF5_DATA: 'HDF5Data',
  HDF5_OUTPUT: 'HDF5Output',
  HINGE_LOSS: 'HingeLoss',
  IM2COL: 'Im2col',
  IMAGE_DATA: 'ImageData',
  INFOGAIN_LOSS: 'InfogainLoss',
  INNER_PRODUCT: 'InnerProduct',
  LRN: 'LRN',
  MEMORY_DATA: 'MemoryData',
  MULTINOMIAL_LOGISTIC_LOSS: 'MultinomialLogisticLoss',
  MVN: 'MVN',
  POOLING: 'Pooling',
  POWER: 'Power',
  RELU: 'ReLU',
  SIGMOID: 'Sigmoid',
  SIGMOID_CROSS_ENTROPY_LOSS: 'SigmoidCrossEntropyLoss',
  SILENCE: 'Silence',
  SLICE: 'Slice',
  SOFTMAX: 'Softmax',
  SOFTMAX_LOSS: 'SoftmaxWithLoss',
  SPLIT: 'Split',
  TANH: 'TanH',
  THRESHOLD: 'Threshold',
  WINDOW_DATA: 'WindowData',
};
/** Version 0's strings. */
const V0_TYPES: Readonly<Record<string, string>> = {
  accuracy: 'Accuracy',
  bnll: 'BNLL',
  concat: 'Concat',
  conv: 'Convolution',
  data: 'Data',
  dropout: 'Dropout',
  euclidean_loss: 'EuclideanLoss',
  flatten: 'Flatten',
  images: 'ImageData',
  innerproduct: 'InnerProduct',
  lrn: 'LRN',
  pool: 'Pooling',
  relu: 'ReLU',
  sigmoid: 'Sigmoid',
  softmax: 'Softmax',
  softmax_loss: 'SoftmaxWithLoss',
  split: 'Split',
  tanh: 'TanH',
};
/** Where version 2 has version 0's parameters: `[message, field]` by layer type. */
const V0_FIELDS: Readonly<Record<string, Readonly<Record<string, readonly [string, string]>>>> = {
  Convolution: {
    num_output: ['convolution_param', 'num_output'],
    biasterm: ['convolution_param', 'bias_term'],
    pad: ['convolution_param', 'pad'],
    kernelsize: ['convolution_param', 'kernel_size'],
    group: ['convolution_param', 'group'],
    stride: ['convolution_param', 'stride'],
    weight_filler: ['convolution_param', 'weight_filler'],
    bias_filler: ['convolution_param', 'bias_filler'],
  },
  InnerProduct: {
    num_output: ['inner_product_param', 'num_output'],
    biasterm: ['inner_product_param', 'bias_term'],
    weight_filler: ['inner_product_param', 'weight_filler'],
    bias_filler: ['inner_product_param', 'bias_filler'],
  },
  Pooling: {
    pool: ['pooling_param', 'pool'],
    kernelsize: ['pooling_param', 'kernel_size'],
    stride: ['pooling_param', 'stride'],
    pad: ['pooling_param', 'pad'],
  },
  LRN: {
    local_size: ['lrn_param', 'local_size'],
    alpha: ['lrn_param', 'alpha'],
    beta: ['lrn_param', 'beta'],
    k: ['lrn_param', 'k'],
  },
  Dropout: { dropout_ratio: ['dropout_param', 'dropout_ratio'] },
  Concat: { concat_dim: ['concat_param', 'concat_dim'] },
};

/** A layer of any version, in version 2's form. */
export interface RawLayer {
  readonly name: string;
  readonly type: string;
  readonly bottoms: readonly string[];
  readonly tops: readonly string[];
  readonly message: TextMessage;
}

/** Upgrades a layer of any version to version 2. */
export function upgrade(message: TextMessage): RawLayer {
  const [v0] = messagesOf(message, 'layer', WHAT);
  const p = paramsOf(v0 ?? message, 'prototxt');
  const name = p.text('name', '');
  const written = p.text('type', '');
  const type = v0 ? (V0_TYPES[written] ?? written) : Object.hasOwn(V1_TYPES, written) ? V1_TYPES[written] : written;
  if (!name) throw new ModelFileError(WHAT, `the layer at ${message.at} has no name`);
  if (!type) throw new ModelFileError(WHAT, `layer '${name}' has no type`);
  const common = { name, type, bottoms: stringsOf(message, 'bottom'), tops: stringsOf(message, 'top') };
  if (!v0) return { ...common, message };
  const moved = Object.hasOwn(V0_FIELDS, type) ? V0_FIELDS[type] : {};
  const byMessage = new Map<string, TextField[]>();
  for (const field of v0.fields) {
    if (!Object.hasOwn(moved, field.name)) continue;
    const [target, renamed] = moved[field.name];
    byMessage.set(target, [...(byMessage.get(target) ?? []), { ...field, name: renamed }]);
  }
  const upgraded = [...byMessage].map(
    ([field, inner]): TextField => ({ name: field, value: { fields: inner, at: v0.at }, at: v0.at }),
  );
  return {
    ...common,
    message: { fields: [...message.fields.filter((f) => f.name !== 'layer'), ...upgraded], at: message.at },
  };
}

/** True if the layer exists at inference. Rules that require a stage or level never apply. */
export function inTestPhase({ message }: RawLayer): boolean {
  const meets = (rule: TextMessage): boolean => {
    const p = paramsOf(rule, 'prototxt');
    if (['stage', 'min_level', 'max_level'].some((f) => p.has(f))) return false;
    return ['TEST', '1'].includes(p.text('phase', 'TEST'));
  };
  const include = messagesOf(message, 'include', WHAT);
  const exclude = messagesOf(message, 'exclude', WHAT);
  if (include.length > 0) return include.some(meets);
  return !exclude.some(meets);
}
