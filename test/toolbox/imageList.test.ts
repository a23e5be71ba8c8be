import { expect, test } from 'vitest';
import { namesInList, picturesOf } from '../../examples/toolbox/imageList.js';

const file = (name: string, path = '') =>
  Object.defineProperty(new File([], name), 'webkitRelativePath', { value: path });

test('lists of pictures are told from lists of classes', () => {
  expect(namesInList('a.png\nfolder/b.JPG 281\r\n\n# a remark\n"c d.webp"\n')).toEqual([
    'a.png',
    'folder/b.JPG',
    'c d.webp',
  ]);
  expect(namesInList('https://example.org/picture?id=4\ne.jpeg,3\n')).toEqual([
    'https://example.org/picture?id=4',
    'e.jpeg',
  ]);
  expect(namesInList('tench\ngoldfish\n')).toBeUndefined();
  expect(namesInList('a.png\ngoldfish\n')).toBeUndefined();
  expect(namesInList('\n')).toBeUndefined();
});

test('pictures come in the list’s order, by their names or the ends of their paths', () => {
  const files = [file('1.png', 'all/cat/1.png'), file('1.png', 'all/dog/1.png'), file('2.png')];
  const found = picturesOf('list.txt', ['2.png', 'dog/1.png', '/data/all/cat/1.png'], files);
  expect(found.map((picture) => picture.file)).toEqual([files[2], files[1], files[0]]);
});

test('a picture that did not come with the list, or is two of those that did, is named', () => {
  expect(() => picturesOf('list.txt', ['a.png', 'b.png'], [file('a.png')])).toThrow(
    'list.txt names 2 pictures, and 1 of them did not come with it (b.png).',
  );
  const twice = [file('1.png', 'cat/1.png'), file('1.png', 'dog/1.png')];
  expect(() => picturesOf('list.txt', ['1.png'], twice)).toThrow("list.txt: '1.png' is 2 of the files");
});
