// One search: pictures are read, the net looks at them, and those that it is asked about are grouped. Told as it goes on, and can be ended.
import {
  type Context,
  type Facets,
  type FacetsOptions,
  findFacets,
  type Model,
  type Picture,
  type SetImage,
} from 'convscope';
import type { PictureSet } from '../shared/pictureSet.js';
import { timeText } from '../shared/sizes.js';
import { canvasOf } from '../shared/worldStrip.js';

/** A picture as the page keeps it. */
export interface Kept {
  readonly name: string;
  readonly picture: Picture;
  /** What is drawn of it. */
  readonly canvas: HTMLCanvasElement;
}

/** How far a search is. */
export interface Progress {
  /** In words, with the time that is left. */
  readonly text: string;
  /** From 0 to 1. */
  readonly share: number;
}

/** Milliseconds that the page may be kept from answering. */
const BUSY = 30;

/** Reads all pictures of a set. Those that cannot be read are named to `onUnreadable`. Returns what there is when it is ended. */
export async function readSet(
  set: PictureSet,
  signal: AbortSignal,
  tell: (progress: Progress) => void,
  onUnreadable: (words: string) => void,
): Promise<readonly Kept[]> {
  const kept: Kept[] = [];
  const pace = paced('Reading pictures', tell);
  let rested = performance.now();
  for (let i = 0; i < set.length && !signal.aborted; i++) {
    try {
      const picture = await set.picture(i);
      const name = set.describe(i);
      kept.push({ name, picture, canvas: canvasOf(picture, name) });
    } catch (error) {
      onUnreadable(error instanceof Error ? error.message : String(error));
    }
    if (performance.now() - rested < BUSY) continue;
    pace(i + 1, set.length);
    await new Promise((resolve) => setTimeout(resolve));
    rested = performance.now();
  }
  return kept;
}

/** The facets of a unit in pictures, which are called by their places in the list. Undefined when it was ended. @throws as `findFacets` */
export async function searchFacets(
  ctx: Context,
  model: Model,
  pictures: readonly Kept[],
  options: FacetsOptions & { readonly signal: AbortSignal },
  tell: (progress: Progress) => void,
): Promise<Facets | undefined> {
  const pace = paced('The net looks at them', tell);
  // All are looked at once to choose among them, and the chosen ones once more.
  let total = options.choose === 'all' ? pictures.length : 2 * pictures.length;
  let seen = 0;
  const images = pictures.map(({ picture }, id): SetImage => {
    return {
      id,
      picture: () => {
        if (++seen <= total) pace(seen, total);
        return picture;
      },
    };
  });
  const { signal } = options;
  const found = await findFacets(ctx, model, images, {
    ...options,
    onProgress: ({ done, total: chosen = 0 }) => {
      total = (options.choose === 'all' ? 0 : pictures.length) + chosen;
      if (done === chosen) tell({ text: `Grouping ${chosen} pictures and placing them on the map`, share: 1 });
    },
  }).catch((error: unknown) => {
    // A search that was ended in the middle has too few pictures.
    if (signal.aborted) return undefined;
    throw error;
  });
  return signal.aborted ? undefined : found;
}

/** Tells how much of something is done, and the time that is left at the pace so far. */
function paced(words: string, tell: (progress: Progress) => void): (done: number, total: number) => void {
  const began = performance.now();
  return (done, total) => {
    const share = done / total;
    const left = ((performance.now() - began) / share) * (1 - share);
    tell({ text: `${words}: ${Math.floor(100 * share)} %${share < 1 ? `, ${timeText(left)} left` : ''}`, share });
  };
}
