// Follows the batch axis through a graph, so that a graph exported for one batch size runs at any batch size.
//
// A file may contain `[1, 196, 768]` where it means `[N, 196, 768]`, or `[64, 49, 96]` for the 64 windows of one image. Each op
// says where its output has the images, and which of its attributes contain the file's batch size. `openBatch` applies these
// rules to a whole model. If an op has no rule, images run one by one: slower, but always right.
import { type Named, type Shape, type Spec, sizeBetween } from '../core/shape.js';

/** The axis of a value that contains the images. Its length is `outer · N · inner`; for most values it is just N. */
export interface BatchAxis {
  readonly axis: number;
  readonly outer: number;
  readonly inner: number;
}

/** What a batch rule knows about the op's inputs. */
export interface BatchArgs<I extends string = string, A = unknown> {
  /** Their specs at the file's batch. */
  readonly inputs: Named<I, Spec>;
  /** Where each input has the images; undefined for an input that all images share. At least one input has them. */
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
  /** The attributes for any batch size, if the file's attributes contain its own. */
  readonly attrs?: A;
  /** Inputs that all images share, and that the op needs once per image. */
  readonly repeat?: readonly string[];
}

/** An op's batch rule; undefined if it may mix images. */
export type BatchRule<I extends string = string, A = unknown> = (args: BatchArgs<I, A>) => Batched<A> | undefined;

/** The first axis, one picture after another. */
export const FIRST: BatchAxis = { axis: 0, outer: 1, inner: 1 };

const same = (a: BatchAxis, b: BatchAxis): boolean => a.axis === b.axis && a.outer === b.outer && a.inner === b.inner;

/** The only input that has images; undefined if several have. */
function only<I extends string>(at: { readonly [P in I]?: BatchAxis }): [I, BatchAxis] | undefined {
  const found = Object.entries(at).filter((e): e is [I, BatchAxis] => e[1] !== undefined);
  return found.length === 1 ? found[0] : undefined;
}

/** For ops that may mix images, or that nobody has looked at yet. */
export const mayMixImages: BatchRule = () => undefined;

/** For ops that process each image of the first axis separately: convolutions, poolings. */
export function imageByImage<I extends string, A>({ at }: BatchArgs<I, A>): Batched<A> | undefined {
  const [name, axis] = only(at) ?? [];
  return name === 'x' && axis?.axis === 0 ? { at: axis } : undefined;
}

/** For elementwise ops. */
export function numberByNumber<I extends string, A>({ at }: BatchArgs<I, A>): Batched<A> | undefined {
  const [name, axis] = only(at) ?? [];
  return name === 'x' && axis ? { at: axis } : undefined;
}

/** For ops on x that mix values along these axes. They keep all axes, or drop these if `keep` is false. */
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

/** For ops with several inputs that broadcast to one shape. With `exact`, the inputs must already have that shape. */
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
    // A value for one image can serve all images. A value of a whole batch differs between them.
    if (first.outer !== 1 || shape[own] !== first.inner) return undefined;
    repeat.push(name);
  }
  return { at: first, ...(repeat.length > 0 && { repeat }) };
}

/**
 * Where the images are after a reshape. A reshape keeps the order of the numbers, so several answers may be right. The best is
 * one where the images have an axis of their own.
 */
export function afterReshape(from: Shape, at: BatchAxis, to: Shape, size: number): BatchAxis | undefined {
  const before = sizeBetween(from, 0, at.axis) * at.outer;
  const places = to.flatMap((d, axis) => {
    const outer = before / sizeBetween(to, 0, axis);
    const inner = d / (outer * size);
    return Number.isInteger(outer) && Number.isInteger(inner) && inner > 0 ? [{ axis, outer, inner }] : [];
  });
  // Heads or windows may share an axis with the images. The last axis holds the features, so it costs most.
  const cost = ({ axis, outer, inner }: BatchAxis) =>
    2 * Number(outer > 1) + (inner > 1 ? (axis === to.length - 1 ? 3 : 1) : 0);
  return places.sort((a, b) => cost(a) - cost(b) || a.axis - b.axis)[0];
}

/** A shape for any batch size: the images' axis takes the remaining size (-1). */
export const openShape = (shape: Shape, { axis }: BatchAxis): number[] => shape.map((d, i) => (i === axis ? -1 : d));

/** The shape of a value at another batch. */
export const atBatch = (shape: Shape, at: BatchAxis | undefined, batch: number): Shape =>
  at ? shape.map((d, i) => (i === at.axis ? at.outer * at.inner * batch : d)) : shape;
