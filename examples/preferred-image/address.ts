// What the address of the page holds, so that a link shows the same: net, unit, preset and seeds of one picture or two.
import { presetNamed, type Wanted } from './recipes.js';

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
    const first = whole(get('seed'), 0);
    const seeds = Array.from({ length: Math.min(9, Math.max(1, whole(get('images'), 1))) }, (_, i) => first + i);
    return { ...(net && { net }), ...(unit && { unit }), ...(preset && { preset }), seeds };
  };
  return { a: side(''), b: [...given.keys()].some((name) => name.startsWith('b.')) ? side('b.') : undefined };
}

const whole = (text: string | undefined, fallback: number): number => {
  const value = Number(text ?? fallback);
  return Number.isInteger(value) && value >= 0 && value < 2 ** 32 - 9 ? value : fallback;
};

let written = '';

/** Writes the address, if it has changed: browsers count how often that is done. */
export function writeAddress(sides: readonly { readonly net: string; readonly wanted: Wanted }[]): void {
  const entries = sides.flatMap(({ net, wanted: { unit, preset, seeds } }, i) =>
    Object.entries({ net, unit, preset, seed: String(seeds[0]), images: seeds.length > 1 ? String(seeds.length) : '' })
      .filter(([, value]) => value !== '')
      .map(([name, value]): [string, string] => [`${i === 0 ? '' : 'b.'}${name}`, value]),
  );
  // `:` and `,` of a unit are allowed there, and are easier to read.
  const hash = new URLSearchParams(entries).toString().replaceAll('%3A', ':').replaceAll('%2C', ',');
  if (hash === written) return;
  written = hash;
  history.replaceState(null, '', `#${hash}`);
}
