// Functions of one number in Caffe and ONNX files.
import { type BatchRule, numberByNumber } from '../../graph/batch.js';
import type { CaffeRule, OnnxNode, OnnxRule, Params } from '../../graph/importing.js';
import type { FunctionName, Parameters } from './functions.js';

const draft = (f: FunctionName, { a = 1, b = 0, c = 1 }: Partial<Parameters> = {}) => ({ attrs: { f, a, b, c } });

/** Caffe's Exp and Log have a base; −1 means e. */
const logOfBase = (p: Params): number => {
  const base = p.number('base', -1);
  return base === -1 ? 1 : Math.log(base);
};

const clipParams = (p: Params) => ({ a: p.number('min', Number.NaN), b: p.number('max', Number.NaN) });

const caffeRules: Readonly<Record<string, CaffeRule>> = {
  AbsVal: () => draft('abs'),
  Sigmoid: () => draft('sigmoid'),
  TanH: () => draft('tanh'),
  BNLL: () => draft('softplus'),
  ELU: ({ params }) => draft('elu', { a: params.message('elu_param').number('alpha', 1), b: 1 }),
  Clip: ({ params }) => draft('clip', clipParams(params.message('clip_param'))),
  Swish: ({ params }) => draft('swish', { a: params.message('swish_param').number('beta', 1) }),
  Power: ({ params }) => {
    const p = params.message('power_param');
    return draft('power', { a: p.number('scale', 1), b: p.number('shift', 0), c: p.number('power', 1) });
  },
  Exp: ({ params }) => {
    const p = params.message('exp_param');
    const log = logOfBase(p);
    return draft('exp', { a: p.number('scale', 1) * log, b: p.number('shift', 0) * log });
  },
  Log: ({ params }) => {
    const p = params.message('log_param');
    return draft('log', { a: p.number('scale', 1), b: p.number('shift', 0), c: 1 / logOfBase(p) });
  },
};
export const caffe = caffeRules;

/** The greatest f32: no limit. */
const FLOAT_MAX = 3.4028234663852886e38;

/** From opset 11 on the limits are inputs, which must be known. */
function clip(node: OnnxNode) {
  const border = (index: number, name: string, otherwise: number): number | undefined => {
    if (node.inputs[index]) return node.values(index)?.[0];
    return node.number(name, otherwise);
  };
  const a = border(1, 'min', -FLOAT_MAX);
  const b = border(2, 'max', FLOAT_MAX);
  if (a === undefined || b === undefined) return undefined;
  // If min is above max, ONNX uses max.
  return { ...draft('clip', { a: Math.min(a, b), b }), inputs: [node.inputs[0]] };
}

/** TensorProto.DataType. */
const INTEGERS = [2, 3, 4, 5, 6, 7, 12, 13];
const BOOL = 9;

/** A cast to integers or booleans, which are floats here. A cast between floats is the identity. */
function cast(node: OnnxNode) {
  const to = node.number('to', 0);
  if (to === BOOL) return draft('nonZero');
  return INTEGERS.includes(to) ? draft('trunc') : undefined;
}

/** SELU of Klambauer et al. 2017. */
const SELU = { alpha: 1.6732631921768188, gamma: 1.0507010221481323 };

const onnxRules: Readonly<Record<string, OnnxRule>> = {
  Abs: () => draft('abs'),
  Neg: () => draft('neg'),
  Exp: () => draft('exp'),
  Log: () => draft('log'),
  Sqrt: () => draft('sqrt'),
  Reciprocal: () => draft('reciprocal'),
  Sigmoid: () => draft('sigmoid'),
  Tanh: () => draft('tanh'),
  Softplus: () => draft('softplus'),
  Softsign: () => draft('softsign'),
  Mish: () => draft('mish'),
  Erf: () => draft('erf'),
  Gelu: (node) => draft(node.text('approximate', 'none') === 'tanh' ? 'geluTanh' : 'gelu'),
  Elu: (node) => draft('elu', { a: node.number('alpha', 1), b: 1 }),
  Selu: (node) => {
    const gamma = node.number('gamma', SELU.gamma);
    return draft('elu', { a: node.number('alpha', SELU.alpha) * gamma, b: gamma });
  },
  Celu: (node) => {
    const alpha = node.number('alpha', 1);
    return draft('elu', { a: alpha, b: 1, c: 1 / alpha });
  },
  ThresholdedRelu: (node) => draft('threshold', { a: node.number('alpha', 1) }),
  Clip: clip,
  HardSigmoid: (node) => draft('hardSigmoid', { a: node.number('alpha', 0.2), b: node.number('beta', 0.5) }),
  HardSwish: () => draft('hardSwish', { a: 1 / 6, b: 0.5 }),
  Swish: (node) => draft('swish', { a: node.number('alpha', 1) }),
  'com.microsoft::QuickGelu': (node) => draft('swish', { a: node.number('alpha', 1.702) }),
  'com.microsoft::Gelu': () => draft('gelu'),
  // ../biasGelu handles one with a bias.
  'com.microsoft::FastGelu': (node) => (node.inputs[1] ? undefined : draft('geluTanh')),
  Floor: () => draft('floor'),
  Ceil: () => draft('ceil'),
  Round: () => draft('round'),
  Sign: () => draft('sign'),
  Not: () => draft('not'),
  IsNaN: () => draft('isNaN'),
  IsInf: (node) => draft('isInf', { a: node.number('detect_positive', 1), b: node.number('detect_negative', 1) }),
  Cast: cast,
  // A constant power; ../binary handles others.
  Pow: (node) => {
    const exponent = node.values(1);
    return exponent?.length === 1 &&
      !node.constant(0) &&
      (node.constant(1)?.tensor.shape.length ?? 0) <= node.shape(0).length
      ? { ...draft('power', { c: exponent[0] }), inputs: [node.inputs[0]] }
      : undefined;
  },
};
export const onnx = onnxRules;

export const batch: BatchRule<string, unknown> = numberByNumber;
