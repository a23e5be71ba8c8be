// Names that come with the number of their class.
import type { Refuse } from './written.js';

/** Names by their numbers, which must be 0, 1, 2, … in any order: with any others, names would shift. */
export function numbered(
  pairs: readonly (readonly [number: string | number, name: string])[],
  refuse: Refuse,
): string[] {
  const order = pairs.map(([number]) => Number(number));
  const odd = order.findIndex((number) => !(Number.isSafeInteger(number) && number >= 0));
  if (odd >= 0) return refuse(`'${pairs[odd][0]}' is not the number of a class`);
  const least = order.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const most = order.reduce((a, b) => Math.max(a, b), 0);
  if (least > 0) {
    const ends = `'${pairs[order.indexOf(least)][1]}' is ${least} and '${pairs[order.indexOf(most)][1]}' is ${most}`;
    return refuse(`${ends}, but classes are counted from 0; number the names from 0`);
  }
  const names = new Map<number, string>();
  for (const [i, [, name]] of pairs.entries()) {
    const before = names.get(order[i]);
    if (before !== undefined) return refuse(`two names have the number ${order[i]}: '${before}' and '${name}'`);
    names.set(order[i], name);
  }
  return pairs.map((_, i) => {
    const name = names.get(i);
    return (
      name ?? refuse(`no name has the number ${i}; there are ${pairs.length} names, the last has the number ${most}`)
    );
  });
}
