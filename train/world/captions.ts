// The caption grammar: [a] [before] [texture] [colour] [material] noun [after] [left of a … noun] [place] [time].

import { COLOURS } from './colours.js';
import { KINDS } from './objects/index.js';
import type { Look } from './pen.js';
import type { Time } from './places.js';
import type { Random } from './random.js';
import type { TextureName } from './textures.js';

/** How a texture is said of an object. Those without a word are not mentioned. */
const ADJECTIVES: Partial<Record<TextureName, string>> = {
  stripes: 'striped',
  checks: 'checked',
  dots: 'dotted',
  scales: 'scaly',
  zigzag: 'zigzag',
  speckle: 'speckled',
  marble: 'marbled',
  waves: 'wavy',
  wood: 'wooden',
  bricks: 'brick',
  weave: 'woven',
  tiles: 'tiled',
};

/** Those that say what something is made of stand next to the noun. */
const MATERIALS: readonly string[] = ['wooden', 'brick', 'woven', 'tiled'];

/** Everything else a caption may say. */
const WORDS: readonly string[] = [
  ...['a', 'an', 'the', 'of', 'in', 'on', 'at', 'under', 'over', 'with', 'from', 'left', 'right'],
  ...['smiling', 'flying', 'snowy', 'tall', 'round', 'digital', 'open', 'closed', 'cut'],
  ...['hair', 'fruit', 'awning', 'front', 'above', 'skin', 'cover'],
  ...['meadow', 'hills', 'forest', 'street', 'snow', 'beach', 'sea', 'river', 'sky', 'water'],
  ...['table', 'room', 'wall', 'cloth', 'grass', 'sand'],
  ...['night', 'sunset', 'sunny', 'day'],
];

/** All words of all captions. */
export const VOCABULARY: readonly string[] = [
  ...WORDS,
  ...KINDS.map((kind) => kind.name),
  ...COLOURS,
  ...Object.values(ADJECTIVES),
];

/** Words in the longest caption. */
const LONGEST = 14;

/** What a caption is about. */
export interface Subject {
  readonly noun: string;
  readonly look: Look;
}

/** A true sentence about a picture; which of the true things it says is drawn from `r`. */
export function captionOf(
  r: Random,
  main: Subject,
  beside: (Subject & { readonly side: 'left' | 'right' }) | undefined,
  place: string,
  time: Time,
  indoors: boolean,
): string {
  const { look } = main;
  const adjective = look.texture && ADJECTIVES[look.texture];
  // "a striped red cup", but "a red brick house".
  const material = adjective !== undefined && MATERIALS.includes(adjective);
  // What is said, and in which order it is left out where there is no room.
  const before = look.before && r.chance(0.75) ? look.before : '';
  const texture = adjective && r.chance(0.85) ? adjective : '';
  const after = look.after && r.chance(0.75) ? look.after : '';
  const where = r.chance(0.85) ? place : '';
  const sunny = r.chance(0.2);
  const when = time === 'day' ? (sunny && !indoors ? 'on a sunny day' : '') : r.chance(0.85) ? `at ${time}` : '';
  const other = beside ? phrase([beside.look.colour ?? beside.look.before ?? '', beside.noun]) : '';
  const relation = beside ? `${beside.side} of ${other}` : '';
  const choices: readonly (readonly string[])[] = [
    [before, texture, after, where, when],
    [before, texture, after, where, time === 'day' ? '' : when],
    ['', texture, after, where, time === 'day' ? '' : when],
    ['', texture, '', where, time === 'day' ? '' : when],
    ['', texture, '', '', time === 'day' ? '' : when],
  ];
  for (const [b, t, a, p, w] of choices) {
    const noun = phrase(material ? [b, look.colour ?? '', t, main.noun] : [b, t, look.colour ?? '', main.noun]);
    const words = [noun, a, relation, p, w].filter((s) => s !== '').join(' ');
    if (words.split(' ').length <= LONGEST) return words;
  }
  return phrase([look.colour ?? '', main.noun]);
}

/** Words with their article. */
function phrase(words: readonly string[]): string {
  const said = words.filter((word) => word !== '').join(' ');
  return `${/^[aeiou]/.test(said) ? 'an' : 'a'} ${said}`;
}
