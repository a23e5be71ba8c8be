// Nodes whose inputs are all known are worked out while a graph is read: constants, and the arithmetic on shapes that
// exporters leave before a Reshape.
import { type Shape, sizeOf } from '../core/shape.js';
import type { WeightData } from '../graph/model.js';

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

/** What a ConstantOfShape or a folded product may hold. */
const MAX_FOLDED = 2 ** 28;

const integers = (shape: Shape, values: number[]): Known => ({ shape, values: () => values });
const floats = (shape: Shape, data: Float32Array): Known => ({
  shape,
  tensor: { shape, dtype: 'f32', data },
  values: () => Array.from(data),
});

const constant: Fold = (node) => {
  const value = node.float('value_float');
  const list = node.ints('value_ints');
  if (list.length > 0) return integers([list.length], list);
  return node.tensor('value') ?? (value === undefined ? undefined : floats([], Float32Array.of(value)));
};

const constantOfShape: Fold = (node) => {
  const shape = node.inputs[0]?.values();
  if (!shape || sizeOf(shape) > MAX_FOLDED) return undefined;
  const fill = node.tensor('value');
  const [value = 0] = fill?.values() ?? [];
  if (fill && !fill.tensor) return integers(shape, new Array<number>(sizeOf(shape)).fill(value));
  return floats(shape, new Float32Array(sizeOf(shape)).fill(value));
};

const shapeOf: Fold = (node) => {
  const shape = node.shapes[0] ?? node.inputs[0]?.shape;
  if (!shape) return undefined;
  // Both may count from the back, and slice cuts what is beyond.
  const part = shape.slice(node.int('start', 0), node.int('end', shape.length));
  return integers([part.length], part);
};

const gather: Fold = (node) => {
  const [from, at] = node.inputs;
  if (!from || !at || from.shape.length !== 1 || from.tensor) return undefined;
  const values = from.values();
  return integers(
    at.shape,
    at.values().map((i) => values[i < 0 ? i + values.length : i]),
  );
};

const concat: Fold = (node) => {
  const parts = node.inputs.map((i) => (i && i.shape.length <= 1 && !i.tensor ? i.values() : undefined));
  if (parts.some((p) => p === undefined)) return undefined;
  const all = parts.flatMap((p) => p ?? []);
  return integers([all.length], all);
};

const slice: Fold = (node) => {
  const [from, starts, ends, , steps] = node.inputs;
  if (from?.shape.length !== 1 || from.tensor || steps?.values().some((s) => s !== 1)) return undefined;
  const [start = 0] = starts?.values() ?? node.ints('starts');
  const [end = from.shape[0]] = ends?.values() ?? node.ints('ends');
  const part = from.values().slice(start, end);
  return integers([part.length], part);
};

const product: Fold = (node) => arithmetic(node, (a, b) => a * b);
const sum: Fold = (node) => arithmetic(node, (a, b) => a + b);
const quotient: Fold = (node) => arithmetic(node, (a, b) => Math.trunc(a / b));

/** Integers with integers of one shape or a single number; floats stay with the device. */
function arithmetic({ inputs: [a, b] }: FoldNode, f: (a: number, b: number) => number): Known | undefined {
  if (!a || !b || a.tensor || b.tensor) return undefined;
  const [x, y] = [a.values(), b.values()];
  if (x.length !== y.length && x.length !== 1 && y.length !== 1) return undefined;
  const longer = x.length >= y.length ? a : b;
  return integers(
    longer.shape,
    longer.values().map((_, i) => f(x[x.length === 1 ? 0 : i], y[y.length === 1 ? 0 : i])),
  );
}

/** The same numbers under another shape. */
function renamed(from: Known | undefined, shape: (old: Shape) => Shape): Known | undefined {
  if (!from) return undefined;
  const now = shape(from.shape);
  if (!from.tensor) return integers(now, from.values());
  const tensor = { ...from.tensor, shape: now };
  return { shape: now, tensor, values: () => from.values() };
}

const unsqueeze: Fold = (node) => {
  const axes = node.inputs[1]?.values() ?? node.ints('axes');
  return renamed(node.inputs[0], (old) => {
    const shape = [...old];
    for (const axis of [...axes].sort((a, b) => a - b)) shape.splice(axis < 0 ? axis + shape.length + 1 : axis, 0, 1);
    return shape;
  });
};

const squeeze: Fold = (node) => {
  const axes = node.inputs[1]?.values() ?? node.ints('axes');
  return renamed(node.inputs[0], (old) =>
    old.filter((dim, i) => !(axes.length === 0 ? dim === 1 : axes.includes(i) || axes.includes(i - old.length))),
  );
};

const reshape: Fold = (node) => {
  const wanted = node.inputs[1]?.values() ?? node.ints('shape');
  return renamed(node.inputs[0], (old) => {
    const shape = wanted.map((dim, i) => (dim === 0 ? old[i] : dim));
    const rest = sizeOf(shape.filter((d) => d !== -1));
    return shape.map((d) => (d === -1 ? sizeOf(old) / rest : d));
  });
};

const cast: Fold = (node) => {
  const [from] = node.inputs;
  if (!from) return undefined;
  // 1 is float, 10 float16, 11 double in TensorProto.DataType.
  return [1, 10, 11].includes(node.int('to', 1))
    ? floats(from.shape, Float32Array.from(from.values()))
    : integers(from.shape, from.values().map(Math.trunc));
};

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
