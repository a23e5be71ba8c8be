// Normalization by statistics of the value itself: instance, group and layer normalization, Caffe's MVN, L2, RMS.
import { f32, type Spec, sizeBetween, sizeOf } from '../../core/shape.js';
import { rowKernel, rowWays } from '../../gpu/rows.js';
import { defineMacro, defineOp, type Op, type Tape, type Value } from '../../graph/tape.js';
import { binary } from '../binary/index.js';
import { normalizeAxis } from '../dims.js';
import { pointwise } from '../pointwise/index.js';
import { op as reduction } from '../reduction/index.js';
import { op as reshape } from '../reshape/index.js';
import { dispatchRows, rowsAlong } from '../rows.js';
import { op as transpose } from '../transpose/index.js';
import forwardSource from './normalize.wgsl?raw';
import backwardSource from './normalize_dx.wgsl?raw';

/** In the order of the shaders' KIND. */
const KINDS = ['standard', 'mvn', 'mean', 'l2'] as const;

export interface Attrs {
  /**
   * - `standard`: `(x − mean) / √(var + eps)`
   * - `mvn`: `(x − mean) / (√var + eps)`, as Caffe does
   * - `mean`: `x − mean`
   * - `l2`: `x / √(Σx² + eps)`
   * - `rms`: `x / √(mean of x² + eps)`
   */
  readonly kind: RowAttrs['kind'] | 'rms';
  readonly eps: number;
  /** Normalizes over this axis and all later ones; a negative one counts from the end. */
  readonly axis: number;
  /** Divides axis `axis − 1` (the channels) into this many groups, each normalized together with all later axes. */
  readonly groups?: number;
  /** Additional outputs of ONNX's LayerNormalization, one number per row: its mean, or `1 / √(var + eps)`. */
  readonly output?: 'mean' | 'inverse';
  /** Normalizes each pixel over its channels (`axis` is 1), as SSD's Normalize does. */
  readonly pixels?: true;
}

const uniforms = { R: 'u32', L: 'u32', eps: 'f32' } as const;
const forward = rowKernel({
  name: 'normalize',
  wgsl: forwardSource,
  buffers: { x: 'read', y: 'write', d: 'write' },
  uniforms,
  constants: ['KIND'],
});
const backward = rowKernel({
  name: 'normalize_dx',
  wgsl: backwardSource,
  buffers: { y: 'read', d: 'read', dy: 'read', dx: 'write' },
  uniforms,
  constants: ['KIND'],
});
export const kernels = [forward, backward];

interface RowAttrs {
  readonly kind: (typeof KINDS)[number];
  readonly eps: number;
}

const dx = defineOp({
  name: 'normalize_dx',
  inputs: ['x', 'dy'],
  infer: ({ x }: { x: Spec; dy: Spec }, _: RowAttrs) => x,
  // The gradient runs the forward pass again, which is cheaper than keeping its divisors in memory.
  variants: ({ inputs: { x }, device }) => rowWays(rowsAlong(x.shape, 1), device),
  lower: ({ inputs: { x, dy }, output, attrs: { kind, eps }, device, variant, scratch }) => {
    const [R, L] = x.shape;
    const y = scratch(x);
    const d = scratch(f32(R));
    const call = { uniforms: { R, L, eps }, constants: { KIND: KINDS.indexOf(kind) } };
    return [
      dispatchRows(forward, rowsAlong(x.shape, 1), variant, device, { buffers: { x, y, d }, ...call }),
      dispatchRows(backward, rowsAlong(x.shape, 1), variant, device, { buffers: { y, d, dy, dx: output }, ...call }),
    ];
  },
});

/** Normalizes each row of x `[R, L]` by its own statistics. */
const normalizeRows: Op<'x', RowAttrs> = defineOp({
  name: 'normalize_rows',
  inputs: ['x'],
  infer: ({ x }: { x: Spec }, _: RowAttrs) => x,
  variants: ({ inputs: { x }, device }) => rowWays(rowsAlong(x.shape, 1), device),
  lower: ({ inputs: { x }, output: y, attrs: { kind, eps }, device, variant, scratch }) => {
    const [R, L] = x.shape;
    const d = scratch(f32(R));
    const constants = { KIND: KINDS.indexOf(kind) };
    return [
      dispatchRows(forward, rowsAlong(x.shape, 1), variant, device, {
        buffers: { x, y, d },
        uniforms: { R, L, eps },
        constants,
      }),
    ];
  },
  vjp: (tape, { inputs: { x }, cotangent: dy, attrs }) => ({ x: tape.apply(dx, { x, dy }, attrs) }),
});

/** Divides x into `R` parts of equal size, and normalizes each by its own statistics. */
export function normalizeParts(tape: Tape, x: Value, R: number, attrs: RowAttrs): Value {
  const rows = tape.apply(reshape, { x }, { shape: [R, sizeOf(x.shape) / R] });
  return tape.apply(reshape, { x: tape.apply(normalizeRows, { x: rows }, attrs) }, { shape: x.shape });
}

/** x divided by the root mean square, in parts. The Euclidean norm of L numbers is √L times that. */
function rmsParts(tape: Tape, x: Value, R: number, eps: number): Value {
  const L = sizeOf(x.shape) / R;
  return pointwise(tape, normalizeParts(tape, x, R, { kind: 'l2', eps: eps * L }), 'power', { a: Math.sqrt(L) });
}

/** The mean of each row, or the factor of each row; rows start at `axis`. */
function statistic(tape: Tape, x: Value, axis: number, eps: number, output: 'mean' | 'inverse'): Value {
  const axes = x.shape.map((_, i) => i).slice(axis);
  const meanOf = (v: Value): Value => tape.apply(reduction, { x: v }, { kind: 'mean', axes, keep: true });
  const mean = meanOf(x);
  if (output === 'mean') return mean;
  const away = binary(tape, 'sub', x, mean);
  return pointwise(tape, meanOf(binary(tape, 'mul', away, away)), 'power', { b: eps, c: -0.5 });
}

/** x normalized, times `scale` plus `bias`, which broadcast to it. */
export const op = defineMacro({
  name: 'normalize',
  inputs: ['x', 'scale', 'bias'],
  expand(tape, { x, scale, bias }, attrs: Attrs): Value {
    const { kind, eps, axis: from, groups, pixels } = attrs;
    if (pixels && kind !== 'rms') {
      // With the channels last, a pixel is a row.
      const last = x.shape.length - 1;
      const order = x.shape.map((_, i) => (i === 0 ? 0 : i === last ? 1 : i + 1));
      const rows = tape.apply(reshape, { x: tape.apply(transpose, { x }, { order }) }, { shape: [-1, x.shape[1]] });
      const y = tape.apply(
        reshape,
        { x: tape.apply(normalizeRows, { x: rows }, { kind, eps }) },
        {
          shape: order.map((i) => x.shape[i]),
        },
      );
      const back = tape.apply(transpose, { x: y }, { order: order.map((_, i) => order.indexOf(i)) });
      return binary(tape, 'add', binary(tape, 'mul', back, scale), bias);
    }
    const axis = normalizeAxis('normalize', from, x.shape.length);
    if (attrs.output) return statistic(tape, x, axis, eps, attrs.output);
    const R = groups === undefined ? sizeBetween(x.shape, 0, axis) : sizeBetween(x.shape, 0, axis - 1) * groups;
    const y = kind === 'rms' ? rmsParts(tape, x, R, eps) : normalizeParts(tape, x, R, { kind, eps });
    return binary(tape, 'add', binary(tape, 'mul', y, scale), bias);
  },
});
