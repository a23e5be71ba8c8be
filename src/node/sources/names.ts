// How pictures are named: single ones, and sources that hold many.
import type { OptionalPackage } from '../packages.js';

/** File endings of pictures. */
export const PICTURE = /\.(jpe?g|png|webp|gif|avif|tiff?|bmp)$/i;
/** `world:7`, and `world:0-99` for several. */
export const WORLD = /^world:(\d+)(?:-(\d+))?$/;
/** A text file that names a picture on each line. */
export const LIST = /\.txt$/i;
export const ARCHIVE = /\.(tar|tar\.gz|tgz)$/i;
/** `shard.tar/0001.jpg`: the archive and the member. */
export const MEMBER = /^(.+?\.(?:tar|tar\.gz|tgz))\/(.+)$/i;
export const PARQUET = /\.parquet$/i;
/** `train.parquet#17`: the file and the row. */
export const ROW = /^(.+\.parquet)#(\d+)$/i;
export const ADDRESS = /^https?:\/\//i;
/** `shard-{000..012}.tar`: what comes before, the first and the last number, what comes after. */
export const RANGE = /^(.*?)\{(\d+)\.\.(\d+)\}(.*)$/;

/** True for an array instead of a picture. */
export const isArray = (source: string): boolean => source.toLowerCase().endsWith('.npy');
/** True for a picture file: neither a world picture nor an array. */
export const isFile = (source: string): boolean => !WORLD.test(source) && !isArray(source);

/** The packages for computing with these sources or pictures, and for writing pictures. */
export function packagesFor(sources: readonly string[], writes = false): OptionalPackage[] {
  const tar = sources.some((source) => ARCHIVE.test(source) || MEMBER.test(source));
  const parquet = sources.some((source) => PARQUET.test(source) || ROW.test(source));
  return [
    'webgpu',
    ...(writes || sources.some(isFile) ? (['sharp'] as const) : []),
    ...(tar ? (['tar'] as const) : []),
    ...(parquet ? (['hyparquet', 'hyparquet-compressors'] as const) : []),
  ];
}
