// A folder of pictures and, for each, a PNG with the class of each pixel: CamVid, MSRC, PASCAL VOC, or one's own.
import { readdir, readFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import * as v from 'valibot';
import { ImageError, OptionError } from '../../core/errors.js';
import { checked } from '../../parts/schema.js';
import type { Concept, LabelledSet, LabelMap } from '../../scene/labels.js';
import { readPictureNoted } from '../images.js';
import { PICTURE } from '../sources/names.js';
import { reasonOf } from '../sources/reason.js';
import { type LabelPixels, readLabelPng } from './labelPng.js';

/** What the folder must look like. */
export const LAYOUT =
  'images/NAME.jpg, labels/NAME.png and classes.json, a list of class names in the order of their numbers, such as ["void", "sky", "car"]';

/** Classes that are none: pixels that nobody labelled. */
const NONE = /^(void|unlabell?ed|none|ignore|background)$/i;
/** The category of classes that name none. */
const CATEGORY = 'object';
/** Sides of a picture and its labels may differ by this share, for labels that were made smaller. */
const ALIKE = 0.02;
const NAMED = 3;

const CLASS = v.union(
  [
    v.string(),
    v.object({
      name: v.string(),
      category: v.optional(v.string()),
      colour: v.optional(v.tuple([v.number(), v.number(), v.number()])),
    }),
  ],
  'must be a name, or { "name": …, "category": …, "colour": [r, g, b] }',
);
const CLASSES = v.array(CLASS, 'must be a list of classes');

/** @throws OptionError, ImageError naming what does not fit */
export async function openSegmentation(folder: string, files: readonly string[]): Promise<LabelledSet> {
  const missing = ['images', 'labels', 'classes.json'].filter((name) => !files.includes(name));
  if (missing.length > 0) {
    throw new OptionError('--concepts', `${folder} has no ${missing.join(', no ')}; it needs ${LAYOUT}`);
  }
  const classes = await readClasses(join(folder, 'classes.json'));
  const named = classes.map(({ name, category = CATEGORY }, value) => ({ name, category, value }));
  const used = named.filter(({ name }) => !NONE.test(name));
  const concepts: Concept[] = used.map(({ category, name }) => ({ category, name }));
  const categories = [...new Set(concepts.map(({ category }) => category))];
  // A class's number to its concept, which counts from 1.
  const conceptOf = Uint16Array.from(classes, (_, value) => 1 + used.findIndex((own) => own.value === value));
  const colours = new Map(classes.flatMap(({ colour }, value) => (colour ? [[colour.join(), value] as const] : [])));
  const labels = new Map((await readdir(join(folder, 'labels'))).filter(isPng).map((file) => [stemOf(file), file]));
  const pictures = (await readdir(join(folder, 'images'))).filter((file) => PICTURE.test(file)).sort();
  if (pictures.length === 0) throw new OptionError('--concepts', `there are no pictures in ${join(folder, 'images')}`);
  const without = pictures.filter((file) => !labels.has(stemOf(file)));
  if (without.length > 0) {
    throw new OptionError(
      '--concepts',
      `${without.length} of ${pictures.length} pictures have no labels/NAME.png, such as ${without.slice(0, NAMED).join(', ')}; add them, or take the pictures out of ${join(folder, 'images')}`,
    );
  }
  const read = async (file: string) => {
    const path = join(folder, 'labels', labels.get(stemOf(file)) ?? '');
    return mapOf(path, await readLabelPng(path), conceptOf, colours);
  };
  // One file tells whether the list of classes is of these labels.
  await read(pictures[0]);
  return {
    source: basename(folder),
    concepts,
    images: pictures.map((file) => ({
      id: join(folder, 'images', file),
      async load() {
        const path = join(folder, 'images', file);
        const [picture, map] = await Promise.all([
          readPictureNoted(path, (note) => console.error(`convscope: ${note}.`)),
          read(file),
        ]);
        const [wide, high] = [map.width / picture.width, map.height / picture.height];
        if (!(Math.abs(wide / high - 1) <= ALIKE)) {
          throw new ImageError(
            `${path}: is ${picture.width}x${picture.height} and its labels ${map.width}x${map.height}, of another shape; label the whole picture`,
          );
        }
        return { picture, labels: categories.map((category) => [within(map, concepts, category)]) };
      },
    })),
  };
}

const stemOf = (file: string): string => basename(file, extname(file));
const isPng = (file: string): boolean => /\.png$/i.test(file);

interface Class {
  readonly name: string;
  readonly category?: string | undefined;
  readonly colour?: readonly [number, number, number] | undefined;
}

async function readClasses(path: string): Promise<readonly Class[]> {
  let data: unknown;
  try {
    data = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new OptionError('--concepts', `cannot read ${path}: ${reasonOf(error)}`);
  }
  const classes = checked(CLASSES, data, path).map((one) => (typeof one === 'string' ? { name: one } : one));
  const twice = classes.find(
    ({ name, category }, i) => classes.findIndex((own) => own.name === name && own.category === category) < i,
  );
  if (twice) throw new OptionError('--concepts', `${path} names '${twice.name}' twice; give each class its own name`);
  return classes;
}

/** Pixels as concepts. @throws ImageError for a number or a colour that no class has */
function mapOf(
  path: string,
  { width, height, kind, data }: LabelPixels,
  conceptOf: Uint16Array,
  colours: ReadonlyMap<string, number>,
): LabelMap {
  const known = colours.size > 0;
  if (kind === 'colours' && !known) {
    throw new ImageError(
      `${path}: its pixels are colours, but classes.json has none; write them there: { "name": "sky", "colour": [128, 128, 128] }`,
    );
  }
  const each = kind === 'colours' ? 3 : 1;
  const seen = new Map<number, number>();
  const map = Uint16Array.from({ length: width * height }, (_, i) => {
    const at = i * each;
    const key = each === 1 ? data[at] : (data[at] << 16) | (data[at + 1] << 8) | data[at + 2];
    let concept = seen.get(key);
    if (concept === undefined) {
      const value = each === 1 ? key : colours.get(data.subarray(at, at + 3).join());
      if (value === undefined || value >= conceptOf.length) {
        const what = each === 1 ? `number ${key}` : `colour ${data.subarray(at, at + 3).join(',')}`;
        throw new ImageError(
          `${path}: has the ${what}, classes.json has ${conceptOf.length} classes without it; add the class, or "void" for pixels without one`,
        );
      }
      concept = conceptOf[value];
      seen.set(key, concept);
    }
    return concept;
  });
  return { width, height, data: map };
}

/** The concepts of one category in a map. */
function within(map: LabelMap, concepts: readonly Concept[], category: string): LabelMap {
  if (concepts.every((concept) => concept.category === category)) return map;
  return {
    ...map,
    data: Uint16Array.from(map.data, (value) => (value > 0 && concepts[value - 1].category === category ? value : 0)),
  };
}
