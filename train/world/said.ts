// What a caption says, read back by the grammar of captions.ts: so that a picture can be checked against a sentence.
import { COLOURS, type ColourName } from './colours.js';
import { KINDS } from './objects/index.js';
import { PLACES, type Time } from './places.js';

/** The second object of a caption. */
export interface SaidBeside {
  readonly noun: string;
  readonly colour?: ColourName;
  /** Where the main object is, seen from it. */
  readonly side: 'left' | 'right';
}

/** What a caption says. What it leaves out is absent. */
export interface Said {
  /** Name of the main object’s class, and its colour: of a face that of the hair, of a book that of the cover. */
  readonly noun: string;
  readonly colour?: ColourName;
  readonly beside?: SaidBeside;
  /** As `PLACES` has it: `in a meadow`, also of what flies over it. */
  readonly place?: string;
  /** Night and sunset are said most often where they are; day is hardly ever said. */
  readonly time?: Time;
}

const NOUNS: ReadonlySet<string> = new Set(KINDS.map(({ name }) => name));
const isColour = (word: string): word is ColourName => (COLOURS as readonly string[]).includes(word);

/** Words of a place, and the place that they mean. */
const PHRASES: readonly (readonly [words: string, place: string])[] = Object.values(PLACES).flatMap(
  ({ phrase, above }) => [[phrase, phrase] as const, ...(above === undefined ? [] : [[above, phrase] as const])],
);

const TIMES: readonly (readonly [words: string, time: Time])[] = [
  ['at night', 'night'],
  ['at sunset', 'sunset'],
  ['on a sunny day', 'day'],
];

/** Reads a caption. @throws Error for one that names no class */
export function saidIn(caption: string): Said {
  const [, head = caption, side, rest = ''] = /^(.*?) (left|right) of an? (.*)$/.exec(caption) ?? [];
  const words = head.split(' ');
  const noun = words.find((word) => NOUNS.has(word));
  if (noun === undefined) throw new Error(`'${caption}' names none of the world’s classes`);
  const after = rest.split(' ');
  const other = after.findIndex((word) => NOUNS.has(word));
  const colour = words.find(isColour);
  const otherColour = after.slice(0, Math.max(other, 0)).find(isColour);
  const place = PHRASES.find(([phrase]) => hasPhrase(caption, phrase))?.[1];
  const time = TIMES.find(([phrase]) => hasPhrase(caption, phrase))?.[1];
  return {
    noun,
    ...(colour && { colour }),
    ...((side === 'left' || side === 'right') &&
      other >= 0 && { beside: { noun: after[other], side, ...(otherColour && { colour: otherColour }) } }),
    ...(place !== undefined && { place }),
    ...(time && { time }),
  };
}

/** What two captions of one picture both speak of, and whether they say the same of it. */
export function agreement(one: Said, other: Said): readonly (readonly [what: string, same: boolean])[] {
  const pairs: readonly (readonly [string, unknown, unknown])[] = [
    ['objects', one.noun, other.noun],
    ['colours', one.colour, other.colour],
    ['places', one.place, other.place],
    ['times', one.time, other.time],
    ['sides', one.beside?.side, other.beside?.side],
    ['second objects', one.beside?.noun, other.beside?.noun],
    ['colours of second objects', one.beside?.colour, other.beside?.colour],
  ];
  return pairs.flatMap(([what, a, b]) => (a === undefined || b === undefined ? [] : [[what, a === b] as const]));
}

const hasPhrase = (caption: string, phrase: string): boolean => ` ${caption} `.includes(` ${phrase} `);
