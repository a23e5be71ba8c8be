// Labelled folders, read from tiny ones as people have them.
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { chunk, GREY, labelPng, PALETTE, RGB } from '../../../test/support/labelPng.js';
import { worldImage } from '../../../train/world/index.js';
import type { LabelledSet } from '../../scene/labels.js';
import { readCsv } from './csv.js';
import { openLabelled } from './labelled.js';
import { readLabelPng } from './labelPng.js';

const [W, H] = [7, 5];
const picture = await sharp({ create: { width: W, height: H, channels: 3, background: '#468' } })
  .png()
  .toBuffer();

function folderOf(files: Readonly<Record<string, string | Buffer>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'convscope-labels-'));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** The names of concepts at each pixel of a map, or of the whole picture. */
async function namesIn({ images, concepts }: LabelledSet, n: number): Promise<string[][][]> {
  const { labels } = await images[n].load();
  const nameOf = (value: number) => (value === 0 ? '' : concepts[value - 1].name);
  return labels.map((all) =>
    all.map((one) => (typeof one === 'number' ? [nameOf(one)] : Array.from(one.data, nameOf))),
  );
}

describe('PNG files of labels', () => {
  const numbers = Array.from({ length: W * H }, (_, i) => (i * 5) % 4);
  const sampleAt = (y: number, x: number) => numbers[y * W + x];
  // Two numbers are nearly one colour.
  const palette = [0, 0, 0, 200, 10, 10, 200, 10, 11, 9, 200, 9];
  test.each([
    ['grey of 8 bits', { type: GREY }],
    ['grey of 4 bits', { type: GREY, depth: 4 }],
    ['grey of 2 bits', { type: GREY, depth: 2 }],
    ['a palette of 8 bits', { type: PALETTE, palette }],
    ['a palette of 2 bits', { type: PALETTE, depth: 2, palette }],
  ])('%s keep their numbers', async (_, kind) => {
    const path = join(folderOf({ 'x.png': labelPng(kind, W, H, sampleAt) }), 'x.png');
    const { data, ...rest } = await readLabelPng(path);
    expect(rest).toEqual({ width: W, height: H, kind: 'numbers' });
    expect([...data]).toEqual(numbers);
  });

  test('colours stay colours', async () => {
    const bytes = labelPng({ type: RGB }, W, H, (y, x, c) => y * 40 + x * 3 + c);
    const { kind, data } = await readLabelPng(join(folderOf({ 'x.png': bytes }), 'x.png'));
    expect(kind).toBe('colours');
    expect([...data.subarray(3 * (W + 2), 3 * (W + 3))]).toEqual([46, 47, 48]);
  });

  test('what would change numbers is refused, with what to do', async () => {
    const good = labelPng({ type: GREY }, W, H, sampleAt);
    const profile = Buffer.concat([good.subarray(0, 33), chunk('iCCP', Buffer.from('x\0\0')), good.subarray(33)]);
    const twice = labelPng({ type: PALETTE, palette: [1, 2, 3, 1, 2, 3, 0, 0, 0, 9, 9, 9] }, W, H, sampleAt);
    const jpeg = await sharp(picture).jpeg().toBuffer();
    const deep = labelPng({ type: GREY, depth: 16 }, W, H, sampleAt);
    const folder = folderOf({ 'profile.png': profile, 'twice.png': twice, 'jpeg.png': jpeg, 'deep.png': deep });
    const read = (name: string) => readLabelPng(join(folder, name));
    await expect(read('profile.png')).rejects.toThrow(/profile.png: it has a colour profile.*write it without/);
    await expect(read('twice.png')).rejects.toThrow(/two numbers of its palette have one colour.*write it as grey/);
    await expect(read('jpeg.png')).rejects.toThrow(/labels must be PNG.*convert it from its source/);
    await expect(read('deep.png')).rejects.toThrow(/must have 8 bits or fewer, it has 16/);
    await expect(read('none.png')).rejects.toThrow(/none.png/);
  });
});

describe('a folder of pictures and labels', () => {
  const classes = JSON.stringify(['void', 'sky', { name: 'wheel', category: 'part' }, 'Unlabelled', 'road']);
  const labels = labelPng({ type: GREY }, W, H, (y) => y);
  const files = {
    'classes.json': classes,
    'images/b.png': picture,
    'images/a.PNG': picture,
    'labels/a.png': labels,
    'labels/b.png': labels,
  };

  test('gives concepts by category, none for pixels that nobody labelled', async () => {
    const set = await openLabelled(folderOf(files));
    expect(set.concepts).toEqual([
      { category: 'object', name: 'sky' },
      { category: 'part', name: 'wheel' },
      { category: 'object', name: 'road' },
    ]);
    expect(set.images.map(({ id }) => String(id).slice(-12))).toEqual(['images/a.PNG', 'images/b.png']);
    const [[objects], [parts]] = await namesIn(set, 0);
    const rows = (all: string[]) => Array.from({ length: H }, (_, y) => all[y * W + 3]);
    expect(rows(objects)).toEqual(['', 'sky', '', '', 'road']);
    expect(rows(parts)).toEqual(['', '', 'wheel', '', '']);
  });

  test('takes colours of classes', async () => {
    const coloured = JSON.stringify([
      { name: 'void', colour: [0, 0, 0] },
      { name: 'sky', colour: [128, 128, 128] },
      { name: 'car', colour: [64, 0, 128] },
    ]);
    const values = [
      [0, 0, 0],
      [128, 128, 128],
      [64, 0, 128],
    ];
    const map = labelPng({ type: RGB }, W, H, (y, x, c) => values[(x + y) % 3][c]);
    const set = await openLabelled(
      folderOf({ 'classes.json': coloured, 'images/a.png': picture, 'labels/a.png': map }),
    );
    const [[all]] = await namesIn(set, 0);
    expect(all.slice(0, 4)).toEqual(['', 'sky', 'car', '']);
  });

  test('is refused by name where something does not fit', async () => {
    const refused = (changed: Readonly<Record<string, string | Buffer>>, without: readonly string[] = []) =>
      openLabelled(
        folderOf(
          Object.fromEntries(Object.entries({ ...files, ...changed }).filter(([name]) => !without.includes(name))),
        ),
      );
    await expect(refused({}, ['classes.json'])).rejects.toThrow(/has no classes.json; it needs images\/NAME.jpg/);
    await expect(refused({}, ['labels/b.png'])).rejects.toThrow(
      /1 of 2 pictures have no labels\/NAME.png, such as b.png/,
    );
    await expect(refused({ 'classes.json': '["void", "sky"]' })).rejects.toThrow(
      /a.png: has the number 2, classes.json has 2 classes without it; add the class/,
    );
    await expect(refused({ 'classes.json': '["sky", "sky"]' })).rejects.toThrow(/names 'sky' twice/);
    await expect(refused({ 'classes.json': '{' })).rejects.toThrow(/cannot read .*classes.json/);
    const coloured = labelPng({ type: RGB }, W, H, () => 7);
    await expect(refused({ 'labels/a.png': coloured })).rejects.toThrow(
      /its pixels are colours, but classes.json has none/,
    );
    const set = await refused({ 'labels/b.png': labelPng({ type: GREY }, H, W, () => 1) });
    await expect(set.images[1].load()).rejects.toThrow(/is 7x5 and its labels 5x7, of another shape/);
    await expect(openLabelled('nowhere')).rejects.toThrow(/must be world:0-1999 or a folder.*'nowhere' is none/);
  });
});

describe('Broden’s layout', () => {
  const code = (number: number, c: number) => (c === 0 ? number % 256 : c === 1 ? Math.floor(number / 256) : 0);
  const map = (numberAt: (y: number, x: number) => number) =>
    labelPng({ type: RGB }, W, H, (y, x, c) => code(numberAt(y, x), c));
  const files = {
    'index.csv': `image,split,ih,iw,sh,sw,color,object,scene
x/1.png,train,5,7,5,7,x/1_color.png,x/1_obj.png;x/1_obj2.png,300
x/2.png,val,5,7,5,7,x/1_color.png,,
`,
    'label.csv': `number,name,category,frequency,coverage,syns
1,red-c,color(9);object(1),9,1.0,
700,"car, old",object(2),2,0.5,automobile;car
300,street-s,scene(1),1,1.0,
`,
    'c_object.csv': 'code,number,name,frequency,coverage\n1,700,car,2,0.5\n2,1,red-c,1,0.1\n',
    'images/x/1.png': picture,
    'images/x/2.png': picture,
    'images/x/1_color.png': map(() => 1),
    'images/x/1_obj.png': map((_, x) => (x < 3 ? 700 : 0)),
    'images/x/1_obj2.png': map((y) => (y < 2 ? 1 : 0)),
  };

  test('is read with maps of r + 256·g, several of one category, and numbers for the whole picture', async () => {
    const set = await openLabelled(folderOf(files));
    expect(set.concepts).toEqual([
      { category: 'color', name: 'red-c' },
      { category: 'object', name: 'car, old' },
      { category: 'object', name: 'red-c' },
      { category: 'scene', name: 'street-s' },
    ]);
    const [colour, objects, scene] = await namesIn(set, 0);
    expect(colour).toEqual([new Array(W * H).fill('red-c')]);
    expect(objects.map((all) => all.slice(0, 4))).toEqual([
      ['car, old', 'car, old', 'car, old', ''],
      ['red-c', 'red-c', 'red-c', 'red-c'],
    ]);
    expect(scene).toEqual([['street-s']]);
    // The second picture is annotated with colours alone.
    expect((await namesIn(set, 1)).map((all) => all.length)).toEqual([1, 0, 0]);
  });

  test('is refused by name where something does not fit', async () => {
    const refused = (changed: Readonly<Record<string, string | Buffer>>, without: readonly string[] = []) =>
      openLabelled(
        folderOf(
          Object.fromEntries(Object.entries({ ...files, ...changed }).filter(([name]) => !without.includes(name))),
        ),
      );
    await expect(refused({}, ['label.csv'])).rejects.toThrow(/has index.csv but no label.csv/);
    await expect(refused({}, ['images/x/1_obj2.png'])).rejects.toThrow(
      /1 files that index.csv names are not in .*x\/1_obj2.png/,
    );
    await expect(refused({ 'index.csv': 'image,split\nx/1.png,train\n' })).rejects.toThrow(
      /has no column of a category/,
    );
    await expect(refused({ 'index.csv': 'image,object\nx/1.png\n' })).rejects.toThrow(
      /index.csv, line 2: must have 2 fields/,
    );
    await expect(refused({ 'label.csv': 'number,name\n1,red\n' })).rejects.toThrow(/has no c_color.csv, and no label/);
    const set = await refused({ 'images/x/1_color.png': map(() => 5) });
    await expect(set.images[0].load()).rejects.toThrow(/1_color.png: the label 5 is none of its category/);
  });

  test('fields of tables may be quoted, and empty', () => {
    expect(readCsv('x', 'a,b\n,2\n')).toEqual([{ a: '', b: '2' }]);
    expect(readCsv('x', '\uFEFFa,b,c\r\n"1, ""one""",,3\r\n\r\n')).toEqual([{ a: '1, "one"', b: '', c: '3' }]);
  });
});

test('the world is labelled by its truth', async () => {
  const set = await openLabelled('world:5-7');
  expect(set.images.map(({ id }) => id)).toEqual(['world:5', 'world:6', 'world:7']);
  const { masks, width } = worldImage(2, 6);
  const { labels } = await set.images[1].load();
  for (const [k, category] of (['object', 'part', 'colour', 'texture'] as const).entries()) {
    const first = set.concepts.findIndex((concept) => concept.category === category);
    const [map] = labels[k];
    if (typeof map === 'number') throw new Error('a map was expected');
    expect(map.width).toBe(width);
    expect([...map.data]).toEqual([...masks[category]].map((value) => (value > 0 ? first + value : 0)));
  }
});
