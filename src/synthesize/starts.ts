// Where the images of a run start, and what was done about a start from which a unit cannot be raised.

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
