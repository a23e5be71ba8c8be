// convscope attribute: the files that it writes, and what it refuses before it computes.
import { existsSync, readFileSync } from 'node:fs';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { readNpy } from '../src/importers/index.js';
import { commandFolder } from './support/command.js';

const { at, convscope } = commandFolder();
const attribute = (...args: string[]) =>
  convscope('attribute', 'mini-caffenet', 'world:3-4', '--adapter', 'software', '--unit', 'fc8:3', ...args);

test('writes the maps of each method, as numbers and as pictures, and what they mean', async () => {
  const methods = [
    'gradCam',
    'integratedGradients steps=4 baseline=blurred',
    'gradCam layer=conv4',
    'channelAttribution',
  ];
  const { code, stdout } = await attribute(
    ...methods.flatMap((one) => ['--method', one]),
    '--out',
    at('maps'),
    '--json',
  );
  expect(code).toBe(0);
  const told: unknown = JSON.parse(stdout);
  expect(told).toMatchObject({
    unit: 'fc8:3',
    images: ['world:3', 'world:4'],
    methods: [
      { method: { name: 'gradCam', rectified: 'yes' }, shape: [2, 64, 64], layer: 'relu5', numbers: 'gradCam.npy' },
      {
        method: { steps: 4, baseline: 'blurred' },
        shape: [2, 3, 64, 64],
        gap: [expect.any(Number), expect.any(Number)],
      },
      { layer: 'conv4', numbers: 'gradCam-2.npy' },
      { shape: [2, 64, 1, 1] },
    ],
  });
  expect(JSON.parse(readFileSync(at('maps/attribution.json'), 'utf8'))).toMatchObject({ model: 'mini-caffenet' });
  expect(readNpy(readFileSync(at('maps/integratedGradients.npy'))).shape).toEqual([2, 3, 64, 64]);
  // Two rows of the picture and three maps; that of channels has one place.
  const sheet = await sharp(at('maps/attribution.png')).metadata();
  expect([sheet.width, sheet.height]).toEqual([4 * 66 - 2, 2 * 66 - 2]);
  expect((await sharp(at('maps/gradCam-2-1.png')).stats()).entropy).toBeGreaterThan(1);
  expect(existsSync(at('maps/channelAttribution-1.png'))).toBe(false);
});

test('what does not fit is refused with option, rule and value', async () => {
  const refused = async (...args: string[]) => {
    const { code, stderr } = await attribute('--out', at('none'), ...args);
    return [code, stderr];
  };
  const says = (text: string) => [2, expect.stringContaining(text)];
  expect(await refused('--method', 'gradCm')).toEqual(says("No attribution method 'gradCm'. Did you mean 'gradCam'?"));
  expect(await refused('--method', 'rise masks=0')).toEqual(says('--method rise.masks: must be a whole number from 1'));
  expect(await refused('--objective', 'logit class=3')).toEqual(says('--unit: name a unit, or give --objective'));
  expect(await refused('--method', 'integratedGradients baseline=picture')).toEqual(says('--baseline-picture FILE'));
});
