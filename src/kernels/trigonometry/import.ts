// Trigonometric functions in ONNX files.
import { type BatchRule, numberByNumber } from '../../graph/batch.js';
import type { OnnxRule } from '../../graph/importing.js';
import type { FunctionName } from './functions.js';

const rule =
  (f: FunctionName): OnnxRule =>
  () => ({ attrs: { f } });

export const onnx = {
  Sin: rule('sin'),
  Cos: rule('cos'),
  Tan: rule('tan'),
  Asin: rule('asin'),
  Acos: rule('acos'),
  Atan: rule('atan'),
  Sinh: rule('sinh'),
  Cosh: rule('cosh'),
  Asinh: rule('asinh'),
  Acosh: rule('acosh'),
  Atanh: rule('atanh'),
};

/** Caffe has none. */
export const caffe = {};

export const batch: BatchRule<string, unknown> = numberByNumber;
