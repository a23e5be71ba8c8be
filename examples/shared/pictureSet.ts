// A set of pictures that a net looks at: the toy world's, or the user's own.
import type { Picture } from 'convscope';
import { worldImage } from 'convscope/world';
import { decodePicture, pixelsOf } from './decode.js';

export interface PictureSet {
  /** Identifies this set in stored searches. */
  readonly name: string;
  readonly length: number;
  picture(index: number): Promise<Picture>;
  /** Describes a picture in words. */
  describe(index: number): string;
}

/** Pictures that no embedded net was trained on. */
const WORLD_SEED = 2;
const WORLD_LENGTH = 400;
/** The largest size of world pictures. */
const WORLD_MOST = 256;
/** Maximum side of the user's pictures: a set of photographs is read again and again. */
const OWN_MOST = 384;

/** Pictures of the world for a net whose input has `size` rows: of all classes, or of one by its index in `CLASSES`. */
export function worldSet(size: number, length = WORLD_LENGTH, of?: number): PictureSet {
  const drawn = Math.min(Math.max(size, 32), WORLD_MOST);
  const picture = (index: number, own: number) =>
    worldImage(WORLD_SEED, index, { size: own, ...(of !== undefined && { class: of }) });
  return {
    name: `world-${WORLD_SEED}-${length}-${drawn}${of === undefined ? '' : `-${of}`}`,
    length,
    picture: async (index) => picture(index, drawn),
    describe: (index) => picture(index, 32).caption,
  };
}

export function fileSet(files: readonly File[]): PictureSet {
  const bytes = files.reduce((sum, file) => sum + file.size, 0);
  return {
    name: `files-${files.length}-${bytes}-${files[0].name}`,
    length: files.length,
    picture: (index) => decoded(files[index]),
    describe: (index) => files[index].name,
  };
}

async function decoded(file: File): Promise<Picture> {
  const { bitmap } = await decodePicture(file, file.name);
  const factor = Math.min(1, OWN_MOST / Math.min(bitmap.width, bitmap.height));
  const [width, height] = [bitmap.width, bitmap.height].map((side) => Math.max(1, Math.round(side * factor)));
  const pixels = pixelsOf(bitmap, width, height);
  bitmap.close();
  return pixels;
}
