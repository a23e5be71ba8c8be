// Lists of pictures, one name or address per line, as in Caffe's image lists.

import { type Decoded, decodePicture, PICTURE_ENDINGS } from '../shared/decode.js';
import type { ArrayFrame } from './arrayFile.js';

/** A picture that can be loaded. */
export interface PictureFile {
  readonly name: string;
  /** The user's own file, if it is one. */
  readonly file?: File;
  decode(): Promise<Decoded | { readonly array: ArrayFrame; readonly note: string }>;
}

export const ofFile = (file: File): PictureFile => ({
  name: file.name,
  file,
  decode: () => decodePicture(file, file.name),
});

const ofAddress = (address: string): PictureFile => {
  const name = decodeURIComponent(new URL(address).pathname.split('/').pop() ?? '') || address;
  return { name, decode: async () => decodePicture(await fetched(address, name), name) };
};

/** @throws Error with the picture's name and the server's answer */
async function fetched(address: string, name: string): Promise<Blob> {
  const response = await fetch(address).catch(() => {
    throw new Error(
      `${name} could not be loaded from ${new URL(address).host}: it does not answer, or does not let other sites read its ` +
        'pictures (CORS). Download it and drop the file.',
    );
  });
  if (!response.ok) throw new Error(`${name} could not be loaded: ${response.status} ${response.statusText}`);
  return response.blob();
}

const isAddress = (line: string): boolean => /^(https?|data|blob):/i.test(line);

/**
 * The names and addresses in a list; undefined if the text is not a list. A class after a name, as in `cats/1.jpg 281`, is
 * ignored. Every line must be a picture, so that a list of classes is not mistaken for one.
 */
export function namesInList(text: string): string[] | undefined {
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  const names = lines.map((line) => line.replace(/^"(.*)"$/, '$1').replace(/[\s,;]+-?\d+$/, ''));
  const isPicture = (name: string) =>
    isAddress(name) || PICTURE_ENDINGS.some((ending) => name.toLowerCase().endsWith(ending));
  return names.length > 0 && names.every(isPicture) ? names : undefined;
}

/** The pictures of a list in its order: addresses, and names among the files that came with it. @throws Error naming what is missing */
export function picturesOf(list: string, names: readonly string[], files: readonly File[]): PictureFile[] {
  const missing: string[] = [];
  const found = names.map((name): PictureFile | undefined => {
    if (isAddress(name)) return ofAddress(name);
    const candidates = files.filter((file) => endsAlike(file, name));
    if (candidates.length > 1) {
      throw new Error(
        `${list}: '${name}' is ${candidates.length} of the files that came with it; names must tell them apart.`,
      );
    }
    if (candidates.length === 0) missing.push(name);
    return candidates[0] && ofFile(candidates[0]);
  });
  if (missing.length > 0) {
    const shown = missing.slice(0, 3).join(', ');
    throw new Error(
      `${list} names ${names.length} pictures, and ${missing.length} of them did not come with it (${shown}${missing.length > 3 ? ', …' : ''}). ` +
        'Drop the list together with its pictures, or with the folder that they are in.',
    );
  }
  return found.filter((picture) => picture !== undefined);
}

/** True if the shorter path is the end of the longer one, folder by folder. */
function endsAlike(file: File, name: string): boolean {
  const parts = (path: string) =>
    path
      .split(/[/\\]/)
      .filter((part) => part !== '' && part !== '.')
      .reverse();
  const [a, b] = [parts(file.webkitRelativePath || file.name), parts(name)];
  return a.slice(0, b.length).every((part, i) => part === b[i] || b[i] === undefined) && a[0] === b[0];
}
