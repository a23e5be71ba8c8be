// Broden, the labelled pictures of Network Dissection (Bau et al. 2017), in the authors' layout: index.csv has a row for each picture with
// a column for each category, label.csv the names of label numbers, and maps are PNG files with r + 256·g.
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ImageError, OptionError } from '../../core/errors.js';
import type { Concept, LabelledSet, LabelMap } from '../../scene/labels.js';
import { readPictureNoted } from '../images.js';
import { reasonOf } from '../sources/reason.js';
import { readCsv } from './csv.js';
import { readLabelPng } from './labelPng.js';

/** Columns of index.csv that are no categories: the picture, its part of the set, and the sizes of picture and labels. */
const OTHERS = ['image', 'split', 'ih', 'iw', 'sh', 'sw'];
const NAMED = 3;

type Row = Readonly<Record<string, string>>;

/** @throws OptionError, ImageError naming the file and the line */
export async function openBroden(folder: string, files: readonly string[]): Promise<LabelledSet> {
  if (!files.includes('label.csv')) {
    throw new OptionError('--concepts', `${folder} has index.csv but no label.csv with number,name,category; add it`);
  }
  const index = await tableOf(join(folder, 'index.csv'), ['image']);
  const names = await tableOf(join(folder, 'label.csv'), ['number', 'name']);
  const categories = Object.keys(index[0]).filter((column) => !OTHERS.includes(column));
  if (categories.length === 0) {
    throw new OptionError(
      '--concepts',
      `${join(folder, 'index.csv')} has no column of a category beside ${OTHERS.join(',')}; add one, such as object`,
    );
  }
  const nameOf = new Map(names.map(({ number, name }) => [Number(number), name]));
  const concepts: Concept[] = [];
  /** For each category the concept, counting from 1, of each label number. */
  const numbers: Map<number, number>[] = [];
  for (const category of categories) {
    const own = await labelsOf(folder, files, category, names);
    numbers.push(new Map(own.map((number, i) => [number, concepts.length + i + 1])));
    for (const number of own) concepts.push({ category, name: nameOf.get(number) ?? String(number) });
  }
  const there = new Set((await readdir(join(folder, 'images'), { recursive: true })).map((file) => slashed(file)));
  const gone = index
    .flatMap((row) => [row.image, ...categories.flatMap((category) => entriesOf(row, category).filter(isFile))])
    .filter((file) => !there.has(file));
  if (gone.length > 0) {
    throw new OptionError(
      '--concepts',
      `${gone.length} files that index.csv names are not in ${join(folder, 'images')}, such as ${gone.slice(0, NAMED).join(', ')}; unpack the whole set`,
    );
  }
  return {
    source: basename(folder),
    concepts,
    images: index.map((row) => ({
      id: join(folder, 'images', row.image),
      async load() {
        const picture = await readPictureNoted(join(folder, 'images', row.image), (note) =>
          console.error(`convscope: ${note}.`),
        );
        const labels = await Promise.all(
          categories.map((category, c) =>
            Promise.all(
              entriesOf(row, category).map((entry) =>
                isFile(entry)
                  ? mapOf(join(folder, 'images', entry), numbers[c])
                  : conceptOf(numbers[c], Number(entry), `${row.image} in index.csv`),
              ),
            ),
          ),
        );
        return { picture, labels };
      },
    })),
  };
}

const slashed = (path: string): string => path.split('\\').join('/');
/** What a picture has of a category: files of maps, and numbers for the whole picture. */
const entriesOf = (row: Row, category: string): string[] => row[category].split(';').filter((entry) => entry !== '');
const isFile = (entry: string): boolean => !/^\d+$/.test(entry);

/** The label numbers of a category: those of its own file, or else those that label.csv counts in it. */
async function labelsOf(
  folder: string,
  files: readonly string[],
  category: string,
  names: readonly Row[],
): Promise<readonly number[]> {
  const own = `c_${category}.csv`;
  if (files.includes(own)) return (await tableOf(join(folder, own), ['number'])).map(({ number }) => Number(number));
  const found = names.filter(({ category: all = '' }) =>
    all.split(';').some((entry) => entry.replace(/\(.*$/, '').trim() === category),
  );
  if (found.length > 0) return found.map(({ number }) => Number(number));
  throw new OptionError(
    '--concepts',
    `${folder} has no ${own}, and no label of label.csv is of the category '${category}'; add one of them`,
  );
}

async function tableOf(path: string, columns: readonly string[]): Promise<readonly Row[]> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new OptionError('--concepts', `cannot read ${path}: ${reasonOf(error)}`);
  }
  const rows = readCsv(path, text);
  if (rows.length === 0) throw new OptionError('--concepts', `${path} has no rows`);
  const missing = columns.filter((column) => !(column in rows[0]));
  if (missing.length === 0) return rows;
  throw new OptionError('--concepts', `${path} has no column ${missing.join(', ')}; it has ${Object.keys(rows[0])}`);
}

function conceptOf(numbers: ReadonlyMap<number, number>, number: number, where: string): number {
  const concept = numbers.get(number);
  if (concept !== undefined) return concept;
  throw new ImageError(
    `${where}: the label ${number} is none of its category; the set's tables do not belong together`,
  );
}

async function mapOf(path: string, numbers: ReadonlyMap<number, number>): Promise<LabelMap> {
  const { width, height, kind, data } = await readLabelPng(path);
  const each = kind === 'colours' ? 3 : 1;
  const map = Uint16Array.from({ length: width * height }, (_, i) => {
    const number = data[i * each] + (each === 3 ? 256 * data[i * each + 1] : 0);
    return number === 0 ? 0 : conceptOf(numbers, number, path);
  });
  return { width, height, data: map };
}
