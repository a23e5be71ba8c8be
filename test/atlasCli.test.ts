// The commands atlas and grid: what they write, that an atlas goes on where it was stopped and is the same in parts, and what they refuse.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { importCaffe, writeSafetensors } from '../src/importers/index.js';
import { createRng } from '../src/index.js';
import { testAdapter } from './support/adapter.js';
import { commandFolder } from './support/command.js';

const { at, convscope } = commandFolder();
const FILLER = 'weight_filler { type: "gaussian" std: 0.2 }';

beforeAll(async () => {
  const { seeded: _, ...net } = importCaffe(
    `name: "tiny" input: "data" input_dim: 1 input_dim: 3 input_dim: 10 input_dim: 12
  layer { name: "conv" type: "Convolution" bottom: "data" top: "conv" convolution_param { num_output: 4 kernel_size: 5 ${FILLER} } }
  layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }
  layer { name: "fc8" type: "InnerProduct" bottom: "conv" top: "fc8" inner_product_param { num_output: 3 ${FILLER} } }
  layer { name: "prob" type: "Softmax" bottom: "fc8" top: "prob" }`,
    undefined,
    { seededWeights: 0, preprocessing: { order: 'rgb', mean: [120, 110, 100], scale: 0.02, stated: true } },
  );
  writeFileSync(at('tiny.safetensors'), writeSafetensors({ ...net, labels: ['<a>', 'b & c', 'd'] }));
  mkdirSync(at('pictures'));
  const rng = createRng(2);
  for (let i = 0; i < 30; i++) {
    const data = Uint8Array.from({ length: 360 }, () => 255 * rng.uniform());
    await sharp(data, { raw: { width: 12, height: 10, channels: 3 } })
      .png()
      .toFile(at(`pictures/${String(i).padStart(2, '0')}.png`));
  }
});

const device = ['--adapter', testAdapter()];
const COMMON = ['--layer', 'conv', '--images', 'pictures', '--grids', '1,2', '--least', '2', '--neighbours', '6'];
const atlas = (...args: string[]) =>
  convscope('atlas', 'tiny.safetensors', ...device, '--json', ...COMMON, '--steps', '3', '--batch', '2', ...args);
const message = ({ stdout }: { readonly stdout: string }): string => JSON.parse(stdout).error.message;
const bytes = (file: string) => readFileSync(at(file));
const made = (folder: string) => readdirSync(at(`${folder}/pieces`)).sort();
/** What a finished folder holds, without what says when and how it was made. */
const result = (folder: string) =>
  ['atlas.json', 'level-1.webp', 'level-2.webp', 'examples.webp', 'index.html'].map((file) =>
    bytes(`${folder}/${file}`),
  );

describe('convscope atlas', () => {
  test('writes sheets, numbers and a page, and goes on where it was stopped', async () => {
    const { code, stdout, stderr } = await atlas('--out', 'whole');
    expect(code, stderr).toBe(0);
    const told = JSON.parse(stdout);
    expect(told).toMatchObject({ layer: 'conv', complete: true, found: 0 });
    const file = JSON.parse(String(bytes('whole/atlas.json')));
    expect(file.levels.map((level: { side: number }) => level.side)).toEqual([1, 2]);
    expect(file.levels[0].cells[0].members.length).toBe(told.pictures);
    expect(told.icons).toBe(file.levels.flatMap((level: { cells: unknown[] }) => level.cells).length);
    expect(told.pieces).toBe(Math.ceil(told.icons / 2));
    // An icon is what one place sees: 5×5 pixels.
    expect((await sharp(bytes('whole/level-1.webp')).metadata()).width).toBe(5);
    const html = String(bytes('whole/index.html'));
    expect(html).toContain('tiny: an atlas of conv');
    expect(html).not.toContain('<a>: ');

    cpSync(at('whole'), at('stopped'), { recursive: true });
    const [piece] = made('stopped').filter((name) => name.endsWith('.png'));
    rmSync(at(`stopped/pieces/${piece}`));
    for (const gone of ['atlas.json', 'index.html', 'map.json']) rmSync(at(`stopped/${gone}`));
    // Half of the codes, as an interrupted scan has them.
    const codes = JSON.parse(String(bytes('stopped/codes.json')));
    for (const collector of codes.collectors) collector.state = collector.state.slice(0, 11);
    codes.ranges = [{ from: 0, to: 11, last: codes.collectors[0].state[10].id }];
    writeFileSync(at('stopped/codes.json'), JSON.stringify(codes));
    const again = await atlas('--out', 'stopped');
    expect(again.code, again.stderr).toBe(0);
    expect(JSON.parse(again.stdout)).toMatchObject({ made: 1, found: told.pieces - 1 });
    expect(result('stopped')).toEqual(result('whole'));
  });

  test('is the same when parts of its icons are made elsewhere', async () => {
    for (const part of [1, 2]) {
      const { code, stdout, stderr } = await atlas('--shard', `${part}/2`, '--out', `part${part}`);
      expect(code, stderr).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ shard: `${part}/2`, complete: true });
    }
    cpSync(at('part2/pieces'), at('part1/pieces'), { recursive: true });
    const joined = await atlas('--out', 'part1');
    expect(joined.code, joined.stderr).toBe(0);
    expect(JSON.parse(joined.stdout)).toMatchObject({ made: 0 });
    expect(result('part1')).toEqual(result('whole'));
  });

  test.each([
    [['--images', 'world:0-4', '--seed', '1'], /--out: whole has codes of another atlas .*name another folder/],
    [['--grids', '4,none'], /--grids: must be a whole number, got 'none'/],
    [['--whiten', 'zca'], /--whiten: must be covariance or correlation, got 'zca'/],
    [['--least', '31'], /least: no square holds 31 of the \d+ activations/],
    [['--layer', 'conv9'], /'conv9'/],
    [['--shard', '3/2'], /--shard: must be i\/n/],
    [['--min-dist', '-1'], /--min-dist: must be from 0 to 1, got -1/],
  ] as const)('%j is refused', async (args, words) => {
    const result = await atlas('--out', 'whole', ...args);
    expect(result.code).toBe(2);
    expect(message(result)).toMatch(words);
  });
});

describe('convscope grid', () => {
  const grid = (...args: string[]) =>
    convscope(
      'grid',
      'tiny.safetensors',
      'pictures/03.png',
      ...device,
      '--json',
      '--layer',
      'conv',
      '--steps',
      '3',
      ...args,
    );

  test('writes the places of a picture, and groups of them', async () => {
    const { code, stderr } = await grid('--cell', '10', '--out', 'grid.png');
    expect(code, stderr).toBe(0);
    const file = JSON.parse(String(bytes('grid.json')));
    expect(file).toMatchObject({ layer: 'conv', size: [6, 8], image: 'pictures/03.png' });
    expect(file.cells.length).toBe(48);
    const { width, height } = await sharp(bytes('grid.png')).metadata();
    expect([width, height]).toEqual([2 * 80 + 8, 60]);
    const groups = await grid('--groups', '3', '--cell', '10', '--out', 'groups.png');
    expect(groups.code, groups.stderr).toBe(0);
    const { cells } = JSON.parse(String(bytes('groups.json')));
    expect(cells.map(({ weights }: { weights: number[] }) => weights.length)).toEqual([48, 48, 48]);
    expect((await sharp(bytes('groups.png')).metadata()).width).toBe(3 * 28 - 8);
  });

  test.each([
    [['--layer', 'fc8'], /'fc8' has no map with several places/],
    [['--groups', '9'], /count: must be a whole number from 1 to the layer's 4 channels, got 9/],
    [['--out', 'grid.txt'], /--out: grid.txt must end with/],
    [['--out', 'nowhere/grid.png'], /--out: the folder nowhere/],
    [['--cell', '0'], /--cell: must be a whole number from 1, got 0/],
  ] as const)('%j is refused', async (args, words) => {
    const result = await grid('--out', 'refused.png', ...args);
    expect(result.code).toBe(2);
    expect(message(result)).toMatch(words);
  });
});
