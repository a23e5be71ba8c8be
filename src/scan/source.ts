// The images of a set in their order: those that are wanted, decoded several at once, before their turn.
import { ImageError, OptionError } from '../core/errors.js';
import { type ImageId, idOf, type LoadedImage, loadImage, type SetImage } from '../scene/images.js';
import type { ScannedImage } from './collector.js';
import { joinRanges, type ScannedRange } from './ranges.js';

/** Images that were taken together: those that could be read, and those that could not. */
export interface Chunk {
  readonly ranges: readonly ScannedRange[];
  readonly images: readonly (ScannedImage & Pick<LoadedImage, 'content'>)[];
  readonly skipped: readonly ScannedImage[];
}

export const NOTHING: Chunk = { ranges: [], images: [], skipped: [] };

/** Told of a picture that cannot be read. May throw. */
export type OnUnreadable = (image: ImageId, error: ImageError) => void;

export interface Source {
  /** The next images, up to `count`. */
  take(count: number): Promise<Chunk>;
  /** Images in the set, once its end was seen. */
  readonly total: number | undefined;
  close(): Promise<unknown>;
}

/** @throws OptionError where an image that was scanned before is not the one that it was */
export function openSource(
  set: Iterable<SetImage> | AsyncIterable<SetImage>,
  [first, end]: readonly [from: number, to: number],
  done: readonly ScannedRange[],
  onUnreadable: OnUnreadable | undefined,
): Source {
  const iterator = asynchronous(set);
  const count = done.reduce((sum, { from, to }) => sum + to - from, 0);
  let index = 0;
  let total: number | undefined;
  let pieces = done;

  /** The next image that is wanted, not decoded. */
  const next = async (): Promise<{ readonly index: number; readonly image: SetImage } | undefined> => {
    while (index < Math.max(end, done[done.length - 1]?.to ?? 0)) {
      const found = await iterator.next();
      if (found.done) {
        total = index;
        if (pieces.length === 0) return undefined;
        throw new OptionError('resume', `${count} images have been searched, the set has only ${index}`);
      }
      const place = index++;
      const [piece] = pieces;
      const seen = piece !== undefined && place >= piece.from;
      if (seen && place === piece.to - 1) {
        const id = idOf(found.value, place);
        if (id !== piece.last) {
          throw new OptionError(
            'resume',
            `image ${place} of the set is '${id}', it was '${piece.last}' in the search to go on with`,
          );
        }
        pieces = pieces.slice(1);
      }
      if (!seen && place >= first && place < end) return { index: place, image: found.value };
    }
    return undefined;
  };

  return {
    get total() {
      return total;
    },
    async take(most) {
      const loading: { readonly image: ScannedImage; readonly loaded: Promise<LoadedImage> }[] = [];
      while (loading.length < most) {
        const found = await next();
        if (!found) break;
        const loaded = loadImage(found.image, found.index);
        loaded.catch(() => undefined);
        loading.push({ image: { index: found.index, id: idOf(found.image, found.index) }, loaded });
      }
      const images: Chunk['images'][number][] = [];
      const skipped: ScannedImage[] = [];
      for (const { image, loaded } of loading) {
        try {
          images.push({ ...image, content: (await loaded).content });
        } catch (error) {
          if (!onUnreadable || !(error instanceof ImageError)) throw error;
          onUnreadable(image.id, error);
          skipped.push(image);
        }
      }
      const ones = loading.map(({ image }) => ({ from: image.index, to: image.index + 1, last: image.id }));
      return { ranges: joinRanges(ones, []), images, skipped };
    },
    close: () => iterator.return(undefined),
  };
}

/** An iterator of either kind, as an asynchronous one. */
async function* asynchronous(set: Iterable<SetImage> | AsyncIterable<SetImage>): AsyncGenerator<SetImage, undefined> {
  yield* set;
  return undefined;
}
