// What Caffe's layers check at setup, besides the types of their fields: ranges, exclusive options, matching sizes.
//
// Each rule is a CHECK in the layer's LayerSetUp or Reshape in src/caffe/layers.
import { formatShape, type Shape } from '../core/shape.js';
import type { Params } from '../graph/importing.js';
import { checkFields } from './caffeSchema.js';
import type { RawLayer } from './caffeVersions.js';
import { paramsOf } from './prototxt.js';

interface Facts {
  readonly p: Params;
  readonly x: Shape;
  readonly shapes: readonly Shape[];
  readonly bottoms: readonly string[];
  readonly tops: readonly string[];
}

type Check = (facts: Facts) => Iterable<string>;

const must = (name: string, value: number | string | readonly number[], rule: string): string =>
  `${name} is ${typeof value === 'object' ? formatShape(value) : value}; it must ${rule}`;

/** A required number above 0. */
function* positive(p: Params, name: string): Iterable<string> {
  if (!p.has(name)) yield `${name} is missing; it is required`;
  else if (!(p.number(name, 0) > 0)) yield must(name, p.number(name, 0), 'be above 0');
}

/** An axis within the bottom's rank. Negative ones count from the end. */
function* axisWithin(p: Params, name: string, otherwise: number, x: Shape, beyond = 0): Iterable<string> {
  const axis = p.number(name, otherwise);
  if (axis < -x.length - beyond || axis >= x.length + beyond) {
    yield must(name, axis, `be from ${-x.length} to ${x.length - 1}, for the bottom ${formatShape(x)}`);
  }
}

function* exclusive(p: Params, a: string, b: string): Iterable<string> {
  if (p.has(a) && p.has(b)) yield `${a} and ${b} are both given; they exclude each other`;
}

/** Kernel, stride, pad and dilation: one number, one per axis, or `_h` and `_w`; each at least `least`. */
function* spatial(p: Params, name: string, least: number, short = name, alone = false): Iterable<string> {
  const list = p.numbers(name);
  const pair = [`${short}_h`, `${short}_w`];
  const given = pair.filter((n) => p.has(n));
  if (given.length > 0 && list.length > 0) yield `${name} and ${given[0]} are both given; they exclude each other`;
  else if (given.length === 1 && !alone) yield `${given[0]} is given without ${pair.find((n) => n !== given[0])}`;
  if (list.length > 2) yield must(name, list, 'have one number, or one for height and one for width');
  const values = [...list, ...given.map((n) => p.number(n, least))];
  if (values.some((v) => v < least)) yield must(list.length > 0 ? name : given[0], values, `be ${least} or more`);
}

/** The first given one of `name`, `short_h`, `short_w`, as a pair. */
function pair(p: Params, name: string, otherwise: number, short = name): [number, number] {
  const [y = otherwise, x = y] = p.numbers(name);
  return [p.number(`${short}_h`, y), p.number(`${short}_w`, x)];
}

const convolution: Check = function* ({ p, x }) {
  yield* positive(p, 'num_output');
  if (p.numbers('kernel_size').length === 0 && !p.has('kernel_h') && !p.has('kernel_w')) {
    yield 'kernel_size is missing; it is required';
  }
  yield* spatial(p, 'kernel_size', 1, 'kernel');
  yield* spatial(p, 'stride', 1);
  // A convolution then uses 0 for the other padding; pooling requires both.
  yield* spatial(p, 'pad', 0, 'pad', true);
  if (p.numbers('dilation').some((d) => d < 1)) yield must('dilation', p.numbers('dilation'), 'be 1 or more');
  if (p.number('axis', 1) !== 1)
    yield must('axis', p.number('axis', 1), 'be 1: channels along another axis are not supported');
  if (x.length !== 4) yield must('the bottom', x, 'have 4 axes');
  const [group, outputs] = [p.number('group', 1), p.number('num_output', 0)];
  if (!(group > 0)) yield must('group', group, 'be above 0');
  else if (x.length > 1 && x[1] % group !== 0)
    yield must('group', group, `divide the ${x[1]} channels of the bottom ${formatShape(x)}`);
  else if (outputs % group !== 0) yield must('group', group, `divide the ${outputs} channels made`);
};

const pooling: Check = function* ({ p, x, tops }) {
  const sizes = ['kernel_size', 'kernel_h', 'kernel_w'].filter((n) => p.has(n));
  if (p.flag('global_pooling', false)) {
    if (sizes.length > 0) yield `${sizes[0]} and global_pooling are both given; they exclude each other`;
    if (pair(p, 'pad', 0).some((v) => v !== 0)) yield must('pad', pair(p, 'pad', 0), 'be 0 with global_pooling');
    if (pair(p, 'stride', 1).some((v) => v !== 1))
      yield must('stride', pair(p, 'stride', 1), 'be 1 with global_pooling');
  } else if (sizes.length === 0) yield 'kernel_size is missing; it is required';
  yield* spatial(p, 'kernel_size', 1, 'kernel');
  yield* spatial(p, 'stride', 1);
  yield* spatial(p, 'pad', 0);
  const [pads, kernel] = [pair(p, 'pad', 0), pair(p, 'kernel_size', 0, 'kernel')];
  if (sizes.length > 0 && pads.some((v, i) => v >= kernel[i] && v > 0)) {
    yield must('pad', pads, `be smaller than the kernel ${formatShape(kernel)}`);
  }
  if (x.length !== 4) yield must('the bottom', x, 'have 4 axes');
  if (tops.length > 1) yield 'its second top, the places of the maxima, is not supported';
};

const concat: Check = function* ({ p, x, shapes }) {
  yield* exclusive(p, 'axis', 'concat_dim');
  const axis = p.number('axis', p.number('concat_dim', 1));
  yield* axisWithin(p, p.has('concat_dim') ? 'concat_dim' : 'axis', 1, x);
  const at = axis < 0 ? axis + x.length : axis;
  const other = shapes.find((s) => s.length !== x.length || s.some((d, i) => i !== at && d !== x[i]));
  if (other)
    yield `bottoms ${formatShape(x)} and ${formatShape(other)} must have the same sizes in all axes but axis ${axis}`;
};

const slice: Check = function* ({ p, x, tops }) {
  yield* exclusive(p, 'axis', 'slice_dim');
  const axis = p.number('axis', p.number('slice_dim', 1));
  yield* axisWithin(p, p.has('slice_dim') ? 'slice_dim' : 'axis', 1, x);
  const size = x[axis < 0 ? axis + x.length : axis];
  const points = p.numbers('slice_point');
  if (size === undefined) return;
  if (points.length === 0) {
    if (size % tops.length !== 0) yield `axis ${axis} of ${formatShape(x)} must divide into ${tops.length} equal parts`;
  } else if (points.length !== tops.length - 1) {
    yield must('slice_point', points, `have ${tops.length - 1} entries, one between two tops`);
  } else if ([0, ...points, size].some((v, i, all) => i > 0 && v <= all[i - 1])) {
    yield must('slice_point', points, `grow, from above 0 to below ${size}`);
  }
};

const eltwise: Check = function* ({ p, x, shapes, bottoms }) {
  const coefficients = p.numbers('coeff');
  if (bottoms.length < 2) yield `it has ${bottoms.length} bottom; Eltwise joins at least 2`;
  if (coefficients.length > 0 && coefficients.length !== bottoms.length) {
    yield must('coeff', coefficients, `have ${bottoms.length} entries, one per bottom`);
  }
  if (coefficients.length > 0 && !['SUM', '1'].includes(p.text('operation', 'SUM'))) {
    yield 'coeff is given, which goes with operation SUM alone';
  }
  const other = shapes.find((s) => s.join() !== x.join());
  if (other) yield `bottoms ${formatShape(x)} and ${formatShape(other)} must be of one shape`;
};

const lrn: Check = function* ({ p }) {
  const size = p.number('local_size', 5);
  if (!(size > 0 && size % 2 === 1)) yield must('local_size', size, 'be odd');
};

const innerProduct: Check = function* ({ p, x }) {
  yield* positive(p, 'num_output');
  yield* axisWithin(p, 'axis', 1, x);
};

const batchNorm: Check = function* ({ p }) {
  if (!p.flag('use_global_stats', true)) {
    yield must(
      'use_global_stats',
      'false',
      'be true or left out: statistics of the pictures at hand are not supported',
    );
  }
};

const flatten: Check = function* ({ p, x }) {
  yield* axisWithin(p, 'axis', 1, x);
  yield* axisWithin(p, 'end_axis', -1, x);
};

const reshape: Check = function* ({ p }) {
  const dims = p.message('shape').numbers('dim');
  if (dims.some((d) => !Number.isInteger(d) || d < -1)) yield must('shape', dims, 'have sizes, 0 or −1');
  if (dims.filter((d) => d === -1).length > 1) yield must('shape', dims, 'have one −1 at most');
};

const crop: Check = function* ({ p, x, shapes: [, wanted], bottoms }) {
  if (bottoms.length !== 2) yield `it has ${bottoms.length} bottoms; Crop takes 2`;
  yield* axisWithin(p, 'axis', 2, x);
  const axis = p.number('axis', 2);
  const from = axis < 0 ? axis + x.length : axis;
  const offsets = p.numbers('offset');
  if (offsets.length > 1 && offsets.length !== x.length - from) {
    yield must('offset', offsets, `have one entry, or ${x.length - from}, one per axis that is cut`);
  }
  const at = (i: number) => (offsets.length === 1 ? offsets[0] : (offsets[i - from] ?? 0));
  const bad = wanted && x.findIndex((d, i) => i >= from && at(i) + wanted[i] > d);
  if (bad !== undefined && bad >= 0) {
    yield `axis ${bad} of ${formatShape(x)} is too small for ${wanted[bad]} from ${at(bad)} on, the size of the second bottom`;
  }
};

const embed: Check = function* ({ p }) {
  yield* positive(p, 'num_output');
  yield* positive(p, 'input_dim');
};

const permute: Check = function* ({ p, x }) {
  const order = p.numbers('order');
  if (new Set(order).size < order.length || order.some((i) => i >= x.length)) {
    yield must('order', order, `name axes of ${formatShape(x)}, each once`);
  }
};

const perAxis: Check = function* ({ p, x }) {
  yield* axisWithin(p, 'axis', 1, x);
  const axes = p.number('num_axes', 1);
  if (!(axes >= -1 && axes <= x.length)) yield must('num_axes', axes, `be from −1 to ${x.length}`);
};

const dropout: Check = function* ({ p }) {
  const ratio = p.number('dropout_ratio', 0.5);
  if (!(ratio >= 0 && ratio < 1)) yield must('dropout_ratio', ratio, 'be from 0 to below 1');
};

const axis =
  (name: string, otherwise: number): Check =>
  ({ p, x }) =>
    axisWithin(p, name, otherwise, x);

/** For each layer type: the message with its parameters, and its rule. */
const RULES: Readonly<Record<string, readonly [string, Check]>> = {
  ArgMax: ['argmax_param', axis('axis', 0)],
  BatchNorm: ['batch_norm_param', batchNorm],
  Bias: ['bias_param', perAxis],
  Concat: ['concat_param', concat],
  Convolution: ['convolution_param', convolution],
  Crop: ['crop_param', crop],
  Deconvolution: ['convolution_param', convolution],
  Dropout: ['dropout_param', dropout],
  Eltwise: ['eltwise_param', eltwise],
  Embed: ['embed_param', embed],
  Flatten: ['flatten_param', flatten],
  InnerProduct: ['inner_product_param', innerProduct],
  LRN: ['lrn_param', lrn],
  LSTM: ['recurrent_param', ({ p }) => positive(p, 'num_output')],
  Permute: ['permute_param', permute],
  Pooling: ['pooling_param', pooling],
  RNN: ['recurrent_param', ({ p }) => positive(p, 'num_output')],
  Reduction: ['reduction_param', axis('axis', 0)],
  Reshape: ['reshape_param', reshape],
  Scale: ['scale_param', perAxis],
  Slice: ['slice_param', slice],
  Softmax: ['softmax_param', axis('axis', 1)],
  Tile: ['tile_param', ({ p }) => positive(p, 'tiles')],
};

/**
 * Lists what is wrong with a layer whose bottoms have these shapes. Each entry is a sentence with layer, field, value and rule.
 * `made` tells whether an earlier layer produces a blob.
 */
export function checkLayer(layer: RawLayer, shapes: readonly Shape[], made: (blob: string) => boolean): string[] {
  const { name, type, bottoms, tops, message } = layer;
  const problems = checkFields(type, message);
  for (const [i, top] of tops.entries()) {
    // In place means a top with the name of the bottom at the same index.
    if (tops.indexOf(top) < i || (made(top) && bottoms[i] !== top)) {
      problems.push(`top '${top}' is made by another layer already; names must differ`);
    }
  }
  if (problems.length === 0 && Object.hasOwn(RULES, type)) {
    const [param, check] = RULES[type];
    const p = paramsOf(message, 'prototxt').message(param);
    problems.push(...check({ p, x: shapes[0], shapes, bottoms, tops }));
  }
  return problems.map((problem) => `layer '${name}' (${type}): ${problem}`);
}
