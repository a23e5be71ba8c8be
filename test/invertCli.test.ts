// convscope invert: the files that it writes, that a picture makes itself again, and what is refused before it computes.
import { existsSync, readFileSync } from 'node:fs';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { commandFolder } from './support/command.js';

const { at, convscope } = commandFolder();
const invert = (...args: string[]) =>
  convscope('invert', 'mini-caffenet', 'world:3-4', '--adapter', 'software', ...args);
const pixelsOf = (file: string) => sharp(at(file)).raw().toBuffer();

test('writes an image of each picture, layer and seed, a strip and the errors; a picture makes itself again', async () => {
  const { code, stdout, stderr } = await invert(
    '--layers',
    'conv1,fc6',
    '--seeds',
    '4',
    '--steps',
    '5',
    '--out',
    at('inv'),
    '--json',
  );
  expect([code, stderr]).toEqual([0, stderr]);
  const told = JSON.parse(stdout);
  expect(told).toMatchObject({
    preset: 'inversionFourier',
    images: ['world:3', 'world:4'],
    layers: [{ layer: 'conv1' }, { layer: 'fc6' }],
  });
  expect(JSON.parse(readFileSync(at('inv/inversion.json'), 'utf8')).layers).toEqual(told.layers);
  const [conv1, fc6] = told.layers;
  expect(fc6.images.map(({ picture, seed, file }: Record<string, unknown>) => [picture, seed, file])).toEqual([
    ['world:3', 4, '1-fc6-4.png'],
    ['world:4', 4, '2-fc6-4.png'],
  ]);
  for (const error of [conv1.codeError, conv1.imageError, fc6.codeError]) expect(error).toBeGreaterThan(0);
  const { width, height } = await sharp(at('inv/strip.png')).metadata();
  expect([width, height]).toEqual([3 * 66 - 2, 2 * 66 - 2]);
  const again = [
    '--from',
    at('inv/2-fc6-4.png'),
    '--references',
    'world:4',
    '--out',
    at('again.png'),
    '--adapter',
    'software',
  ];
  expect((await convscope('render', 'mini-caffenet', ...again)).code).toBe(0);
  expect(await pixelsOf('again.png')).toEqual(await pixelsOf('inv/2-fc6-4.png'));
  expect(
    (await convscope('render', 'mini-caffenet', ...again.filter((word) => !/references|world/.test(word)))).stderr,
  ).toContain('--references: is needed');
});

test('what does not fit is refused with option, rule and value, and nothing is written', async () => {
  const refused = async (...args: string[]) => {
    const { code, stderr } = await invert('--layers', 'conv5', '--out', at('none'), ...args);
    return [code, stderr];
  };
  const says = (text: string) => [2, expect.stringContaining(text)];
  expect(await refused('--preset', 'mahendra')).toEqual(
    says("No preset of inversion 'mahendra'. Did you mean 'mahendran'?"),
  );
  expect(await refused('--layers', 'conv9')).toEqual(says("'conv9'"));
  expect(await refused('--channels', '1,1')).toEqual(says("--channels: names one twice: '1,1'"));
  expect(await refused('--places', '0,0,99,1')).toEqual(says("match.places: 0, 0, 99, 1 is outside layer 'conv5'"));
  expect(await refused('--seeds', '-1')).toEqual(says('--seeds: must be whole numbers from 0'));
  expect(await refused('--steps', '0')).toEqual(says('steps: must be a whole number from 1, got 0'));
  expect(existsSync(at('none'))).toBe(false);
});
