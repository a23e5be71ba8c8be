// Facets as the command finds and shows them.
import { readFileSync, writeFileSync } from 'node:fs';
import sharp from 'sharp';
import { beforeAll, expect, test } from 'vitest';
import { importCaffe, writeSafetensors } from '../src/importers/index.js';
import { recipeOf } from '../src/index.js';
import { testAdapter } from './support/adapter.js';
import { commandFolder } from './support/command.js';

const { at, convscope } = commandFolder();
const FILLER = 'weight_filler { type: "gaussian" std: 0.2 }';
const TINY = `name: "tiny" input: "data" input_dim: 1 input_dim: 3 input_dim: 10 input_dim: 12
  layer { name: "conv" type: "Convolution" bottom: "data" top: "conv" convolution_param { num_output: 4 kernel_size: 5 ${FILLER} } }
  layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }
  layer { name: "fc7" type: "InnerProduct" bottom: "conv" top: "fc7" inner_product_param { num_output: 8 ${FILLER} } }
  layer { name: "fc8" type: "InnerProduct" bottom: "fc7" top: "fc8" inner_product_param { num_output: 3 ${FILLER} } }
  layer { name: "prob" type: "Softmax" bottom: "fc8" top: "prob" }`;

beforeAll(async () => {
  const { seeded: _, ...tiny } = importCaffe(TINY, undefined, { seededWeights: 0 });
  const preprocessing = {
    ...tiny.preprocessing,
    order: 'rgb',
    mean: [120, 110, 100],
    scale: 0.02,
    stated: true,
  } as const;
  writeFileSync(at('tiny.safetensors'), writeSafetensors({ ...tiny, preprocessing, labels: ['<a>', 'b & c', 'd'] }));
  // Dark and bright pictures.
  for (let i = 0; i < 12; i++) {
    const level = (i % 2 === 0 ? 40 : 200) + i;
    const background = { r: level, g: level - 10, b: level };
    await sharp({ create: { width: 12, height: 10, channels: 3, background } })
      .png()
      .toFile(at(`${i}.png`));
  }
  writeFileSync(at('broken.png'), 'no picture');
});

const facets = (...args: string[]) =>
  convscope('facets', 'tiny.safetensors', '--adapter', testAdapter(), '--json', '--images', '.', ...args);

test('dark and bright pictures are two facets, with mean, image, members and a page', async () => {
  const { code, stdout, stderr } = await facets(
    '--unit',
    'fc8:1',
    '--choose',
    'all',
    '--k',
    '2',
    '--nearest',
    '3',
    '--preset',
    'erhan',
    '--steps',
    '3',
    '--out',
    'out',
  );
  expect(code, stderr).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ unit: 'fc8:1', k: 2, sizes: [6, 6] });
  const file = JSON.parse(readFileSync(at('out/facets.json'), 'utf8'));
  expect(file).toMatchObject({
    label: 'b & c',
    codes: ['fc7@relevance'],
    preset: 'erhan',
    skipped: [expect.stringContaining('broken.png')],
  });
  const facetOf = new Map<string, number>(
    file.images.map(({ id, facet }: { id: string; facet: number }) => [id, facet]),
  );
  const kinds = [...facetOf].map(([id, facet]) => `${Number(/(\d+)\.png$/.exec(id)?.[1]) % 2} ${facet}`);
  expect(new Set(kinds).size).toBe(2);

  const levels: number[] = [];
  for (const { mean, image, members } of file.facets) {
    const { channels } = await sharp(at(`out/${mean}`)).stats();
    levels.push(channels[0].mean);
    expect((await sharp(at(`out/${image}`)).metadata()).width).toBe(12);
    expect((await sharp(at(`out/${members}`)).metadata()).height).toBeGreaterThan(10);
    expect(recipeOf(readFileSync(at(`out/${image}`)))).toMatchObject({
      seeds: [0, 1],
      starts: [
        { by: 'picture', picture: 'mean-1.png' },
        { by: 'picture', picture: 'mean-2.png' },
      ],
    });
  }
  // The mean of three pictures of a kind, which are within 10 of each other.
  levels.sort((a, b) => a - b);
  expect(levels[0]).toBeGreaterThan(38);
  expect(levels[0]).toBeLessThan(54);
  expect(levels[1]).toBeGreaterThan(198);
  const html = readFileSync(at('out/index.html'), 'utf8');
  expect(html).toContain('facets of b &amp; c (fc8:1)');
  expect(html.match(/<circle/g)?.length).toBe(12);
}, 60_000);

test('what cannot be is refused before anything is computed', async () => {
  const refused = async (...args: string[]) => {
    const { code, stdout } = await facets('--out', 'refused', ...args);
    expect(code).toBe(2);
    return JSON.parse(stdout).error.message as string;
  };
  expect(await refused('--unit', 'conv:1', '--choose', 'class')).toContain("'class' is for a class");
  expect(await refused('--unit', 'fc8:1', '--codes', 'fc9')).toContain('fc9');
  expect(await refused('--unit', 'fc8:1', '--preset', 'vital')).toContain('take another');
  expect(await refused('--unit', 'fc8:1', '--k', 'many')).toContain('--k');
}, 60_000);
