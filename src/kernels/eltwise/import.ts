// Elementwise combinations of values in Caffe and ONNX files.
import { type BatchRule, together } from '../../graph/batch.js';
import type { CaffeRule, OnnxRule } from '../../graph/importing.js';
import type { Attrs } from './index.js';

const OPERATIONS: Readonly<Record<string, Attrs['operation']>> = {
  PROD: 'product',
  SUM: 'sum',
  MAX: 'max',
  0: 'product',
  1: 'sum',
  2: 'max',
};

const fromCaffe: CaffeRule = ({ params }) => {
  const p = params.message('eltwise_param');
  const operation = OPERATIONS[p.text('operation', 'SUM')];
  return operation && { attrs: { operation, coefficients: operation === 'sum' ? p.numbers('coeff') : [] } };
};

/** Scale and Bias with numbers from another layer: one per channel, or along the stated axes. */
const computed =
  (operation: Attrs['operation'], parameters: string): CaffeRule =>
  ({ params, shapes, bottoms }) => {
    const p = params.message(parameters);
    if (bottoms.length !== 2 || p.flag('bias_term', false)) return undefined;
    const axis = p.number('axis', 1);
    return { attrs: { operation, coefficients: [], axis: axis < 0 ? axis + shapes[0].length : axis } };
  };
export const caffe = {
  Eltwise: fromCaffe,
  Scale: computed('product', 'scale_param'),
  Bias: computed('sum', 'bias_param'),
};

const rule =
  (operation: Attrs['operation']): OnnxRule =>
  () => ({ attrs: { operation, coefficients: [] } });
export const onnx = { Sum: rule('sum'), Mean: rule('mean'), Max: rule('max'), Min: rule('min') };

/** If the second value's first axis is not the first one's, this is Caffe's Scale or Bias by a computed value. */
export const batch: BatchRule<string, Attrs> = (args) => {
  const { axis } = args.attrs;
  if (axis === undefined) return together(args);
  const { x0, x1 } = args.at;
  if (x0 && x1) return axis === 0 && x0.axis === x1.axis && x0.inner === x1.inner ? { at: x0 } : undefined;
  return x0 && x0.axis < axis ? { at: x0 } : undefined;
};
