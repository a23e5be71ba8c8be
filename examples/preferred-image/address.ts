// What the address of the page holds, so that a link shows the same: net, unit, preset and seeds of one picture or two.
import { wholeIn, writeHash } from '../shared/address.js';
import { presetNamed, type Wanted } from './recipes.js';

/** Seeds are 32 bits, and up to nine follow each other. */
const MOST = 2 ** 32 - 10;

/** What an address asks of one side. */
export interface Asked extends Partial<Wanted> {
  readonly net?: string;
}

/** Reads `#net=…&unit=…&preset=…&seed=…&images=…`, and the same with `b.` before each name. */
export function readAddress(hash: string): { readonly a: Asked; readonly b: Asked | undefined } {
  const given = new URLSearchParams(hash.replace(/^#/, ''));
  const side = (prefix: string): Asked => {
    const get = (name: string) => given.get(`${prefix}${name}`) || undefined;
    const [net, unit, preset] = [get('net'), get('unit'), presetNamed(get('preset'))];
    const first = wholeIn(get('seed'), 0, [0, MOST]);
    const count = Math.min(9, wholeIn(get('images'), 1, [1, MOST]));
    const seeds = Array.from({ length: count }, (_, i) => first + i);
    return { ...(net && { net }), ...(unit && { unit }), ...(preset && { preset }), seeds };
  };
  return { a: side(''), b: [...given.keys()].some((name) => name.startsWith('b.')) ? side('b.') : undefined };
}

/** Writes the address. */
export function writeAddress(sides: readonly { readonly net: string; readonly wanted: Wanted }[]): void {
  const entries = sides.flatMap(({ net, wanted: { unit, preset, seeds } }, i) =>
    Object.entries({ net, unit, preset, seed: String(seeds[0]), images: seeds.length > 1 ? String(seeds.length) : '' })
      .filter(([, value]) => value !== '')
      .map(([name, value]): [string, string] => [`${i === 0 ? '' : 'b.'}${name}`, value]),
  );
  writeHash(entries);
}
