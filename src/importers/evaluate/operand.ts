// Values that are known while a graph is read, and what the evaluators of nodes share.
import { type Shape, sizeOf } from '../../core/shape.js';

/** Single precision, double precision, whole numbers, truth values. */
export type Kind = 'f32' | 'f64' | 'int' | 'bool';

/** A tensor on the host. Numbers of kind f32 are rounded to single precision, as an engine's would be. */
export interface Operand {
  readonly shape: Shape;
  readonly kind: Kind;
  readonly data: ArrayLike<number>;
}

/** A node all of whose inputs are known; an input that is left out is undefined. */
export interface Call {
  readonly type: string;
  readonly opset: number;
  /** How many outputs the node has. */
  readonly outputs: number;
  readonly inputs: readonly (Operand | undefined)[];
  has(name: string): boolean;
  number(name: string, otherwise: number): number;
  numbers(name: string): number[] | undefined;
  text(name: string, otherwise: string): string;
}

/** The node's value, or one value for each output; undefined where this node is not understood. */
export type Evaluate = (call: Call) => Operand | readonly Operand[] | undefined;

export const isFloat = (kind: Kind): boolean => kind === 'f32' || kind === 'f64';

/** A result whose numbers are rounded as its kind asks. */
export function operand(shape: Shape, kind: Kind, data: Float64Array | number[]): Operand {
  if (kind === 'f32') for (let i = 0; i < data.length; i++) data[i] = Math.fround(data[i]);
  return { shape, kind, data };
}

/** `axis` counted from the front; undefined where there is no such axis. */
export function axisOf(axis: number, rank: number): number | undefined {
  const at = axis < 0 ? axis + rank : axis;
  return Number.isInteger(at) && at >= 0 && at < rank ? at : undefined;
}

/** How far apart neighbours along each axis lie. */
export const strides = (shape: Shape): number[] => shape.map((_, i) => sizeOf(shape.slice(i + 1)));

/** The shape that all broadcast to by NumPy's rules; undefined where there is none. */
export function broadcast(shapes: readonly Shape[]): number[] | undefined {
  const rank = Math.max(0, ...shapes.map((s) => s.length));
  const result = Array<number>(rank).fill(1);
  for (const shape of shapes) {
    for (const [i, d] of shape.entries()) {
      const at = i + rank - shape.length;
      if (d === result[at] || d === 1) continue;
      if (result[at] !== 1) return undefined;
      result[at] = d;
    }
  }
  return result;
}

/** For each element of `to`, in order, the index of the element of a broadcast value of shape `from`. */
export function broadcastIndex(from: Shape, to: Shape): (i: number) => number {
  if (sizeOf(from) === 1) return () => 0;
  const lead = to.length - from.length;
  const own = strides(from);
  const outer = strides(to);
  if (from.every((d, i) => d === to[i + lead]) && sizeOf(from) === sizeOf(to)) return (i) => i;
  return (i) => {
    let index = 0;
    for (let axis = 0; axis < from.length; axis++) {
      if (from[axis] === 1) continue;
      index += (Math.floor(i / outer[axis + lead]) % to[axis + lead]) * own[axis];
    }
    return index;
  };
}

/** A new arrangement of elements: `from(i)` is the old index of element i, or −1 for `fill`. */
export function arranged(x: Operand, shape: Shape, from: (i: number) => number, fill = 0): Operand {
  const data = new Float64Array(sizeOf(shape));
  for (let i = 0; i < data.length; i++) {
    const at = from(i);
    data[i] = at < 0 ? fill : x.data[at];
  }
  return { shape, kind: x.kind, data };
}

/** The coordinates of element i of `shape`. */
export function coordinatesOf(i: number, shape: Shape): number[] {
  const at = Array<number>(shape.length);
  let rest = i;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    at[axis] = rest % shape[axis];
    rest = Math.floor(rest / shape[axis]);
  }
  return at;
}

/** The numbers of a list: axes, sizes, indices. */
export const listOf = (x: Operand | undefined): number[] | undefined => x && Array.from(x.data);

/** A list given by an input, or in older operator sets by an attribute. */
export const listed = (call: Call, index: number, name: string): number[] | undefined =>
  listOf(call.inputs[index]) ?? call.numbers(name);
