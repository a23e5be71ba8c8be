// What the gradients to x that share out the rows of w have in common: shares make sums of their own, which are added up at last.
import { f32, type Shape } from '../../../core/shape.js';
import type { DeviceTraits } from '../../../gpu/context.js';
import { type Kernel, kernel } from '../../../gpu/kernel.js';
import type { WgslLibrary } from '../../../gpu/wgsl.js';
import { type Dispatch, dispatch, type Lowering, type Value } from '../../../graph/tape.js';
import { weights } from '../../libraries.js';
import partSource from '../fc_dx_part.wgsl?raw';
import sumSource from '../fc_sum.wgsl?raw';
import { rowParts } from '../matrix.js';
import type { Sizes, Variant } from './variant.js';

/** `attrs.shape` is x's. */
export interface DxAttrs {
  readonly shape: Shape;
}
export type DxVariant = Variant<'dy' | 'w', DxAttrs>;

/** Rows that a share has at least. */
const LEAST_ROWS = 64;

const library: WgslLibrary = { name: 'fc_dx_part', wgsl: partSource };
export const partsKernel = <C extends string>(
  name: string,
  wgsl: string,
  more: Pick<Kernel<string, string, C>, 'constants' | 'workgroup'>,
) =>
  kernel({
    name,
    wgsl,
    uses: [library, weights],
    buffers: { dy: 'read', w: 'read', part: 'write' },
    uniforms: { N: 'u32', M: 'u32', rows: 'u32', m0: 'u32', quads: 'u32', slot: 'u32', share: 'u32' },
    ...more,
  });
export const sumKernel = kernel({
  name: 'fc_sum',
  wgsl: sumSource,
  buffers: { part: 'read', y: 'write' },
  uniforms: { n: 'u32', slots: 'u32' },
  longGrid: 'fold',
});

/** One launch of a `partsKernel`: `slots` shares of the rows that are bound together. */
export interface PartCall {
  readonly buffers: { readonly dy: Value; readonly w: Value; readonly part: Value };
  readonly ranges: { readonly w: readonly [start: number, length: number] };
  readonly uniforms: Readonly<Record<'N' | 'M' | 'rows' | 'm0' | 'quads' | 'slot' | 'share', number>>;
  readonly device: DeviceTraits;
  readonly slots: number;
  readonly HALF: number;
}

/** The gradient in about `wanted` shares of the rows, each part of them by `launch`. */
export function byParts(
  { inputs: { dy, w }, output, device, scratch }: Lowering<'dy' | 'w', DxAttrs>,
  { N, M, K }: Sizes,
  wanted: number,
  launch: (call: PartCall) => Dispatch,
): readonly Dispatch[] {
  const words = w.shape[1];
  const parts = rowParts(M, K, device);
  const share = Math.ceil(M / Math.min(wanted, Math.ceil(M / LEAST_ROWS)));
  const slotsOf = (rows: number) => Math.ceil(rows / share);
  const total = parts.reduce((sum, { rows }) => sum + slotsOf(rows), 0);
  const part = total === 1 ? output : scratch(f32(total, ...output.shape));
  let slot = 0;
  const launches = parts.map(({ m0, rows }) => {
    const slots = slotsOf(rows);
    const uniforms = { N, M, rows, m0, quads: K / 4, slot, share };
    slot += slots;
    const ranges = { w: [m0 * words, rows * words] } as const;
    return launch({ buffers: { dy, w, part }, ranges, uniforms, device, slots, HALF: words < K ? 1 : 0 });
  });
  if (total === 1) return launches;
  const n = N * K;
  return [
    ...launches,
    dispatch(sumKernel, { buffers: { part, y: output }, uniforms: { n, slots: total }, threads: [n] }),
  ];
}
