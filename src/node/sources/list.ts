// The pictures of sources, each by its name, in an order that stays.
import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { ImageError, OptionError } from '../../core/errors.js';
import { requirePackages } from '../packages.js';
import { ADDRESS, ARCHIVE, LIST, PARQUET, PICTURE, packagesFor, RANGE, WORLD } from './names.js';
import { rowsInParquet } from './parquet.js';
import { reasonOf } from './reason.js';
import { picturesInTar } from './tar.js';

/** Pictures as a message names their files. */
const ENDINGS = '.jpg, .png, .webp, .gif, .avif, .tif or .bmp files';

/**
 * Expands sources. Pictures stay as they are; folders become all pictures in them and below in the order of their names; lists,
 * archives and Parquet files become their pictures in their own order; ranges of the toy world become single pictures.
 *
 * @throws OptionError, ImageError; an error for missing packages
 */
export async function listImages(sources: readonly string[]): Promise<string[]> {
  const all = sources.flatMap(expandRange);
  if (all.some((source) => ARCHIVE.test(source) || PARQUET.test(source))) await requirePackages(packagesFor(all));
  const lists: string[][] = [];
  // One after another, so that few files are open.
  for (const source of all) lists.push(await picturesOf(source));
  return lists.flat();
}

async function picturesOf(source: string): Promise<string[]> {
  const [, from, to] = WORLD.exec(source) ?? [];
  if (from !== undefined && to !== undefined) return between(source, from, to).map((i) => `world:${i}`);
  if (ADDRESS.test(source)) return [source];
  const info = await stat(source).catch(() => undefined);
  if (info?.isDirectory()) {
    const names = await readdir(source, { recursive: true });
    const found = names.filter((name) => PICTURE.test(name)).sort();
    return some(source, found, ENDINGS).map((name) => join(source, name));
  }
  if (LIST.test(source)) return some(source, await linesOf(source), 'lines');
  if (ARCHIVE.test(source))
    return some(source, await picturesInTar(source), ENDINGS).map((name) => `${source}/${name}`);
  if (PARQUET.test(source)) {
    const rows = Array.from({ length: await rowsInParquet(source) }, (_, row) => `${source}#${row}`);
    return some(source, rows, 'rows');
  }
  return [source];
}

/** `shard-{000..012}.tar` as its files, with as many digits as the bounds have. */
function expandRange(source: string): string[] {
  const [, before, from, to, after] = RANGE.exec(source) ?? [];
  if (from === undefined || to === undefined) return [source];
  const digits = /^0\d/.test(from) || /^0\d/.test(to) ? Math.max(from.length, to.length) : 1;
  const rests = expandRange(after);
  return between(source, from, to).flatMap((i) => rests.map((rest) => before + String(i).padStart(digits, '0') + rest));
}

function between(source: string, from: string, to: string): number[] {
  const [first, last] = [Number(from), Number(to)];
  if (last < first) throw new OptionError('images', `${source}: the end of the range is before its start`);
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

function some(source: string, found: string[], what: string): string[] {
  if (found.length === 0) throw new OptionError('images', `there are no ${what} in ${source}`);
  return found;
}

/** The pictures that a text file names, one on each line. Paths are relative to its folder. */
async function linesOf(list: string): Promise<string[]> {
  let text: string;
  try {
    text = await readFile(list, 'utf8');
  } catch (error) {
    throw new ImageError(`${list}: ${reasonOf(error)}`, { cause: error });
  }
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  return lines.flatMap((written, i) => {
    const line = written.trim();
    if (line === '') return [];
    const many = WORLD.exec(line)?.[2] ?? [LIST, ARCHIVE, PARQUET, RANGE].some((set) => set.test(line));
    if (many && !ADDRESS.test(line)) {
      throw new OptionError(
        'images',
        `${list}, line ${i + 1}: '${line}' holds several pictures, a line names one; give it on the command line`,
      );
    }
    return [WORLD.test(line) || ADDRESS.test(line) || isAbsolute(line) ? line : join(dirname(list), line)];
  });
}
