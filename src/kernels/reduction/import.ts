// Reductions in Caffe and ONNX files.
import { alongAxes, type BatchRule } from '../../graph/batch.js';
import { type CaffeRule, type OnnxNode, type OnnxRule, refuse } from '../../graph/importing.js';
import type { Attrs, Kind } from './index.js';

const OPERATIONS: Readonly<Record<string, Kind>> = {
  SUM: 'sum',
  ASUM: 'l1',
  SUMSQ: 'sumSquare',
  MEAN: 'mean',
  1: 'sum',
  2: 'l1',
  3: 'sumSquare',
  4: 'mean',
};

/** All axes from `axis` on, times a coefficient. */
const fromCaffe: CaffeRule = ({ params, shapes }) => {
  const p = params.message('reduction_param');
  const kind = OPERATIONS[p.text('operation', 'SUM')];
  const axis = p.number('axis', 0);
  const first = axis < 0 ? axis + shapes[0].length : axis;
  const axes = shapes[0].flatMap((_, i) => (i >= first ? [i] : []));
  return kind && { attrs: { kind, axes, keep: false, factor: p.number('coeff', 1) } };
};
export const caffe = { Reduction: fromCaffe };

/** Reductions that turn integers into fractions. */
const ROOTS: ReadonlySet<Kind> = new Set(['mean', 'l2', 'logSum', 'logSumExp']);

const fromOnnx =
  (kind: Kind): OnnxRule =>
  (node: OnnxNode) => {
    if (node.kind(0) === 'integer' && ROOTS.has(kind))
      refuse('it joins whole numbers, and rounds; floats are supported');
    // From opset 13 (sum) or 18 the axes are an input, which must be known.
    if (node.inputs[1] && !node.values(1)) return undefined;
    const axes = node.values(1) ?? node.numbers('axes') ?? [];
    const inputs = [node.inputs[0]];
    if (axes.length === 0 && node.flag('noop_with_empty_axes', false)) return undefined;
    return { attrs: { kind, axes, keep: node.flag('keepdims', true) }, inputs };
  };
export const onnx = {
  ReduceSum: fromOnnx('sum'),
  ReduceMean: fromOnnx('mean'),
  ReduceMax: fromOnnx('max'),
  ReduceMin: fromOnnx('min'),
  ReduceProd: fromOnnx('prod'),
  ReduceL1: fromOnnx('l1'),
  ReduceL2: fromOnnx('l2'),
  ReduceSumSquare: fromOnnx('sumSquare'),
  ReduceLogSum: fromOnnx('logSum'),
  ReduceLogSumExp: fromOnnx('logSumExp'),
};

export const batch: BatchRule<'x', Attrs> = (args) => {
  const { axes, keep } = args.attrs;
  return alongAxes(args, axes.length > 0 ? axes : args.inputs.x.shape.map((_, i) => i), keep);
};
