// `convscope stats`: a set of pictures in, one file out, which `render` takes.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { readStatistics, readTensors } from '../src/importers/index.js';
import { worldImage } from '../train/world/index.js';
import { commandFolder } from './support/command.js';

const { at, convscope } = commandFolder();
const stats = (...args: string[]) => convscope('stats', ...args, '--adapter', 'software');

test('pictures of the world and of a folder become one file, which render takes', async () => {
  mkdirSync(at('folder'));
  const { data, width, height } = worldImage(2, 3);
  await sharp(data, { raw: { width, height, channels: 4 } })
    .png()
    .toFile(at('folder/a.png'));
  writeFileSync(at('folder/b.png'), 'no picture');
  const { code, stdout, stderr } = await stats(
    ...['--images', 'world:0-2', '--images', 'folder', '--size', '24x16', '--coarse', '4x3', '--components', '2'],
    ...['--out', 'own.statistics.safetensors', '--json'],
  );
  expect([code, stderr]).toEqual([
    0,
    expect.stringMatching(/skipped: .*b\.png.*\n.*1 of 5 pictures could not be read/),
  ]);
  const file = readFileSync(at('own.statistics.safetensors'));
  expect(JSON.parse(stdout)).toMatchObject({ pictures: 4, size: [24, 16], bytes: file.length });
  const statistics = readStatistics(file);
  expect(statistics).toMatchObject({ source: 'world:0-2, folder', count: 4, size: [24, 16] });
  expect(statistics.coarse.factor.length).toBe(36 * 2);
  expect(readTensors(file).metadata.get('command')).toBe(
    'convscope stats --images world:0-2 --images folder --size 24x16 --coarse 4x3 --share 0.999 --components 2',
  );
  const rendered = await convscope(
    ...['render', 'mini-caffenet', '--unit', 'fc8:fish', '--steps', '2', '--statistics', 'own.statistics.safetensors'],
    ...['--out', 'fish.png', '--save-recipe', 'fish.json', '--adapter', 'software'],
  );
  expect([rendered.code, rendered.stderr]).toEqual([0, expect.not.stringContaining('statistics')]);
  expect(readFileSync(at('fish.json'), 'utf8')).toContain('"statistics": "own"');
});

test('a net says the size; a smooth fit is a small file', async () => {
  const { code, stdout } = await stats('mini-caffenet', '--images', 'world:0-5', '--smooth', '--out', 'w.safetensors');
  expect([code, stdout]).toEqual([
    0,
    expect.stringMatching(/^6 pictures of 64x64: w\.safetensors\nmean colour 0\.\d+/),
  ]);
  expect(stdout).toMatch(/the magnitude’s fit differs by \d/);
  expect(readTensors(readFileSync(at('w.safetensors'))).tensors.has('magnitude.fit')).toBe(true);
});

test.each([
  [['--images', 'world:0-2', '--out', 'x.safetensors'], '--size: say rows and columns, as in 64x64, or name a net'],
  [['--images', 'world:0-2', '--size', '8x8', '--out', 'no/x.safetensors'], '--out: the folder no of'],
])('%j is refused before anything is computed', async (args, message) => {
  const { code, stderr } = await stats(...args);
  expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  expect(existsSync(at('x.safetensors'))).toBe(false);
});
