// What the page is asked for, as its address holds it: what is not there, or not understood, is the page's or the library's default.
import type { Choice, Scale } from 'convscope';
import { wholeIn, writeHash } from '../shared/address.js';

/** What the page is asked for. What is undefined is left to the defaults. */
export interface Asked {
  readonly net?: string | undefined;
  /** `layer:channel` */
  readonly unit?: string | undefined;
  /** Pictures of the toy world. */
  readonly pictures?: number | undefined;
  readonly choose?: Choice | undefined;
  /** Pictures in which a unit is most active. */
  readonly count?: number | undefined;
  /** Number of facets; as many as the silhouette says where it is absent. */
  readonly k?: number | undefined;
  /** Layers whose codes are compared. */
  readonly codes?: readonly string[] | undefined;
  readonly scale?: Scale | undefined;
  readonly on?: 'components' | 'map' | undefined;
  readonly preset?: string | undefined;
}

/** Numbers that the page takes: pictures, those that are most active, facets. */
export const RANGES = { pictures: [10, 2000], count: [3, 2000], k: [2, 12] } as const;
const CHOICES: readonly Choice[] = ['all', 'class', 'active'];
const SCALES: readonly Scale[] = ['unit', 'root', 'none'];
const PLACES = ['components', 'map'] as const;

/** Reads `#net=…&unit=…&pictures=…&choose=…&count=…&k=…&codes=…&scale=…&on=…&preset=…`. */
export function readAddress(hash: string): Asked {
  const given = new URLSearchParams(hash.replace(/^#/, ''));
  const words = (name: string) => given.get(name) || undefined;
  const whole = (name: keyof typeof RANGES) => wholeIn(words(name) ?? '', 0, RANGES[name]) || undefined;
  const asked = {
    net: words('net'),
    unit: words('unit'),
    pictures: whole('pictures'),
    choose: oneOf(CHOICES, words('choose')),
    count: whole('count'),
    k: whole('k'),
    codes: words('codes')?.split(','),
    scale: oneOf(SCALES, words('scale')),
    on: oneOf(PLACES, words('on')),
    preset: words('preset'),
  };
  return Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
}

/** The one of `known` that a text names. */
export const oneOf = <T extends string>(known: readonly T[], text: string | undefined): T | undefined =>
  known.find((one) => one === text);

/** Writes what the page was asked for. */
export function writeAddress(asked: Asked): void {
  writeHash(
    Object.entries(asked).flatMap(([name, value]): [string, string][] =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join() : String(value)]],
    ),
  );
}
