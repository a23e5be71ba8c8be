// Chooses between the variants of an op: the fastest measured one (see tune.ts), or else the first, which is usually best.
import { keyOf } from '../core/key.js';
import type { DeviceTraits } from '../gpu/context.js';
import type { VariantTime } from '../gpu/kernel.js';
import type { Node } from './tape.js';

/** Measured variants by `choiceKey`, the fastest first. */
export type Choices = ReadonlyMap<string, readonly VariantTime[]>;

/** The variants of a node on a device; at most one if there is no choice. */
export const variantsOf = ({ op, inputs, attrs }: Node, device: DeviceTraits): readonly string[] =>
  op.variants?.({ inputs, attrs, device }) ?? [];

/** A measurement is valid for an op with these attributes and input shapes. */
export function choiceKey({ op, inputs, attrs }: Node): string {
  const shapes = Object.entries(inputs).map(([name, { shape }]) => `${name} ${shape.join('x')}`);
  return `${op.name} ${shapes.join(' ')} ${keyOf(attrs)}`;
}

/** The variant to use: the fastest measured one that the device has, else the first. */
export function chosenVariant(node: Node, device: DeviceTraits, choices: Choices): string {
  const variants = variantsOf(node, device);
  if (variants.length < 2) return variants[0] ?? '';
  const measured = choices.get(choiceKey(node))?.find(({ variant }) => variants.includes(variant));
  return measured?.variant ?? variants[0];
}
