// Which variant of an op to use where there are several: measured ones where they were measured (methods/tune.ts), else the
// one that is best as a rule.
import { keyOf } from '../core/key.js';
import type { DeviceTraits } from '../gpu/context.js';
import type { VariantTime } from '../gpu/kernel.js';
import type { Node } from './tape.js';

/** Measured variants by `choiceKey`, the fastest first. */
export type Choices = ReadonlyMap<string, readonly VariantTime[]>;

/** The variants of a node on a device; one at most where there is nothing to choose. */
export const variantsOf = ({ op, inputs, attrs }: Node, device: DeviceTraits): readonly string[] =>
  op.variants?.({ inputs, attrs, device }) ?? [];

/** What a measurement holds for: the op with these attributes on inputs of these shapes. */
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
