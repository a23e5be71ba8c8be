// Pooling in one and three dimensions, with dilation, global over any number of axes, and by p-norm. It is made of
// two-dimensional poolings, which are separable. A dilated window is rearranged first, so that its pixels are neighbours.
import { ShapeError } from '../../core/errors.js';
import { formatShape } from '../../core/shape.js';
import { defineMacro, type Tape, type Value } from '../../graph/tape.js';
import { op as avgPool } from '../avgPool/index.js';
import { binary } from '../binary/index.js';
import { op as maxPool } from '../maxPool/index.js';
import { pointwise } from '../pointwise/index.js';
import { resample } from '../resample/index.js';
import { tableLength, take } from '../resample/tables.js';
import { op as reshape } from '../reshape/index.js';

type Kind = 'max' | 'average' | 'lp';

export interface WindowAttrs {
  readonly kind: Kind;
  /** One number per spatial axis. */
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly dilation: readonly number[];
  readonly rounding: 'floor' | 'ceil';
  /** For averages: see ../avgPool. */
  readonly divisor: 'padded' | 'valid';
  /** For `lp`: the exponent. */
  readonly p: number;
}

/** A window over all spatial axes. */
export interface GlobalAttrs {
  readonly kind: Kind;
  readonly global: true;
  readonly p: number;
}

export type Attrs = WindowAttrs | GlobalAttrs;

/** A macro has no kernels of its own. */
export const kernels = [];

/** The maximum of a window that contains only padding, which is possible only with dilation: onnxruntime's value. */
const OF_NONE = -3.4028234663852886e38;

/** Pools x `[N, C, ...]` over its one to three spatial axes, or globally over any number. */
export const op = defineMacro({
  name: 'poolNd',
  inputs: ['x'],
  passesZeros: true,
  expand(tape, { x }, attrs: Attrs): Value {
    if ('global' in attrs) return overAll(tape, x, attrs);
    const spatial = x.shape.length - 2;
    if (spatial < 1 || spatial > 3 || attrs.kernel.length !== spatial) {
      throw new ShapeError('poolNd', `a window of ${attrs.kernel.length} axes does not fit x ${formatShape(x.shape)}`);
    }
    if (attrs.kind !== 'lp') return axesInTurn(tape, x, attrs);
    // ‖x‖_p over a window: the mean of |x|^p, times the number of elements, to the power 1/p.
    const powers = pointwise(tape, pointwise(tape, x, 'abs'), 'power', { c: attrs.p });
    const area = attrs.kernel.reduce((a, b) => a * b, 1);
    const mean = axesInTurn(tape, powers, { ...withoutOverhang(x, attrs), kind: 'average', divisor: 'padded' });
    return pointwise(tape, mean, 'power', { a: area, c: 1 / attrs.p });
  },
});

/** All spatial axes become one row of a map, for the two-dimensional poolings. */
function overAll(tape: Tape, x: Value, { kind, p }: GlobalAttrs): Value {
  const spatial = x.shape.slice(2);
  if (spatial.length === 0) {
    throw new ShapeError('poolNd', `x must have axes beside [N,C], got ${formatShape(x.shape)}`);
  }
  const size = spatial.reduce((a, b) => a * b, 1);
  const map = tape.apply(reshape, { x }, { shape: [0, 0, 1, size] });
  const window = { kernel: [1, 1], stride: [1, 1], pad: [0, 0, 0, 0], rounding: 'floor', global: true } as const;
  const mean = (v: Value): Value => tape.apply(avgPool, { x: v }, { ...window, divisor: 'valid' });
  const pooled = {
    max: () => tape.apply(maxPool, { x: map }, window),
    average: () => mean(map),
    // ‖x‖_p: the mean of |x|^p, times the number of elements, to the power 1/p.
    lp: () => {
      const powers = pointwise(tape, pointwise(tape, map, 'abs'), 'power', { c: p });
      return pointwise(tape, mean(powers), 'power', { a: size, c: 1 / p });
    },
  }[kind]();
  return tape.apply(reshape, { x: pooled }, { shape: [0, 0, ...spatial.map(() => 1)] });
}

/** Extends the padding under overhanging windows, so that all have the same number of elements. */
function withoutOverhang(x: Value, attrs: WindowAttrs): WindowAttrs {
  const after = attrs.kernel.map((k, i) => {
    const [L, s, before] = [x.shape[i + 2], attrs.stride[i], attrs.before[i]];
    const reach = attrs.dilation[i] * (k - 1) + 1;
    const end = (windows(L, i, attrs) - 1) * s + reach - before - L;
    return Math.max(attrs.after[i], end);
  });
  return { ...attrs, after, rounding: 'floor' };
}

/**
 * The number of windows along an axis of length L. A window that starts beyond the image and its leading padding is dropped.
 */
function windows(L: number, i: number, { kernel, stride, before, after, dilation, rounding }: WindowAttrs): number {
  const steps = (L + before[i] + after[i] - (dilation[i] * (kernel[i] - 1) + 1)) / stride[i];
  if (rounding === 'floor') return Math.floor(steps) + 1;
  const out = Math.ceil(steps) + 1;
  return (out - 1) * stride[i] >= L + before[i] ? out - 1 : out;
}

/** The maximum or mean over a box is computed axis by axis. */
function axesInTurn(tape: Tape, x: Value, attrs: WindowAttrs): Value {
  let y = x;
  attrs.kernel.forEach((k, i) => {
    y = alongAxis(tape, y, i, attrs);
    // Without rearranging, the pooling has used the right divisor already.
    if (attrs.kind !== 'average' || attrs.dilation[i] === 1) return;
    // All taps were counted: divide by the share that should count.
    const L = x.shape[i + 2];
    const last = attrs.divisor === 'padded' ? L + attrs.after[i] : L;
    const first = attrs.divisor === 'padded' ? Number.NEGATIVE_INFINITY : 0;
    const shares = Float32Array.from({ length: y.shape[i + 2] }, (_, p) => {
      const taps = Array.from({ length: k }, (_v, t) => p * attrs.stride[i] - attrs.before[i] + t * attrs.dilation[i]);
      return taps.filter((tap) => tap >= first && tap < last).length / k;
    });
    const shape = y.shape.map((d, axis) => (axis === i + 2 ? d : 1));
    if (shares.some((share) => share !== 1)) y = binary(tape, 'div', y, tape.constant('shares', shape, shares));
  });
  return y;
}

function alongAxis(tape: Tape, x: Value, spatialAxis: number, attrs: WindowAttrs): Value {
  const { kind, rounding, divisor } = attrs;
  const axis = spatialAxis + 2;
  const at = <T>(values: readonly T[]): T => values[spatialAxis];
  const [k, s, before, after, d] = [attrs.kernel, attrs.stride, attrs.before, attrs.after, attrs.dilation].map(at);
  if (k === 1 && s === 1 && before === 0 && after === 0) return x;
  const L = x.shape[axis];
  // The window moves along the rows of [outer, 1, L, inner].
  const outer = x.shape.slice(0, axis).reduce((a, b) => a * b, 1);
  const inner = x.shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  let rows = tape.apply(reshape, { x }, { shape: [1, outer, L, inner] });
  let window = { kernel: [k, 1], stride: [s, 1], pad: [before, 0, after, 0], rounding, global: false } as const;
  if (d > 1) {
    const P = windows(L, spatialAxis, attrs);
    if (!(P >= 1))
      throw new ShapeError('poolNd', `the window is larger than axis ${axis} of x ${formatShape(x.shape)}`);
    const indices = Array.from({ length: tableLength(P * k) }, (_, i) => {
      const start = Math.floor(i / k) * s - before;
      const from = start + (i % k) * d;
      if (from >= 0 && from < L) return from;
      // Padding must not affect a maximum, so the window's first pixel is repeated there.
      const first = start + Math.max(Math.ceil(-start / d), 0) * d;
      return kind === 'max' && first < L && first <= start + (k - 1) * d ? first : -1;
    });
    rows = resample(tape, rows, take(2, indices, kind === 'max' ? OF_NONE : 0));
    window = { kernel: [k, 1], stride: [k, 1], pad: [0, 0, 0, 0], rounding: 'floor', global: false };
  }
  const pooled =
    kind === 'max'
      ? tape.apply(maxPool, { x: rows }, window)
      : tape.apply(avgPool, { x: rows }, { ...window, divisor: d > 1 ? 'padded' : divisor });
  const shape = x.shape.map((dim, i) => (i === axis ? pooled.shape[2] : dim));
  return tape.apply(reshape, { x: pooled }, { shape });
}
