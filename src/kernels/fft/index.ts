// The Fourier transform of real planes and its inverse, orthonormal (numpy.fft with norm="ortho"), for planes of any size.
//
// A spectrum `[…, H, ⌊W/2⌋ + 1, 2]` holds pairs of real and imaginary part: the left half along W, of which the other half is the
// mirror image. Each transform is a few stages along W and a few along H, of radices of at most 16 and of larger prime factors.
import { ShapeError } from '../../core/errors.js';
import { formatShape, type Shape, type Spec, sizeOf } from '../../core/shape.js';
import { kernel } from '../../gpu/kernel.js';
import {
  type Dispatch,
  defineMacro,
  defineOp,
  dispatch,
  type Lowering,
  type Op,
  type Tape,
  type Value,
} from '../../graph/tape.js';
import source from './fft_stage.wgsl?raw';

const stage = kernel({
  name: 'fft_stage',
  wgsl: source,
  buffers: { x: 'read', turns: 'read', y: 'write' },
  uniforms: { n: 'u32', N: 'u32', L: 'u32', inner: 'u32', kept: 'u32', step: 'u32', scale: 'f32' },
  constants: ['R', 'OUTPUTS', 'INVERSE', 'REAL_IN', 'HERMITIAN_IN', 'PADDED_IN', 'REAL_OUT', 'DOUBLED'],
  longGrid: 'fold',
});
export const kernels = [stage];

/** The largest radix that a composite size is taken apart into. */
const MAX_RADIX = 16;
/** The length of `sums` in the kernel. */
const MAX_OUTPUTS = 16;
/** What a stage costs beyond the R inputs of each output, counted in inputs: its launch, and writing the output. */
const STAGE_COST = 12;

/** Radices whose product is `size`, those of the least total cost: 8·8 for 64, 14·16 for 224, 227 for 227. */
export function radicesOf(size: number): readonly number[] {
  let best: readonly number[] = [size];
  const cost = (radices: readonly number[]) => radices.reduce((sum, r) => sum + r + STAGE_COST, 0);
  for (let r = 2; r <= MAX_RADIX; r++) {
    if (size % r > 0 || r === size) continue;
    const radices = [r, ...radicesOf(size / r)];
    if (cost(radices) < cost(best)) best = radices;
  }
  return best;
}

/** The least size from `size` on that is a product of small radices: 240 for 227, which as a prime takes one long sum for each output. */
export function fastSize(size: number): number {
  let fast = size;
  while (radicesOf(fast).some((radix) => radix > MAX_RADIX)) fast++;
  return fast;
}

/** Columns of the spectrum of rows of `W` numbers. */
export const halfOf = (W: number): number => Math.floor(W / 2) + 1;

/** One axis of a transform, as stages. */
interface Axis {
  readonly x: Value;
  readonly y: Value;
  readonly turns: Value;
  readonly size: number;
  /** Places of the axis that `y` has. */
  readonly kept: number;
  readonly inner: number;
  readonly inverse: boolean;
  /** What the first stage does beside its work, and the last. */
  readonly first?: 'REAL_IN' | 'HERMITIAN_IN' | 'PADDED_IN';
  readonly last?: 'REAL_OUT' | 'DOUBLED';
}

function stages(scratch: Lowering['scratch'], axis: Axis): Dispatch[] {
  const { x, y, turns, size: N, inner, inverse } = axis;
  const radices = radicesOf(N);
  const flags = { INVERSE: 0, REAL_IN: 0, HERMITIAN_IN: 0, PADDED_IN: 0, REAL_OUT: 0, DOUBLED: 0 };
  // Lines of the axis: all numbers of y but those along it.
  const lines = sizeOf(y.shape) / (axis.last === 'REAL_OUT' ? 1 : 2) / axis.kept;
  let L = 1;
  let from = x;
  return radices.map((R, i) => {
    const isLast = i === radices.length - 1;
    const to = isLast ? y : scratch({ shape: [lines * N, 2], dtype: 'f32' });
    const kept = isLast ? axis.kept : N;
    // Outputs that are L places apart have the same inputs. Of a large radix not all fit one thread.
    const needed = isLast ? kept : L * R;
    const step = L * Math.ceil(needed / (L * MAX_OUTPUTS));
    const n = lines * (N / (L * R)) * step;
    const launch = dispatch(stage, {
      buffers: { x: from, turns, y: to },
      uniforms: { n, N, L, inner, kept, step, scale: isLast ? 1 / Math.sqrt(N) : 1 },
      constants: {
        ...flags,
        R,
        OUTPUTS: Math.ceil(needed / step),
        INVERSE: inverse ? 1 : 0,
        ...(i === 0 && axis.first && { [axis.first]: 1 }),
        ...(isLast && axis.last && { [axis.last]: 1 }),
      },
      threads: [n],
    });
    L *= R;
    from = to;
    return launch;
  });
}

/** exp(−2πi j/size), computed in float64. */
function turnsOf(tape: Tape, size: number): Value {
  return tape.constant('turns', [size, 2], () =>
    Float32Array.from({ length: 2 * size }, (_, i) => {
      const angle = (-2 * Math.PI * (i >> 1)) / size;
      return i % 2 ? Math.sin(angle) : Math.cos(angle);
    }),
  );
}

type Inputs = 'x' | 'rowTurns' | 'columnTurns';

function planesOf(shape: Shape): readonly [lead: Shape, H: number, W: number] {
  if (shape.length < 2) throw new ShapeError('rfft2', `x must be […,H,W], got ${formatShape(shape)}`);
  const [H, W] = shape.slice(-2);
  return [shape.slice(0, -2), H, W];
}

function spectrumOf(shape: Shape, W: number): readonly [H: number, half: number] {
  const [H, half, pair] = shape.slice(-3);
  if (shape.length < 3 || half !== halfOf(W) || pair !== 2) {
    throw new ShapeError('irfft2', `z must be […,H,${halfOf(W)},2] for W ${W}, got ${formatShape(shape)}`);
  }
  return [H, half];
}

/** `doubled` columns other than 0 and W/2 count twice: the adjoint of `inverse`. */
const forward: Op<Inputs, { readonly doubled: boolean }> = defineOp({
  name: 'rfft2',
  inputs: ['x', 'rowTurns', 'columnTurns'],
  infer: ({ x }): Spec => {
    const [lead, H, W] = planesOf(x.shape);
    return { shape: [...lead, H, halfOf(W), 2], dtype: 'f32' };
  },
  lower: ({ inputs: { x, rowTurns, columnTurns }, output: y, attrs: { doubled }, scratch }) => {
    const [, H, W] = planesOf(x.shape);
    const half = halfOf(W);
    const rows = scratch(y);
    const last = doubled ? ({ last: 'DOUBLED' } as const) : {};
    return [
      ...stages(scratch, {
        x,
        y: rows,
        turns: rowTurns,
        size: W,
        kept: half,
        inner: 1,
        inverse: false,
        first: 'REAL_IN',
        ...last,
      }),
      ...stages(scratch, { x: rows, y, turns: columnTurns, size: H, kept: H, inner: half, inverse: false }),
    ];
  },
  vjp: (tape, { inputs: { x, ...turns }, cotangent, attrs: { doubled } }) => ({
    x: tape.apply(inverse, { ...turns, x: cotangent }, { W: x.shape[x.shape.length - 1], padded: !doubled }),
  }),
});

/** `padded` takes the columns that the spectrum leaves out as zero: the adjoint of `forward`. */
const inverse: Op<Inputs, { readonly W: number; readonly padded: boolean }> = defineOp({
  name: 'irfft2',
  inputs: ['x', 'rowTurns', 'columnTurns'],
  infer: ({ x }, { W }): Spec => {
    const [H] = spectrumOf(x.shape, W);
    return { shape: [...x.shape.slice(0, -3), H, W], dtype: 'f32' };
  },
  lower: ({ inputs: { x, rowTurns, columnTurns }, output: y, attrs: { W, padded }, scratch }) => {
    const [H, half] = spectrumOf(x.shape, W);
    const columns = scratch(x);
    const first = padded ? 'PADDED_IN' : 'HERMITIAN_IN';
    return [
      ...stages(scratch, { x, y: columns, turns: columnTurns, size: H, kept: H, inner: half, inverse: true }),
      ...stages(scratch, {
        x: columns,
        y,
        turns: rowTurns,
        size: W,
        kept: W,
        inner: 1,
        inverse: true,
        first,
        last: 'REAL_OUT',
      }),
    ];
  },
  vjp: (tape, { inputs: { x: _, ...turns }, cotangent, attrs: { padded } }) => ({
    x: tape.apply(forward, { ...turns, x: cotangent }, { doubled: !padded }),
  }),
});

/** The spectrum `[…, H, ⌊W/2⌋ + 1, 2]` of x `[…, H, W]`. */
export const rfft2 = defineMacro({
  name: 'rfft2',
  inputs: ['x'],
  expand: (tape, { x }: { readonly x: Value }, _: object) => {
    const [, H, W] = planesOf(x.shape);
    return tape.apply(forward, { x, rowTurns: turnsOf(tape, W), columnTurns: turnsOf(tape, H) }, { doubled: false });
  },
});

/**
 * The real planes `[…, H, W]` of a spectrum z `[…, H, ⌊W/2⌋ + 1, 2]`. As in numpy, imaginary parts that no real plane has, such as the
 * mean's, change nothing.
 */
export const irfft2 = defineMacro({
  name: 'irfft2',
  inputs: ['z'],
  expand: (tape, { z }: { readonly z: Value }, { W }: { readonly W: number }) => {
    const [H] = spectrumOf(z.shape, W);
    return tape.apply(
      inverse,
      { x: z, rowTurns: turnsOf(tape, W), columnTurns: turnsOf(tape, H) },
      { W, padded: false },
    );
  },
});
