// A picture carries its recipe: `convscope render --from` makes it again from its file alone.
import { readFileSync, writeFileSync } from 'node:fs';
import sharp from 'sharp';
import { beforeAll, expect, test } from 'vitest';
import { importCaffe, writeSafetensors } from '../src/importers/index.js';
import { recipeOf, withRecipe } from '../src/index.js';
import { commandFolder } from './support/command.js';

const { at, convscope } = commandFolder();
const NET = `name: "tiny" input: "data" input_dim: 1 input_dim: 3 input_dim: 20 input_dim: 24
  layer { name: "conv" type: "Convolution" bottom: "data" top: "conv" convolution_param { num_output: 4 kernel_size: 5
    weight_filler { type: "gaussian" std: 0.1 } } }
  layer { name: "fc" type: "InnerProduct" bottom: "conv" top: "fc" inner_product_param { num_output: 3
    weight_filler { type: "gaussian" std: 0.1 } } }`;
const render = (net: string, ...args: string[]) =>
  convscope('render', net, '--mean', '104,117,123', '--adapter', 'software', ...args);

beforeAll(() => {
  for (const seed of [1, 2]) {
    // Stands for a trained net.
    const { seeded: _, ...net } = importCaffe(NET, undefined, { seededWeights: seed });
    writeFileSync(at(`net${seed}.safetensors`), writeSafetensors(net));
  }
});

test('a picture is made again from its file, byte for byte, and another net is told', async () => {
  const how = ['--unit', 'conv:2:3,4', '--steps', '5', '--seeds', '0,4', '--decay', '0.01'];
  const first = await render(
    'net1.safetensors',
    ...how,
    '--snapshot',
    'best',
    '--contrast',
    'pixels',
    '--out',
    'a.png',
  );
  expect([first.code, first.stderr]).toEqual([0, '']);
  expect(recipeOf(readFileSync(at('a.png')))).toMatchObject({
    unit: 'conv:2:3,4',
    steps: 5,
    seeds: [0, 4],
    about: { model: 'tiny', picture: { snapshot: 'best', contrast: 'pixels' } },
  });
  const again = await render('net1.safetensors', '--from', 'a.png', '--out', 'b.png');
  expect([again.code, again.stderr]).toEqual([0, '']);
  expect(readFileSync(at('b.png'))).toEqual(readFileSync(at('a.png')));

  const other = await render('net2.safetensors', '--from', 'a.png', '--seeds', '1', '--out', 'c.png');
  expect(other.code).toBe(0);
  expect(other.stderr).toMatch(
    /a\.png: the recipe was made with 'tiny' \(\w{12}…\), and 'tiny' \(\w{12}…\) has other layers/,
  );
  expect(recipeOf(readFileSync(at('c.png')))).toMatchObject({ seeds: [1], about: { picture: { snapshot: 'best' } } });
});

test('pictures without a recipe, damaged ones and strange recipes are refused by name', async () => {
  const picture = await sharp({ create: { width: 4, height: 4, channels: 3, background: 'red' } })
    .png()
    .toBuffer();
  writeFileSync(at('plain.png'), picture);
  writeFileSync(at('cut.png'), withRecipe(picture, { steps: 3 }).subarray(0, 60));
  writeFileSync(at('strange.png'), withRecipe(picture, { method: 'synthesize', steps: -1 }));
  const refused = async (...args: string[]) => {
    const { code, stderr } = await render('net1.safetensors', ...args, '--out', 'no.png');
    return [code, stderr.trim()];
  };
  const of = (text: string) => expect.stringContaining(text);
  expect(await refused('--from', 'plain.png')).toEqual([2, of('--from: plain.png carries no recipe')]);
  expect(await refused('--from', 'cut.png')).toEqual([2, of('--from: cut.png: PNG: chunk iTXt at byte 33 claims')]);
  expect(await refused('--from', 'strange.png')).toEqual([2, of('study.version: ')]);
  expect(await refused('--from', 'plain.png', '--recipe', 'x.json')).toEqual([2, of('give one of them')]);
});

test('an image of other variables than pixels takes the preset that is made for them', async () => {
  const fourier = ['--unit', 'conv:2', '--params', 'fourier decay=0.5', '--steps', '2', '--out', 'fourier.png'];
  const { code, stderr } = await render('net1.safetensors', ...fourier);
  expect([code, stderr]).toEqual([0, '']);
  const recipe = recipeOf(readFileSync(at('fourier.png')));
  expect(recipe).toMatchObject({ params: { name: 'fourier', decay: 0.5 }, optim: [{ name: 'adam' }] });
  const named = await render('net1.safetensors', ...fourier, '--preset', 'spectrum');
  expect([named.code, named.stderr]).toEqual([2, expect.stringContaining('precondition')]);
});
