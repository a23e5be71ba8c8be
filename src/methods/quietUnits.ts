// Units that the images of a search hardly activate, or not at all.
import type { TopImages } from './topImages.js';

/** The units of a layer that fewer images activate than the search keeps. */
export interface QuietUnits {
  readonly layer: string;
  /** Channels that no image activates. */
  readonly dead: readonly number[];
  /** Channels that some images activate, and how many. */
  readonly few: readonly { readonly channel: number; readonly images: number }[];
}

/**
 * The layers of a search in which units are dead, or activated by fewer images than are kept: k, or all of a smaller set. An image
 * does not activate a unit whose greatest value in it is 0, as after a ReLU. A negative maximum counts: before a ReLU, and for
 * a class's score, it still tells images apart.
 */
export function quietUnits({ layers }: TopImages): QuietUnits[] {
  return layers.flatMap(({ layer, shape: [C], values }) => {
    const kept = values.length / C;
    const counts = Array.from({ length: C }, (_, channel) => ({
      channel,
      images: values.slice(channel * kept, (channel + 1) * kept).filter((value) => value !== 0).length,
    }));
    const dead = counts.flatMap(({ channel, images }) => (images === 0 ? [channel] : []));
    const few = counts.filter(({ images }) => images > 0 && images < kept);
    return kept > 0 && dead.length + few.length > 0 ? [{ layer, dead, few }] : [];
  });
}
