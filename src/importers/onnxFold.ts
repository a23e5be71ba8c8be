// Evaluates nodes whose inputs are all known at import: constants, shape arithmetic that exporters leave before a Reshape, and
// weights that are stored as integers or standardized in the graph.
import { ModelFileError } from '../core/errors.js';
import { formatShape, type Shape, sizeOf } from '../core/shape.js';
import { filled, lazyWeights, reshaped } from '../graph/lazyWeights.js';
import { type WeightData, weightsAsF32 } from '../graph/model.js';
import { ARRANGE } from './evaluate/arrange.js';
import { COMBINE } from './evaluate/combine.js';
import { ELEMENTWISE } from './evaluate/elementwise.js';
import { axisOf, type Call, type Evaluate, isFloat, type Kind, type Operand } from './evaluate/operand.js';

/** A value known at import: a tensor of floats, or integers. */
export interface Known {
  readonly shape: Shape;
  /** The kind of the numbers. Default: `f32` for a tensor, otherwise `int`. */
  readonly kind?: Kind;
  /** Set for floats. */
  readonly tensor?: WeightData;
  values(): number[];
}

/** A node to fold. */
export interface FoldNode extends Omit<Call, 'inputs'> {
  readonly name: string;
  /** Known inputs; undefined for one that is computed on the device, or left out. */
  readonly inputs: readonly (Known | undefined)[];
  /** Names of the inputs; empty for those left out. */
  readonly names: readonly string[];
  /** Shapes of computed inputs. */
  readonly shapes: readonly (Shape | undefined)[];
  tensor(name: string): Known | undefined;
}

type Fold = (node: FoldNode) => Known | undefined;

/** Limit for the elements of a ConstantOfShape. */
const MAX_FOLDED = 2 ** 28;
/**
 * Limit for lists that are read element by element: shapes, axes, indices. A graph may claim longer lists, but nothing reads
 * them.
 */
const MAX_READ = 2 ** 18;
/** Limit for the numbers that all evaluated nodes of a file have together: 2²⁵, the weights of a large net. */
const MAX_EVALUATED = 2 ** 25;

/** The elements of a known value; undefined if they are too many for a list that defines a graph. */
export const listed = (known: Known | undefined): number[] | undefined =>
  known && sizeOf(known.shape) <= MAX_READ ? known.values() : undefined;

const integers = (shape: Shape, values: number[]): Known => ({ shape, kind: 'int', values: () => values });
const floats = (tensor: WeightData): Known => ({
  shape: tensor.shape,
  kind: 'f32',
  tensor,
  values: () => Array.from(weightsAsF32(tensor)),
});

const kindOf = (known: Known): Kind => known.kind ?? (known.tensor ? 'f32' : 'int');

/** A known value as the evaluators take it. Weights are not copied. */
const asOperand = (known: Known): Operand => ({
  shape: known.shape,
  kind: kindOf(known),
  data: kindOf(known) === 'f32' && known.tensor ? weightsAsF32(known.tensor) : known.values(),
});

function fromOperand({ shape, kind, data }: Operand): Known {
  if (!isFloat(kind)) return { shape, kind, values: () => Array.from(data) };
  return { shape, kind, tensor: lazyWeights(shape, () => Float32Array.from(data)), values: () => Array.from(data) };
}

const constant: Fold = (node) => {
  const tensor = node.tensor('value');
  if (tensor) return tensor;
  if (node.has('value_float')) return floats(filled([], node.number('value_float', 0)));
  if (node.has('value_int')) return integers([], [node.number('value_int', 0)]);
  const list = node.numbers('value_ints') ?? [];
  if (node.has('value_ints')) return integers([list.length], list);
  const decimals = node.numbers('value_floats') ?? [];
  if (!node.has('value_floats')) return undefined;
  return floats({ shape: [decimals.length], dtype: 'f32', data: Float32Array.from(decimals) });
};

const constantOfShape: Fold = (node) => {
  const shape = listed(node.inputs[0]);
  if (!shape?.every((dim) => Number.isInteger(dim) && dim >= 0) || sizeOf(shape) > MAX_FOLDED) return undefined;
  const fill = node.tensor('value');
  const [value = 0] = listed(fill) ?? [];
  if (fill && !isFloat(kindOf(fill)))
    return { shape, kind: kindOf(fill), values: () => new Array<number>(sizeOf(shape)).fill(value) };
  return floats(filled(shape, value));
};

/** A shape is known for every value, computed or not. */
const shapeOf: Fold = (node) => {
  const shape = node.shapes[0] ?? node.inputs[0]?.shape;
  if (!shape) return undefined;
  // Both may count from the end; slice clips them.
  const part = shape.slice(node.number('start', 0), node.number('end', shape.length));
  return integers([part.length], part);
};

const sizeOfValue: Fold = (node) => {
  const shape = node.shapes[0] ?? node.inputs[0]?.shape;
  return shape && integers([], [sizeOf(shape)]);
};

/** The same numbers under another shape. */
function renamed(from: Known | undefined, shape: (old: Shape) => Shape | undefined): Known | undefined {
  const now = from && shape(from.shape);
  if (!now || sizeOf(now) !== sizeOf(from.shape) || !now.every((d) => Number.isInteger(d) && d >= 0)) return undefined;
  return {
    shape: now,
    kind: kindOf(from),
    ...(from.tensor && { tensor: reshaped(from.tensor, now) }),
    values: () => from.values(),
  };
}

/** Axes or sizes, from an input, or from an attribute in older opsets. */
const listOf = (node: FoldNode, attribute: string, index = 1): number[] | undefined =>
  node.inputs.length > index ? listed(node.inputs[index]) : node.numbers(attribute);

const unsqueeze: Fold = (node) => {
  const axes = listOf(node, 'axes');
  return renamed(node.inputs[0], (old) => {
    const rank = old.length + (axes?.length ?? 0);
    const at = axes?.map((a) => axisOf(a, rank));
    if (!at || at.includes(undefined) || new Set(at).size < at.length) return undefined;
    const rest = [...old];
    return Array.from({ length: rank }, (_, i) => (at.includes(i) ? 1 : (rest.shift() ?? 1)));
  });
};

const squeeze: Fold = (node) => {
  const axes = listOf(node, 'axes') ?? [];
  return renamed(node.inputs[0], (old) => {
    const at = axes.map((a) => axisOf(a, old.length));
    if (at.some((a) => a === undefined || old[a] !== 1)) return undefined;
    return old.filter((dim, i) => !(at.length === 0 ? dim === 1 : at.includes(i)));
  });
};

const reshape: Fold = (node) => {
  const wanted = listOf(node, 'shape');
  return renamed(node.inputs[0], (old) => {
    const keepsZero = node.number('allowzero', 0) !== 0;
    const shape = wanted?.map((dim, i) => (dim === 0 && !keepsZero ? old[i] : dim));
    const rest = sizeOf(shape?.filter((d) => d !== -1) ?? []);
    return shape?.map((d) => (d === -1 ? sizeOf(old) / rest : d));
  });
};

const flatten: Fold = (node) =>
  renamed(node.inputs[0], (old) => {
    const axis = node.number('axis', 1);
    const at = axis < 0 ? axis + old.length : axis;
    return [sizeOf(old.slice(0, at)), sizeOf(old.slice(at))];
  });

/** Converted weights are computed when they are read, because a graph may contain many that nothing uses. */
const lazily =
  (evaluate: Evaluate, shape: (old: Shape, node: FoldNode) => Shape | undefined): Fold =>
  (node) => {
    const [x] = node.inputs;
    const now = x && shape(x.shape, node);
    // Evaluating a single number shows the kind of the result, and whether the node is supported.
    if (!x || !now) return undefined;
    const call = () => callOf(node);
    if (sizeOf(x.shape) <= MAX_READ) return first(evaluate(call()));
    const data = () => {
      const result = evaluate(call());
      return Float32Array.from(result && 'data' in result ? result.data : []);
    };
    return floats(lazyWeights(now, data));
  };

const first = (result: ReturnType<Evaluate>): Known | undefined =>
  result && 'data' in result ? fromOperand(result) : undefined;

const callOf = (node: FoldNode): Call => ({ ...node, inputs: node.inputs.map((i) => i && asOperand(i)) });

const transpose = lazily(ARRANGE.Transpose, (old, node) => {
  const order = node.numbers('perm') ?? old.map((_, i) => old.length - 1 - i);
  return order.length === old.length ? order.map((axis) => old[axis]) : undefined;
});

/** A cast from float to float changes nothing: weights stay as they are stored. */
const cast: Fold = (node) => {
  const [x] = node.inputs;
  const toFloat = [1, 10, 16].includes(node.number('to', 1));
  if (x?.tensor && toFloat && kindOf(x) === 'f32') return x;
  return x && first(ELEMENTWISE.Cast(callOf(node)));
};

/** Operations that do not read the numbers. */
const SHAPES: Readonly<Record<string, Fold>> = {
  Constant: constant,
  ConstantOfShape: constantOfShape,
  Shape: shapeOf,
  Size: sizeOfValue,
  Unsqueeze: unsqueeze,
  Squeeze: squeeze,
  Reshape: reshape,
  Flatten: flatten,
  Identity: (node) => node.inputs[0],
  Dropout: (node) => (node.outputs === 1 ? node.inputs[0] : undefined),
  Transpose: transpose,
  DequantizeLinear: lazily(COMBINE.DequantizeLinear, (old) => old),
  Cast: cast,
};

/** Operations that read every number. */
const EVALUATORS: Readonly<Record<string, Evaluate>> = { ...ELEMENTWISE, ...ARRANGE, ...COMBINE };

/** A known value as weights. Integers become floats when they are read. */
export const asWeights = (known: Known): WeightData =>
  known.tensor ?? lazyWeights(known.shape, () => Float32Array.from(known.values()));

/** Folds the nodes of one file, and counts the numbers that it evaluates. */
export function createFolder(): (node: FoldNode) => readonly Known[] | undefined {
  let evaluated = 0;
  return (node) => {
    if (Object.hasOwn(SHAPES, node.type)) {
      const known = SHAPES[node.type](node);
      if (known) return [known];
    }
    if (!Object.hasOwn(EVALUATORS, node.type)) return undefined;
    if (node.names.some((name, i) => name !== '' && !node.inputs[i])) return undefined;
    const largest = Math.max(0, ...node.inputs.map((i) => (i ? sizeOf(i.shape) : 0)));
    const claimed = Math.max(largest, claimedSize(node));
    if (claimed > MAX_EVALUATED - evaluated) {
      throw new ModelFileError(
        'onnx',
        `node '${node.name}' (${node.type}) makes a constant of ${claimed} numbers; constants that a file works out may have ` +
          `${MAX_EVALUATED} together. Fold them when you export (do_constant_folding, onnxsim)`,
      );
    }
    const result = EVALUATORS[node.type](callOf(node));
    if (!result) return undefined;
    const all = 'data' in result ? [result] : result;
    for (const { data } of all) evaluated += data.length;
    const wrong = all.find(({ shape, data }) => sizeOf(shape) !== data.length);
    if (wrong)
      throw new ModelFileError('onnx', `node '${node.name}' (${node.type}) does not fit: ${formatShape(wrong.shape)}`);
    return all.map(fromOperand);
  };
}

/** The number of elements that a node claims to produce, if that may be more than it reads. */
function claimedSize({ type, inputs: [x, by, third], number }: FoldNode): number {
  const list = () => (by && sizeOf(by.shape) <= MAX_READ ? by.values() : []);
  if (type === 'Expand') return sizeOf(list().map(Math.abs));
  if (type === 'Tile') return sizeOf(list().map(Math.abs)) * sizeOf(x?.shape ?? []);
  if (type === 'OneHot') return sizeOf(x?.shape ?? []) * Math.abs(list()[0] ?? 0);
  if (type === 'Pad') return list().reduce((size, p) => size * (1 + Math.abs(p)), sizeOf(x?.shape ?? []));
  if (type === 'MatMul' || type === 'Gemm') return (sizeOf(x?.shape ?? []) * sizeOf(by?.shape ?? [])) / 1024;
  if (type === 'Gather') return (sizeOf(x?.shape ?? []) / (x?.shape[number('axis', 0)] || 1)) * sizeOf(by?.shape ?? []);
  if (type === 'Range') return Math.abs(((list()[0] ?? 0) - (x?.values()[0] ?? 0)) / (third?.values()[0] || 1));
  // Broadcasting two values may give the product of their sizes.
  if (Object.hasOwn(ELEMENTWISE, type) && x && by && third === undefined)
    return sizeOf(x.shape.map((d, i) => Math.max(d, by.shape[i - x.shape.length + by.shape.length] ?? 1)));
  return 0;
}
