// Where the pictures of a batch are in a value, so that a graph which was written down for one batch runs at any.
//
// A file may say `[1, 196, 768]` where it means `[N, 196, 768]`, or `[64, 49, 96]` for the 64 windows of one picture. Each op
// says where its output has the pictures and which of its attributes name the file's batch; `openBatch` follows them through
// a model. Whatever an op does not know leaves the pictures to go through one by one: slower, and never wrong.
import { type Named, type Shape, type Spec, sizeBetween } from '../core/shape.js';

/** The axis of a value along which its pictures lie. Its length is `outer · N · inner`: for most values just N. */
export interface BatchAxis {
  readonly axis: number;
  readonly outer: number;
  readonly inner: number;
}

/** What an op is told of its inputs. */
export interface BatchArgs<I extends string = string, A = unknown> {
  /** Their specs at the file's batch. */
  readonly inputs: Named<I, Spec>;
  /** Where they have the pictures; undefined for an input that all pictures share. At least one has them. */
  readonly at: { readonly [P in I]?: BatchAxis };
  /** The output's shape at the file's batch. */
  readonly output: Shape;
  readonly attrs: A;
  /** The file's batch. */
  readonly size: number;
}

/** Where the output has the pictures. */
export interface Batched<A = unknown> {
  readonly at: BatchAxis;
  /** The attributes for any batch, where those of the file name its own. */
  readonly attrs?: A;
  /** Inputs that all pictures share, and that the op needs once for each. */
  readonly repeat?: readonly string[];
}

/** An op's rule; undefined where pictures may mix. */
export type BatchRule<I extends string = string, A = unknown> = (args: BatchArgs<I, A>) => Batched<A> | undefined;

/** The first axis, one picture after another. */
export const FIRST: BatchAxis = { axis: 0, outer: 1, inner: 1 };

const same = (a: BatchAxis, b: BatchAxis): boolean => a.axis === b.axis && a.outer === b.outer && a.inner === b.inner;

/** The one input that has pictures; undefined where several have. */
function only<I extends string>(at: { readonly [P in I]?: BatchAxis }): [I, BatchAxis] | undefined {
  const found = Object.entries(at).filter((e): e is [I, BatchAxis] => e[1] !== undefined);
  return found.length === 1 ? found[0] : undefined;
}

/** For ops that take the images of their first axis one by one: convolutions, poolings. */
export function imageByImage<I extends string, A>({ at }: BatchArgs<I, A>): Batched<A> | undefined {
  const [name, axis] = only(at) ?? [];
  return name === 'x' && axis?.axis === 0 ? { at: axis } : undefined;
}

/** For ops that take number by number. */
export function numberByNumber<I extends string, A>({ at }: BatchArgs<I, A>): Batched<A> | undefined {
  const [name, axis] = only(at) ?? [];
  return name === 'x' && axis ? { at: axis } : undefined;
}

/** For ops on x that mix along these axes and keep all, or drop them where `keep` is false. */
export function alongAxes<A>(
  { inputs: { x }, at }: Pick<BatchArgs<'x', A>, 'inputs' | 'at'>,
  axes: readonly number[],
  keep = true,
): Batched<A> | undefined {
  if (!at.x) return undefined;
  const mixed = axes.map((a) => (a < 0 ? a + x.shape.length : a));
  if (mixed.includes(at.x.axis)) return undefined;
  const before = mixed.filter((a) => a < (at.x?.axis ?? 0)).length;
  return { at: keep ? at.x : { ...at.x, axis: at.x.axis - before } };
}

/** For ops of several inputs that broadcast to one shape. `exact` where they have to have that shape already. */
export function together<I extends string, A>(
  { inputs, at, output }: BatchArgs<I, A>,
  exact = false,
): Batched<A> | undefined {
  const names = Object.keys(inputs) as I[];
  const placed = names.flatMap((name) => {
    const axis = at[name];
    return axis ? [{ ...axis, axis: axis.axis + output.length - inputs[name].shape.length }] : [];
  });
  const [first] = placed;
  if (!first || placed.some((p) => !same(p, first))) return undefined;
  const repeat: string[] = [];
  for (const name of names) {
    if (at[name]) continue;
    const { shape } = inputs[name];
    const own = first.axis - output.length + shape.length;
    if (!exact && (own < 0 || shape[own] === 1)) continue;
    // A value for one picture serves all; one of a whole batch says different things of them.
    if (first.outer !== 1 || shape[own] !== first.inner) return undefined;
    repeat.push(name);
  }
  return { at: first, ...(repeat.length > 0 && { repeat }) };
}

/**
 * Where the pictures are after a reshape. Numbers keep their order, so that there may be several answers, all of them true; the
 * one with the pictures on an axis of their own serves best.
 */
export function afterReshape(from: Shape, at: BatchAxis, to: Shape, size: number): BatchAxis | undefined {
  const before = sizeBetween(from, 0, at.axis) * at.outer;
  const places = to.flatMap((d, axis) => {
    const outer = before / sizeBetween(to, 0, axis);
    const inner = d / (outer * size);
    return Number.isInteger(outer) && Number.isInteger(inner) && inner > 0 ? [{ axis, outer, inner }] : [];
  });
  // Heads or windows may stand beside the pictures; the last axis is what each of them is made of.
  const cost = ({ axis, outer, inner }: BatchAxis) =>
    2 * Number(outer > 1) + (inner > 1 ? (axis === to.length - 1 ? 3 : 1) : 0);
  return places.sort((a, b) => cost(a) - cost(b) || a.axis - b.axis)[0];
}

/** A shape for any batch: what is left over goes where the pictures are. */
export const openShape = (shape: Shape, { axis }: BatchAxis): number[] => shape.map((d, i) => (i === axis ? -1 : d));

/** The shape of a value at another batch. */
export const atBatch = (shape: Shape, at: BatchAxis | undefined, batch: number): Shape =>
  at ? shape.map((d, i) => (i === at.axis ? at.outer * at.inner * batch : d)) : shape;
