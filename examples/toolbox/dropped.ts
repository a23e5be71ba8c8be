// Sorts dropped or chosen files: pictures, and files of a net.
import { imagesOf, isArray, isInput } from './arrayFile.js';
import { namesInList, ofFile, type PictureFile, picturesOf } from './imageList.js';
import { isMore } from './modelFiles.js';

export interface Sorted {
  /** Pictures or a video, in order. */
  readonly pictures: readonly PictureFile[];
  /** A net's files, its labels, its mean. */
  readonly net: readonly File[];
  /** Names of all other files. */
  readonly left: readonly string[];
}

/** Longer texts are not checked for a list of pictures. */
const MOST_LIST = 2 ** 24;
const NETS = ['.onnx', '.safetensors', '.prototxt', '.pbtxt', '.caffemodel', '.data', '.bin'];

/**
 * `channels` is the number of channels of the open net's input.
 *
 * @throws Error for a list that names missing pictures
 */
export async function sortDropped(files: readonly File[], channels: number | undefined): Promise<Sorted> {
  const arrays: PictureFile[] = [];
  const isNet = files.some(({ name }) => NETS.some((ending) => name.toLowerCase().endsWith(ending)));
  const taken = new Set<File>();
  for (const file of files) {
    // Together with a net, an array of one image is its mean.
    if (!isArray(file) || !(await isInput(file, isNet ? undefined : channels))) continue;
    arrays.push(...(await imagesOf(file)));
    taken.add(file);
  }
  const sorted = await sortPictures(files.filter((file) => !taken.has(file)));
  return { ...sorted, pictures: [...sorted.pictures, ...arrays] };
}

async function sortPictures(files: readonly File[]): Promise<Sorted> {
  const seen = files.filter(({ type }) => type.startsWith('image/') || type.startsWith('video/'));
  let rest = files.filter((file) => !seen.includes(file));
  for (const file of rest) {
    if (!/\.(txt|lst|list|csv|tsv)$/i.test(file.name) || file.size > MOST_LIST) continue;
    const names = namesInList(await file.text());
    if (!names) continue;
    const pictures = picturesOf(file.name, names, seen);
    rest = rest.filter((other) => other !== file);
    return { pictures, ...ofNet(rest) };
  }
  return seen.length > 0 ? { pictures: seen.map(ofFile), ...ofNet(rest) } : { pictures: [], net: rest, left: [] };
}

/** Any kind of file may be dropped together with pictures. */
function ofNet(files: readonly File[]): Pick<Sorted, 'net' | 'left'> {
  const isNet = (file: File) => isMore(file) || NETS.some((ending) => file.name.toLowerCase().endsWith(ending));
  const left = files.filter((file) => !isNet(file) && !/^(\.|Thumbs\.db$|desktop\.ini$)/i.test(file.name));
  return { net: files.filter(isNet), left: left.map(({ name }) => name) };
}
