// Rules that ONNX's operator schemas state only in words, by operator: ranges, lengths, enumerations, matching shapes.
//
// Each rule follows the operator's text at https://onnx.ai/onnx/operators, and onnxruntime where the text is silent. The first
// axis is not compared between inputs, because it may be the batch, which an import sets to 1.
import { formatShape } from '../core/shape.js';
import { all, axis, type Check, fits, must, numeric, oneOf } from './onnxSchemaFacts.js';
import { LAYOUT } from './onnxSchemaLayout.js';
import { RECURRENT } from './onnxSchemaRecurrent.js';
import { WINDOWS } from './onnxSchemaWindows.js';

/** NumPy's broadcasting; before opset 7, `broadcast` and `axis`. */
const broadcast: Check = function* ({ type, inputs, shape, opset, number, has }) {
  const shapes = inputs.map((_, i) => shape(i)).filter((s) => s !== undefined);
  const [a, b] = shapes;
  if (!a || !b || shapes.length < inputs.length) return;
  const joined = ['Max', 'Mean', 'Min', 'Sum'].includes(type);
  if (joined && opset < 8) {
    const other = shapes.find((s) => s.join() !== a.join());
    if (other) yield `inputs ${formatShape(a)} and ${formatShape(other)} must be of one shape before opset 8`;
    return;
  }
  if (opset >= 7) {
    const other = shapes.find((s) => !fits(a, s));
    if (other) yield `inputs ${formatShape(a)} and ${formatShape(other)} do not broadcast to one shape`;
    return;
  }
  if (number('broadcast', 0) === 0) {
    if (has('axis')) yield must('axis', number('axis', 0), 'come with broadcast=1');
    else if (a.join() !== b.join())
      yield `inputs ${formatShape(a)} and ${formatShape(b)} must be of one shape, since broadcast is 0`;
    return;
  }
  const from = has('axis') ? number('axis', 0) : a.length - b.length;
  const at = from < 0 ? from + a.length : from;
  const part = a.slice(at, at + b.length);
  if (at < 0 || part.length < b.length || b.some((d, i) => d !== 1 && d !== part[i])) {
    yield `input ${formatShape(b)} must fit ${formatShape(a)} from axis ${from} on`;
  }
};

const matMul: Check = function* ({ shape }) {
  const [a, b] = [shape(0), shape(1)];
  if (!a || !b) return;
  if (a.length === 0 || b.length === 0) {
    yield `inputs ${formatShape(a)} and ${formatShape(b)} must have axes`;
    return;
  }
  const inner = b[Math.max(0, b.length - 2)];
  if (a[a.length - 1] !== inner)
    yield `the last axis of ${formatShape(a)} must be ${inner}, as the rows of ${formatShape(b)}`;
};

const gemm: Check = function* ({ shape, number }) {
  const [a, b, c] = [0, 1, 2].map(shape);
  const wrong = [a, b].find((s) => s && s.length !== 2);
  if (wrong) yield must('a factor', wrong, 'be a matrix');
  if (wrong || !a || !b) return;
  const [rows, inner] = number('transA', 0) !== 0 ? [a[1], a[0]] : a;
  const [other, columns] = number('transB', 0) !== 0 ? [b[1], b[0]] : b;
  if (inner !== other) yield `${formatShape(a)} and ${formatShape(b)} do not multiply: ${inner} columns, ${other} rows`;
  const last = c?.[c.length - 1] ?? 1;
  if (c && (c.length > 2 || (last !== 1 && last !== columns))) {
    yield must('the bias', c, `broadcast to ${formatShape([rows, columns])}`);
  }
};

/** Inputs from `first` on must have one number per channel. */
const perChannel = (names: readonly string[]): Check =>
  function* ({ shape }) {
    const x = shape(0);
    if (!x || x.length < 2) return;
    for (const [i, name] of names.entries()) {
      const of = shape(i + 1);
      if (of && (of.length !== 1 || of[0] !== x[1]))
        yield must(name, of, `be [${x[1]}], one per channel of ${formatShape(x)}`);
    }
  };

const groupNorm: Check = function* ({ shape, number, opset }) {
  const x = shape(0);
  const groups = number('num_groups', 1);
  if (!x || x.length < 2) return;
  if (!(groups > 0 && x[1] % groups === 0)) {
    yield must('num_groups', groups, `divide the ${x[1]} channels of ${formatShape(x)}`);
    return;
  }
  const size = opset < 21 ? groups : x[1];
  for (const [i, name] of ['scale', 'bias'].entries()) {
    const of = shape(i + 1);
    if (of && (of.length !== 1 || of[0] !== size)) yield must(name, of, `be [${size}]`);
  }
};

/** Scale and bias of a normalization over all axes from `axis` on. */
const layerNorm: Check = function* ({ shape, number }) {
  const x = shape(0);
  if (!x) return;
  const from = number('axis', -1);
  const rest = x.slice(from < 0 ? from + x.length : from);
  for (const [i, name] of ['scale', 'bias'].entries()) {
    const of = shape(i + 1);
    const broadcasts =
      of && of.length <= rest.length && of.every((d, j) => d === 1 || d === rest[j + rest.length - of.length]);
    if (of && !broadcasts) yield must(name, of, `broadcast to ${formatShape(rest)}, the axes that are normalized`);
  }
};

const ratio: Check = function* ({ shape }) {
  const of = shape(1);
  if (of && of.length > 0) yield must('the ratio', of, 'be one number, without axes');
};

/** One slope per value, or fewer that broadcast. */
const prelu: Check = function* ({ shape, opset }) {
  const [x, slope] = [shape(0), shape(1)];
  if (!x || !slope || opset < 7) return;
  const broadcasts = slope.length <= x.length && slope.every((d, i) => d === 1 || d === x[i + x.length - slope.length]);
  if (!broadcasts) yield must('the slope', slope, `broadcast to ${formatShape(x)}`);
};

const constant: Check = function* ({ has, opset }) {
  const given = [
    'value',
    'sparse_value',
    ...['int', 'ints', 'float', 'floats', 'string', 'strings'].map((k) => `value_${k}`),
  ].filter(has);
  if (given.length !== 1 && opset >= 11) {
    yield `${given.length === 0 ? 'no value' : given.join(' and ')} is given; a constant has exactly one`;
  }
};

/** TensorProto.DataType's numbers. */
const cast: Check = numeric('to', 1, (n) => Number.isInteger(n) && n >= 1 && n <= 26, 'be a number of an element type');

const ARITHMETIC = [
  'Add',
  'Sub',
  'Mul',
  'Div',
  'Pow',
  'Max',
  'Min',
  'Sum',
  'Mean',
  'And',
  'Or',
  'Xor',
  'Equal',
  'Greater',
  'Less',
  'Mod',
];

export const RULES: Readonly<Record<string, Check>> = {
  ...WINDOWS,
  ...RECURRENT,
  ...LAYOUT,
  ...Object.fromEntries(ARITHMETIC.map((type) => [type, broadcast])),
  GreaterOrEqual: broadcast,
  LessOrEqual: broadcast,
  BatchNormalization: all(
    perChannel(['scale', 'bias', 'mean', 'variance']),
    numeric('spatial', 1, (n) => n !== 0, 'be 1: statistics per pixel are not supported'),
  ),
  Cast: cast,
  Constant: constant,
  Dropout: ratio,
  Gelu: oneOf('approximate', 'none', ['none', 'tanh']),
  Gemm: gemm,
  GroupNormalization: groupNorm,
  Hardmax: axis(-1),
  InstanceNormalization: perChannel(['scale', 'bias']),
  LayerNormalization: all(axis(-1), layerNorm),
  LogSoftmax: axis(-1),
  LpNormalization: all(
    axis(-1),
    numeric('p', 2, (n) => n === 1 || n === 2, 'be 1 or 2'),
  ),
  LRN: all(
    numeric('size', 5, (n) => n > 0 && n % 2 === 1, 'be odd and above 0'),
    numeric('alpha', 1e-4, (n) => n > 0, 'be above 0'),
    numeric('beta', 0.75, (n) => n > 0, 'be above 0'),
  ),
  MatMul: matMul,
  PRelu: prelu,
  RMSNormalization: all(axis(-1), layerNorm),
  Softmax: axis(-1),
};
