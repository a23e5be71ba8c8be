// Nodes whose inputs are all known are worked out while a graph is read: constants, and the arithmetic on shapes that
// exporters leave before a Reshape.
import { type Shape, sizeOf } from '../core/shape.js';
import { filled, lazyWeights, reshaped } from '../graph/lazyWeights.js';
import { type WeightData, weightsAsF32 } from '../graph/model.js';

/** A value known before anything runs: a tensor of floats, or integers. */
export interface Known {
  readonly shape: Shape;
  /** Set for floats. */
  readonly tensor?: WeightData;
  values(): number[];
}

/** A node to fold. */
export interface FoldNode {
  readonly type: string;
  /** Known inputs; undefined where one is computed on the device. */
  readonly inputs: readonly (Known | undefined)[];
  /** Shapes of computed inputs. */
  readonly shapes: readonly (Shape | undefined)[];
  tensor(name: string): Known | undefined;
  ints(name: string): number[];
  int(name: string, otherwise: number): number;
  float(name: string): number | undefined;
}

type Fold = (node: FoldNode) => Known | undefined;

/** What a ConstantOfShape may hold. */
const MAX_FOLDED = 2 ** 28;
/** Numbers that are read one by one: shapes, axes, indices. A graph may claim longer lists, but nothing reads them. */
const MAX_READ = 2 ** 18;

/** The elements of something known, unless they are too many for a list that a graph is built by. */
export const listed = (known: Known | undefined): number[] | undefined =>
  known && sizeOf(known.shape) <= MAX_READ ? known.values() : undefined;

const integers = (shape: Shape, values: number[]): Known => ({ shape, values: () => values });
const floats = (tensor: WeightData): Known => ({
  shape: tensor.shape,
  tensor,
  values: () => Array.from(weightsAsF32(tensor)),
});

const constant: Fold = (node) => {
  const value = node.float('value_float');
  const list = node.ints('value_ints');
  if (list.length > 0) return integers([list.length], list);
  return node.tensor('value') ?? (value === undefined ? undefined : floats(filled([], value)));
};

const constantOfShape: Fold = (node) => {
  const shape = listed(node.inputs[0]);
  if (!shape?.every((dim) => Number.isInteger(dim) && dim >= 0) || sizeOf(shape) > MAX_FOLDED) return undefined;
  const fill = node.tensor('value');
  const [value = 0] = listed(fill) ?? [];
  if (fill && !fill.tensor) return { shape, values: () => new Array<number>(sizeOf(shape)).fill(value) };
  return floats(filled(shape, value));
};

const shapeOf: Fold = (node) => {
  const shape = node.shapes[0] ?? node.inputs[0]?.shape;
  if (!shape) return undefined;
  // Both may count from the back, and slice cuts what is beyond.
  const part = shape.slice(node.int('start', 0), node.int('end', shape.length));
  return integers([part.length], part);
};

const gather: Fold = (node) => {
  const [from, indices] = node.inputs;
  if (from?.shape.length !== 1 || from.tensor) return undefined;
  const [values, at] = [listed(from), listed(indices)];
  if (!indices || !values || !at) return undefined;
  return integers(
    indices.shape,
    at.map((i) => values[i < 0 ? i + values.length : i]),
  );
};

const concat: Fold = (node) => {
  const parts = node.inputs.map((i) => (i && i.shape.length <= 1 && !i.tensor ? listed(i) : undefined));
  if (parts.some((p) => p === undefined)) return undefined;
  const all = parts.flatMap((p) => p ?? []);
  return integers([all.length], all);
};

const slice: Fold = (node) => {
  const [from, , , , steps] = node.inputs;
  if (from?.shape.length !== 1 || from.tensor || (steps && !listed(steps)?.every((s) => s === 1))) return undefined;
  const [starts, ends] = [listOf(node, 'starts', 1), listOf(node, 'ends', 2)];
  const part = starts && ends && listed(from)?.slice(starts[0] ?? 0, ends[0] ?? from.shape[0]);
  return part && integers([part.length], part);
};

const product: Fold = (node) => arithmetic(node, (a, b) => a * b);
const sum: Fold = (node) => arithmetic(node, (a, b) => a + b);
const quotient: Fold = (node) => arithmetic(node, (a, b) => Math.trunc(a / b));

/** Integers with integers of one shape or a single number; floats stay with the device. */
function arithmetic({ inputs: [a, b] }: FoldNode, f: (a: number, b: number) => number): Known | undefined {
  if (!a || !b || a.tensor || b.tensor) return undefined;
  const [x, y] = [listed(a), listed(b)];
  if (!x || !y || (x.length !== y.length && x.length !== 1 && y.length !== 1)) return undefined;
  const [longer, values] = x.length >= y.length ? [a, x] : [b, y];
  return integers(
    longer.shape,
    values.map((_, i) => f(x[x.length === 1 ? 0 : i], y[y.length === 1 ? 0 : i])),
  );
}

/** The same numbers under another shape. */
function renamed(from: Known | undefined, shape: (old: Shape) => Shape | undefined): Known | undefined {
  const now = from && shape(from.shape);
  if (!now) return undefined;
  return { shape: now, ...(from.tensor && { tensor: reshaped(from.tensor, now) }), values: () => from.values() };
}

/** Axes or sizes, given by an input, or in older opsets by an attribute. */
const listOf = (node: FoldNode, attribute: string, index = 1): number[] | undefined =>
  node.inputs.length > index ? listed(node.inputs[index]) : node.ints(attribute);

const unsqueeze: Fold = (node) => {
  const axes = listOf(node, 'axes');
  return renamed(node.inputs[0], (old) => {
    if (!axes) return undefined;
    const shape = [...old];
    for (const axis of [...axes].sort((a, b) => a - b)) shape.splice(axis < 0 ? axis + shape.length + 1 : axis, 0, 1);
    return shape;
  });
};

const squeeze: Fold = (node) => {
  const axes = listOf(node, 'axes');
  return renamed(
    node.inputs[0],
    (old) =>
      axes &&
      old.filter((dim, i) => !(axes.length === 0 ? dim === 1 : axes.includes(i) || axes.includes(i - old.length))),
  );
};

const reshape: Fold = (node) => {
  const wanted = listOf(node, 'shape');
  return renamed(node.inputs[0], (old) => {
    const shape = wanted?.map((dim, i) => (dim === 0 ? old[i] : dim));
    const rest = sizeOf(shape?.filter((d) => d !== -1) ?? []);
    return shape?.map((d) => (d === -1 ? sizeOf(old) / rest : d));
  });
};

const cast: Fold = (node) => {
  const [from] = node.inputs;
  if (!from) return undefined;
  // 1 is float, 10 float16, 11 double in TensorProto.DataType.
  if ([1, 10, 11].includes(node.int('to', 1))) return floats(asWeights(from));
  return { shape: from.shape, values: () => from.values().map(Math.trunc) };
};

/** Something known as weights: integers become floats when they are read. */
export const asWeights = (known: Known): WeightData =>
  known.tensor ?? lazyWeights(known.shape, () => Float32Array.from(known.values()));

const FOLDS: Readonly<Record<string, Fold>> = {
  Constant: constant,
  ConstantOfShape: constantOfShape,
  Shape: shapeOf,
  Gather: gather,
  Concat: concat,
  Slice: slice,
  Mul: product,
  Add: sum,
  Div: quotient,
  Unsqueeze: unsqueeze,
  Squeeze: squeeze,
  Reshape: reshape,
  Identity: (node) => node.inputs[0],
  Cast: cast,
};

export const isFoldable = (type: string): boolean => Object.hasOwn(FOLDS, type);

/** The node's value, if all it needs is known. */
export function fold(node: FoldNode): Known | undefined {
  return isFoldable(node.type) ? FOLDS[node.type](node) : undefined;
}
