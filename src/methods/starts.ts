// Where the images of a run start, and what was done about a start from which a unit cannot be raised.
import { OptionError } from '../core/errors.js';

/**
 * How one image of a run came to its start.
 *
 * - `noise`: as the recipe's `start` and the image's seed say.
 * - `preactivation`: from there, so many steps of the same ascent on the unit's value before its ReLU.
 * - `seed`: as `noise`, from another seed.
 * - `picture`: from a picture that was given.
 * - `dead`: nothing helped. The unit's gradient is exactly zero, and there is no preferred image.
 */
export type RecipeStart =
  | { readonly by: 'noise' }
  | { readonly by: 'preactivation'; readonly steps: number }
  | { readonly by: 'seed'; readonly seed: number }
  | { readonly by: 'picture'; readonly picture: string | number }
  | { readonly by: 'dead' };

/** A start, and a sentence about it. */
export type StartReport = RecipeStart & {
  /** For people: what was wrong with the start that the recipe says, and what was done. */
  readonly text: string;
};

/** What happened, in words that follow the unit's name. */
export function reportStart(start: RecipeStart, seed: number): StartReport {
  const dead = `its gradient is exactly zero at the start from seed ${seed}`;
  const text = {
    noise: () => `started from seed ${seed}`,
    preactivation: (steps: number) =>
      `${dead}; it was raised from there by ${steps} steps on its value before the ReLU`,
    seed: (other: number) => `${dead}; it was started from seed ${other} instead`,
    picture: (id: string | number) => `${dead}; it was started from picture ${id} instead`,
    dead: () => `${dead}, and nothing that was tried gives it one: there is no preferred image of it from here`,
  };
  switch (start.by) {
    case 'preactivation':
      return { ...start, text: text.preactivation(start.steps) };
    case 'seed':
      return { ...start, text: text.seed(start.seed) };
    case 'picture':
      return { ...start, text: text.picture(start.picture) };
    default:
      return { ...start, text: text[start.by]() };
  }
}

/** Reads a recipe's `starts`, one for each seed. @throws OptionError naming the field */
export function parseStarts(value: unknown): readonly RecipeStart[] {
  if (!Array.isArray(value)) throw new OptionError('recipe.starts', `must be a list, got ${JSON.stringify(value)}`);
  return value.map((start: unknown, i) => parseStart(start, `recipe.starts[${i}]`));
}

function parseStart(value: unknown, field: string): RecipeStart {
  const source = new Map<string, unknown>(typeof value === 'object' && value !== null ? Object.entries(value) : []);
  const whole = (key: string, least: number): number => {
    const number = source.get(key);
    if (typeof number === 'number' && Number.isInteger(number) && number >= least) return number;
    throw new OptionError(`${field}.${key}`, `must be a whole number from ${least}, got ${JSON.stringify(number)}`);
  };
  const by = source.get('by');
  if (by === 'noise' || by === 'dead') return { by };
  if (by === 'preactivation') return { by, steps: whole('steps', 1) };
  if (by === 'seed') return { by, seed: whole('seed', 0) };
  const picture = source.get('picture');
  if (by === 'picture' && (typeof picture === 'string' || typeof picture === 'number')) return { by, picture };
  throw new OptionError(
    `${field}.by`,
    `must be noise, preactivation, seed, picture (with the picture's name) or dead, got ${JSON.stringify(value)}`,
  );
}
