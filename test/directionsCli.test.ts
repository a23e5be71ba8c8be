// Directions and circuits as the command finds them, and directions as units of other commands.
import { readFileSync, writeFileSync } from 'node:fs';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { importCaffe, readDictionary, writeNpy, writeSafetensors } from '../src/importers/index.js';
import { createRng } from '../src/index.js';
import { testAdapter } from './support/adapter.js';
import { commandFolder } from './support/command.js';

const { at, convscope } = commandFolder();
const FILLER = 'weight_filler { type: "gaussian" std: 0.2 }';
const NET = (seed: number) =>
  importCaffe(
    `name: "tiny" input: "data" input_dim: 1 input_dim: 3 input_dim: 10 input_dim: 12
  layer { name: "conv" type: "Convolution" bottom: "data" top: "conv" convolution_param { num_output: 4 kernel_size: 5 ${FILLER} } }
  layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }
  layer { name: "fc8" type: "InnerProduct" bottom: "conv" top: "fc8" inner_product_param { num_output: 3 ${FILLER} } }
  layer { name: "prob" type: "Softmax" bottom: "fc8" top: "prob" }`,
    undefined,
    {
      seededWeights: seed,
      preprocessing: { order: 'rgb', mean: [120, 110, 100], scale: 0.02, stated: true },
    },
  );

beforeAll(async () => {
  for (const [name, seed] of [
    ['tiny', 0],
    ['other', 1],
  ] as const) {
    const { seeded: _, ...net } = NET(seed);
    writeFileSync(at(`${name}.safetensors`), writeSafetensors({ ...net, labels: ['<a>', 'b & c', 'd'] }));
  }
  const rng = createRng(2);
  for (let i = 0; i < 20; i++) {
    const data = Uint8Array.from({ length: 360 }, () => 255 * rng.uniform());
    await sharp(data, { raw: { width: 12, height: 10, channels: 3 } })
      .png()
      .toFile(at(`${i}.png`));
  }
  writeFileSync(at('own.npy'), writeNpy([2, 4], Float32Array.of(1, 0, 0, 0, 0, 1, -1, 0)));
});

const device = ['--adapter', testAdapter()];
const directions = (...args: string[]) =>
  convscope('directions', 'tiny.safetensors', ...device, '--json', '--images', '.', ...args);
const message = ({ stdout }: { readonly stdout: string }): string => JSON.parse(stdout).error.message;

describe('convscope directions', () => {
  test('writes a dictionary whose directions other commands take as units', async () => {
    const { code, stdout, stderr } = await directions(
      ...['--layer', 'conv', '--method', 'nmf', '--count', '3', '--per-image', '10', '--out', 'nmf.safetensors'],
    );
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ layer: 'conv@nmf', count: 3, samples: 180, heldOut: 20 });
    expect(readDictionary(readFileSync(at('nmf.safetensors')))).toMatchObject({ method: 'nmf', channels: 4, count: 3 });

    const with_ = ['--directions', 'nmf.safetensors', ...device];
    const top = await convscope(
      ...['top', 'tiny.safetensors', '.', '--layer', 'conv@nmf', '--k', '2', '--out', 'top', '--json', ...with_],
    );
    expect(top.code, top.stderr).toBe(0);
    const render = await convscope(
      ...[
        'render',
        'tiny.safetensors',
        '--unit',
        'conv@nmf:1',
        '--preset',
        'erhan',
        '--steps',
        '3',
        '--out',
        'unit.png',
      ],
      ...with_,
    );
    expect(render.code, render.stderr).toBe(0);
    expect((await sharp(at('unit.png')).metadata()).width).toBe(12);
    const attribution = await convscope(
      ...[
        'attribute',
        'tiny.safetensors',
        '3.png',
        '--unit',
        'conv@nmf:2',
        '--method',
        'gradientInput',
        '--out',
        'maps',
      ],
      ...with_,
    );
    expect(attribution.code, attribution.stderr).toBe(0);
    const inspected = await convscope('inspect', 'tiny.safetensors', '--json', '--directions', 'nmf.safetensors');
    expect(JSON.parse(inspected.stdout).layers.map(({ name }: { name: string }) => name)).toContain('conv@nmf');
  }, 120_000);

  test('takes somebody’s own array, and refuses directions of another net', async () => {
    const own = await convscope('inspect', 'tiny.safetensors', '--json', '--directions', 'conv@mine=own.npy');
    expect(JSON.parse(own.stdout).layers.map(({ name }: { name: string }) => name)).toContain('conv@mine');
    const bare = await convscope('inspect', 'tiny.safetensors', '--json', '--directions', 'own.npy');
    expect([bare.code, message(bare)]).toEqual([2, expect.stringContaining('conv5@mine=directions.npy')]);
    const pca = await directions('--layer', 'conv', '--method', 'pca', '--count', '2', '--out', 'pca.safetensors');
    expect(pca.code, pca.stderr).toBe(0);
    const other = await convscope('inspect', 'other.safetensors', '--json', '--directions', 'pca.safetensors');
    expect([other.code, message(other)]).toEqual([2, expect.stringContaining('directions of one net say nothing')]);
  }, 60_000);

  test('refuses what cannot be before it computes', async () => {
    const refused = async (...args: string[]) => {
      const result = await directions('--out', 'refused.safetensors', ...args);
      expect(result.code).toBe(2);
      return message(result);
    };
    expect(await refused('--layer', 'conf', '--method', 'pca')).toContain('conf');
    expect(await refused('--layer', 'conv', '--method', 'svd')).toContain('pca, nmf, ica, sae');
    expect(await refused('--layer', 'conv', '--method', 'pca', '--top-k', '3')).toContain('is for sae');
    expect(await refused('--layer', 'conv', '--method', 'pca', '--name', 'max')).toContain(
      'not mean, max or relevance',
    );
    expect(await refused('--layer', 'conv', '--method', 'pca', '--out', 'x.npy')).toContain(
      'must end with .safetensors',
    );
  }, 60_000);
});

describe('convscope circuit', () => {
  test('writes the weights as tiles, numbers and a page', async () => {
    const { code, stdout, stderr } = await convscope(
      ...[
        'circuit',
        'tiny.safetensors',
        '--unit',
        'conv:1',
        '--to',
        'data',
        '--count',
        '2',
        '--json',
        '--out',
        'circuit',
      ],
      ...device,
    );
    expect(code, stderr).toBe(0);
    const file = JSON.parse(readFileSync(at('circuit/circuit.json'), 'utf8'));
    expect(JSON.parse(stdout)).toMatchObject({ unit: 'conv:1', index: expect.stringContaining('index.html') });
    const [input] = file.inputs;
    const w = NET(0).weights.get('conv.w')?.data ?? [];
    for (const { unit, weights } of input.units) {
      const from = (4 * 0 + 1 * 3 + Number(unit.split(':')[1])) * 25;
      for (let i = 0; i < 25; i++) expect(weights[i]).toBeCloseTo(w[from + i], 5);
    }
    expect(file.outputs[0]).toMatchObject({ layer: 'fc8', of: 3, window: { height: 6, width: 8 } });
    expect(file.outputs[0].units[0].label).toMatch(/<a>|b & c|d/);
    // Red where the weight is positive, blue where it is negative.
    const { data, info } = await sharp(at('circuit/from-1.png')).raw().toBuffer({ resolveWithObject: true });
    const zoom = Math.ceil(72 / 5);
    for (const i of [0, 7, 24]) {
      const [x, y] = [4 + (i % 5) * zoom + 2, 4 + Math.floor(i / 5) * zoom + 2];
      const [r, , b] = data.subarray((y * info.width + x) * info.channels);
      expect(Math.sign(r - b)).toBe(Math.sign(input.units[0].weights[i]));
    }
    const html = readFileSync(at('circuit/index.html'), 'utf8');
    expect(html).toContain('<h2>from data</h2>');
    expect(html).not.toContain(' <a> ');
  }, 60_000);

  test('by switches needs a picture', async () => {
    const args = ['circuit', 'tiny.safetensors', '--unit', 'fc8:1', '--json', '--out', 'c', ...device];
    const bare = await convscope(...args, '--pooling', 'switches');
    expect([bare.code, message(bare)]).toEqual([2, expect.stringContaining('name both or none')]);
    const both = await convscope(...args, '--pooling', 'switches', '--image', '2.png', '--from', 'none');
    expect(both.code, both.stderr).toBe(0);
  }, 60_000);
});
