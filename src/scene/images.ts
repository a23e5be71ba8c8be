// The images of a set, as callers give them: numbers, pictures, or functions that decode one when its turn comes.
import type { Picture } from './input.js';

/** What the caller calls an image: a path, an index. */
export type ImageId = string | number;

/**
 * One image of a set: numbers in the net's input layout, or a picture, which may be a function so that it is decoded when
 * its turn comes, several at once. A bare picture is called by its index.
 */
export type SetImage =
  | { readonly id: ImageId; readonly input: Float32Array }
  | {
      readonly id: ImageId;
      /** A picture, or a function that decodes it when its turn comes. */
      readonly picture: Picture | (() => Picture | Promise<Picture>);
    }
  | Picture;

/** An image whose turn has come. */
export interface LoadedImage {
  readonly id: ImageId;
  readonly content: Float32Array | Picture;
}

export const isNumbers = (content: LoadedImage['content']): content is Float32Array => content instanceof Float32Array;

/** What an image is called: by its own name, else by its place in the set. */
export const idOf = (image: SetImage, index: number): ImageId => ('id' in image ? image.id : index);

/** A picture is decoded when its turn comes. */
export async function loadImage(image: SetImage, index: number): Promise<LoadedImage> {
  const id = idOf(image, index);
  if ('input' in image) return { id, content: image.input };
  if (!('picture' in image)) return { id, content: image };
  return { id, content: typeof image.picture === 'function' ? await image.picture() : image.picture };
}
