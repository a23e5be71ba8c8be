// The building blocks of a gradient ascent step: clip to pixels, rate and step, decay, scores and zeroing for the clipping
// regularizers, a ball about the start, the record of a step, and choices based on it. None has a gradient.
import { f32, type Spec, sizeBetween, sizeOf } from '../../core/shape.js';
import { kernel } from '../../gpu/kernel.js';
import { defineOp, dispatch, type Scalar } from '../../graph/tape.js';
import { dims4, expectShape } from '../dims.js';
import stateSource from './ascent_state.wgsl?raw';
import chooseSource from './choose.wgsl?raw';
import clipSource from './clip_pixels.wgsl?raw';
import countSource from './count.wgsl?raw';
import decaySource from './decay.wgsl?raw';
import fallingSource from './falling_rate.wgsl?raw';
import scoreSource from './pixel_score.wgsl?raw';
import rateSource from './step_rate.wgsl?raw';
import stepSource from './step_up.wgsl?raw';
import ballSource from './within_ball.wgsl?raw';
import zeroSource from './zero_below.wgsl?raw';

/** Columns of a bookkeeping row, in the order of the struct in ascent_state.wgsl. */
export const COLUMNS = [
  'live',
  'rate',
  'isBest',
  'isFirst',
  'best',
  'bestStep',
  'first',
  'firstStep',
  'objective',
  'gradient',
  'norm',
  'distance',
  'deviation',
  'top',
  'step',
  'finite',
] as const;
export type Column = (typeof COLUMNS)[number];
const WIDTH = COLUMNS.length;

const clip = kernel({
  name: 'clip_pixels',
  wgsl: clipSource,
  buffers: { x: 'read', mean: 'read', y: 'write' },
  uniforms: { n: 'u32', size: 'u32', low: 'f32', high: 'f32' },
  longGrid: 'fold',
});
const step = kernel({
  name: 'step_up',
  wgsl: stepSource,
  buffers: { x: 'read', d: 'read', rate: 'read', y: 'write' },
  uniforms: { n: 'u32', size: 'u32' },
  longGrid: 'fold',
});
const rates = kernel({
  name: 'step_rate',
  wgsl: rateSource,
  buffers: { objective: 'read', gg: 'read', y: 'write' },
  uniforms: { N: 'u32', policy: 'u32', rate: 'f32', wanted: 'f32', late: 'f32' },
  longGrid: 'fold',
});
const shrink = kernel({
  name: 'decay',
  wgsl: decaySource,
  buffers: { x: 'read', y: 'write' },
  uniforms: { n: 'u32', share: 'f32' },
  longGrid: 'fold',
});
const score = kernel({
  name: 'pixel_score',
  wgsl: scoreSource,
  buffers: { x: 'read', g: 'read', s: 'write' },
  uniforms: { n: 'u32', C: 'u32', plane: 'u32', active_: 'u32' },
  constants: ['KIND'],
  longGrid: 'fold',
});
const zero = kernel({
  name: 'zero_below',
  wgsl: zeroSource,
  buffers: { x: 'read', s: 'read', threshold: 'read', y: 'write' },
  uniforms: { n: 'u32', C: 'u32', plane: 'u32', active_: 'u32' },
  constants: ['PER_PIXEL'],
  longGrid: 'fold',
});
const state = kernel({
  name: 'ascent_state',
  wgsl: stateSource,
  buffers: {
    objective: 'read',
    top: 'read',
    gg: 'read',
    sums: 'read',
    rate: 'read',
    before: 'read',
    step: 'read',
    after: 'write',
  },
  uniforms: { N: 'u32', size: 'u32', index: 'u32', last: 'u32', restless: 'u32' },
  longGrid: 'fold',
});
const choice = kernel({
  name: 'choose',
  wgsl: chooseSource,
  buffers: { a: 'read', b: 'read', state: 'read', y: 'write' },
  uniforms: { n: 'u32', size: 'u32', width: 'u32', column: 'u32' },
  longGrid: 'fold',
});
const increment = kernel({
  name: 'count',
  wgsl: countSource,
  buffers: { x: 'read', y: 'write' },
  uniforms: {},
  workgroup: [1],
});
const ball = kernel({
  name: 'within_ball',
  wgsl: ballSource,
  buffers: { x: 'read', start: 'read', gg: 'read', y: 'write' },
  uniforms: { n: 'u32', size: 'u32', radius: 'f32' },
  longGrid: 'fold',
});
const falling = kernel({
  name: 'falling_rate',
  wgsl: fallingSource,
  buffers: { step: 'read', y: 'write' },
  uniforms: { n: 'u32', rate: 'f32', fall: 'f32', last: 'u32' },
  longGrid: 'fold',
});
export const kernels = [clip, step, rates, falling, shrink, ball, score, zero, state, choice, increment];

/** `clamp(x + mean, low, high) − mean` for x `[N, ...]` and mean of one image's size. */
export const clipPixels = defineOp({
  name: 'clip_pixels',
  inputs: ['x', 'mean'],
  infer: ({ x, mean }: { x: Spec; mean: Spec }, _: { readonly low: number; readonly high: number }) => {
    expectShape('clip_pixels', 'mean', mean.shape, x.shape.slice(1), "one image's shape");
    return x;
  },
  lower: ({ inputs: { x, mean }, output: y, attrs }) => {
    const n = sizeOf(x.shape);
    const uniforms = { n, size: sizeOf(mean.shape), ...attrs };
    return [dispatch(clip, { buffers: { x, mean, y }, uniforms, threads: [n] })];
  },
});

/** `x + rate·d`, with one rate for each row: x and d `[rows, …]` or of any shape with one rate, rate `[rows]`. */
export const stepUp = defineOp({
  name: 'step_up',
  inputs: ['x', 'd', 'rate'],
  infer: ({ x, d, rate }: { x: Spec; d: Spec; rate: Spec }, _: object) => {
    expectShape('step_up', 'd', d.shape, x.shape, "x's shape");
    if (sizeOf(rate.shape) !== 1)
      expectShape('step_up', 'rate', rate.shape, x.shape.slice(0, 1), 'one rate for each row');
    return x;
  },
  lower: ({ inputs: { x, d, rate }, output: y }) => {
    const n = sizeOf(x.shape);
    const uniforms = { n, size: n / sizeOf(rate.shape) };
    return [dispatch(step, { buffers: { x, d, rate, y }, uniforms, threads: [n] })];
  },
});

export interface RateAttrs {
  /** 0 constant, 1 progress, 2 progress01; see the kernel. */
  readonly policy: Scalar;
  readonly rate: Scalar;
  readonly wanted: Scalar;
  readonly late: Scalar;
}

/** The rate of each row's step `[rows]`, from what is raised and ‖g‖², both `[rows]`. */
export const stepRate = defineOp({
  name: 'step_rate',
  inputs: ['objective', 'gg'],
  infer: ({ objective, gg }: { objective: Spec; gg: Spec }, _: RateAttrs) => {
    expectShape('step_rate', 'gg', gg.shape, objective.shape, "the objective's shape");
    return objective;
  },
  lower: ({ inputs: { objective, gg }, output: y, attrs }) => {
    const [N] = objective.shape;
    return [dispatch(rates, { buffers: { objective, gg, y }, uniforms: { N, ...attrs }, threads: [N] })];
  },
});

/** `x · (1 − share)`. */
export const decayed = defineOp({
  name: 'decay',
  inputs: ['x'],
  infer: ({ x }: { x: Spec }, _: { readonly share: Scalar }) => x,
  lower: ({ inputs: { x }, output: y, attrs: { share } }) => {
    const n = sizeOf(x.shape);
    return [dispatch(shrink, { buffers: { x, y }, uniforms: { n, share }, threads: [n] })];
  },
});

/** x `[N, …]`, each row held to `radius` about the same row of `start`; `gg` `[N]` is their squared distance. */
export const withinBall = defineOp({
  name: 'within_ball',
  inputs: ['x', 'start', 'gg'],
  infer: ({ x, start, gg }: { x: Spec; start: Spec; gg: Spec }, _: { readonly radius: Scalar }) => {
    expectShape('within_ball', 'start', start.shape, x.shape, "x's shape");
    expectShape('within_ball', 'gg', gg.shape, x.shape.slice(0, 1), 'one distance for each row');
    return x;
  },
  lower: ({ inputs: { x, start, gg }, output: y, attrs: { radius } }) => {
    const n = sizeOf(x.shape);
    const uniforms = { n, size: sizeBetween(x.shape, 1), radius };
    return [dispatch(ball, { buffers: { x, start, gg, y }, uniforms, threads: [n] })];
  },
});

export interface FallingRateAttrs {
  readonly rows: number;
  /** Of the first step. */
  readonly rate: Scalar;
  /** Share of it that is gone after the last step. */
  readonly fall: Scalar;
  /** Number of the last step. */
  readonly last: Scalar;
}

/** One rate for all rows, `[rows]`, that falls linearly from step to step. */
export const fallingRate = defineOp({
  name: 'falling_rate',
  inputs: ['step'],
  infer: (_: { step: Spec }, { rows }: FallingRateAttrs) => f32(rows),
  lower: ({ inputs: { step: now }, output: y, attrs: { rows, ...uniforms } }) => [
    dispatch(falling, { buffers: { step: now, y }, uniforms: { n: rows, ...uniforms }, threads: [rows] }),
  ],
});

const SCORES = { value: 0, norm: 1, benefit: 2, contribution: 3 } as const;
export type Score = keyof typeof SCORES;

/** The scores for ranking: entries by value `[N,C,H,W]`, or pixels by norm, benefit or contribution `[N,H,W]`. */
export const pixelScore = defineOp({
  name: 'pixel_score',
  inputs: ['x', 'g'],
  infer: ({ x }: { x: Spec; g: Spec }, { kind }: { readonly kind: Score; readonly active: Scalar }): Spec => {
    const [N, , H, W] = dims4('pixel_score', 'x', x);
    return kind === 'value' ? x : { shape: [N, H, W], dtype: 'f32' };
  },
  lower: ({ inputs: { x, g }, output: s, attrs: { kind, active } }) => {
    const n = sizeOf(s.shape);
    return [
      dispatch(score, {
        buffers: { x, g, s },
        uniforms: { n, C: x.shape[1], plane: sizeBetween(x.shape, 2), active_: active },
        constants: { KIND: SCORES[kind] },
        threads: [n],
      }),
    ];
  },
});

/** x, with entries or pixels set to zero whose score is below the threshold from `percentile`. */
export const zeroBelow = defineOp({
  name: 'zero_below',
  inputs: ['x', 's', 'threshold'],
  infer: ({ x }: { x: Spec; s: Spec; threshold: Spec }, _: { readonly active: Scalar }) => x,
  lower: ({ inputs: { x, s, threshold }, output: y, attrs: { active } }) => {
    const n = sizeOf(x.shape);
    return [
      dispatch(zero, {
        buffers: { x, s, threshold, y },
        uniforms: { n, C: x.shape[1], plane: sizeBetween(x.shape, 2), active_: active },
        constants: { PER_PIXEL: s.shape.length === x.shape.length ? 0 : 1 },
        threads: [n],
      }),
    ];
  },
});

export interface StateAttrs {
  /** The unit's position in its layer, to compare with the layer's argmax. */
  readonly index: Scalar;
  /** The step that is recorded but changes nothing any more: max_iter − 1. */
  readonly last: Scalar;
  /** Elements of one image. */
  readonly size: number;
  /** 1 where an image moves without a gradient, by noise or a prior. */
  readonly restless: 0 | 1;
}

/** The bookkeeping row of each image `[N, 16]`. `sums` is `[3, N]`: Σx, Σx², Σ(x−x₀)². */
export const ascentState = defineOp({
  name: 'ascent_state',
  inputs: ['objective', 'top', 'gg', 'sums', 'rate', 'before', 'step'],
  infer: (
    { objective }: Readonly<Record<'objective' | 'top' | 'gg' | 'sums' | 'rate' | 'before' | 'step', Spec>>,
    _: StateAttrs,
  ): Spec => f32(objective.shape[0], WIDTH),
  lower: ({ inputs: { objective, top, gg, sums, rate, before, step: now }, output: after, attrs }) => {
    const [N] = objective.shape;
    return [
      dispatch(state, {
        buffers: { objective, top, gg, sums, rate, before, step: now, after },
        uniforms: { N, ...attrs },
        threads: [N],
      }),
    ];
  },
});

/** a where `column` of the image's row is set, else b. */
export const choose = defineOp({
  name: 'choose',
  inputs: ['a', 'b', 'state'],
  infer: ({ a, b }: { a: Spec; b: Spec; state: Spec }, _: { readonly column: Column }) => {
    expectShape('choose', 'b', b.shape, a.shape, "a's shape");
    return a;
  },
  lower: ({ inputs: { a, b, state: rows }, output: y, attrs: { column } }) => {
    const n = sizeOf(a.shape);
    const uniforms = { n, size: sizeBetween(a.shape, 1), width: WIDTH, column: COLUMNS.indexOf(column) };
    return [dispatch(choice, { buffers: { a, b, state: rows, y }, uniforms, threads: [n] })];
  },
});

/** A u32 counter plus one. */
export const count = defineOp({
  name: 'count',
  inputs: ['x'],
  infer: ({ x }: { x: Spec }, _: object) => x,
  lower: ({ inputs: { x }, output: y }) => [dispatch(increment, { buffers: { x, y }, uniforms: {}, threads: [1] })],
});
