// Normally distributed numbers.
import type { Random } from './world/random.js';

/** Box & Muller: one of the pair. */
export function normal(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.uniform()));
  return radius * Math.cos(2 * Math.PI * random.uniform());
}
