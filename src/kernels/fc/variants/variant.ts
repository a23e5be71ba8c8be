// One way of computing a fully connected layer or one of its gradients.
import type { DeviceTraits } from '../../../gpu/context.js';
import type { Dispatch, Lowering } from '../../../graph/tape.js';

/** Sizes of a product: images N, outputs M, inputs K. */
export interface Sizes {
  readonly N: number;
  readonly M: number;
  readonly K: number;
}

export interface Variant<I extends string, A> {
  readonly name: string;
  fits(sizes: Sizes, device: DeviceTraits): boolean;
  /** The ways in which a row kernel may share its rows; see gpu/rows.ts. */
  ways?(sizes: Sizes, device: DeviceTraits): readonly string[];
  launch(lowering: Lowering<I, A>, sizes: Sizes): readonly Dispatch[];
}

export type ForwardVariant = Variant<'x' | 'w' | 'b', { readonly relu?: number }>;

/** Uniforms of kernels that take any size. */
export const anySize = { N: 'u32', M: 'u32', K: 'u32' } as const;

/** The first variant that fits; the last one always does. */
export function firstFitting<I extends string, A>(
  variants: readonly Variant<I, A>[],
  sizes: Sizes,
  device: DeviceTraits,
): Variant<I, A> {
  return variants.find((v) => v.fits(sizes, device)) ?? variants[variants.length - 1];
}
