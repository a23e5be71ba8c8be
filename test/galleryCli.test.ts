// Galleries as the command makes them: parts merge to the bytes of the whole, and what was killed goes on.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, expect, test } from 'vitest';
import { importCaffe, writeSafetensors } from '../src/importers/index.js';
import { testAdapter } from './support/adapter.js';
import { CLI, commandFolder } from './support/command.js';

const { folder, at, convscope } = commandFolder();

const TINY = `name: "tiny" input: "data" input_dim: 1 input_dim: 3 input_dim: 10 input_dim: 12
  layer { name: "conv" type: "Convolution" bottom: "data" top: "conv" convolution_param { num_output: 4 kernel_size: 5 } }
  layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }
  layer { name: "fc" type: "InnerProduct" bottom: "conv" top: "fc" inner_product_param { num_output: 3 } }
  layer { name: "prob" type: "Softmax" bottom: "fc" top: "prob" }`;

const COMMON = ['--adapter', testAdapter(), '--json'];
const GALLERY = ['--presets', 'erhan,small', '--units', '0-2', '--seeds', '0,4', '--batch', '2', '--steps', '3'];

beforeAll(() => {
  const { seeded: _, ...tiny } = importCaffe(TINY, undefined, { seededWeights: 0 });
  const preprocessing = { ...tiny.preprocessing, order: 'rgb', mean: [120, 110, 100], stated: true } as const;
  writeFileSync(at('tiny.safetensors'), writeSafetensors({ ...tiny, preprocessing, labels: ['<a>', 'b & c', 'd'] }));
});

const gallery = async (out: string, ...more: string[]) => {
  const { stdout, stderr, code } = await convscope(
    'gallery',
    'tiny.safetensors',
    ...COMMON,
    ...GALLERY,
    '--out',
    out,
    ...more,
  );
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
};

/** All files of a finished gallery but its pieces. */
function filesOf(name: string): Record<string, string> {
  const paths = readdirSync(at(name), { recursive: true, encoding: 'utf8' }).filter((path) =>
    /^(index|sheets.)/.test(path),
  );
  return Object.fromEntries(paths.sort().map((path) => [path, readFileSync(join(at(name), path)).toString('base64')]));
}

interface IndexTile {
  readonly unit: string;
  readonly preset: string;
  readonly seed: number;
  readonly label?: string;
  readonly sheet: number;
  readonly x: number;
  readonly y: number;
}

test('parts, made and merged in any order, give the bytes of the whole; and a tile is where the index says', async () => {
  const whole = await gallery('whole');
  expect(whole).toMatchObject({ pieces: 6, made: 6, found: 0, complete: true, sheets: 2 });
  expect(await gallery('here', '--shard', '2/3')).toMatchObject({ pieces: 2, made: 2, complete: true });
  await gallery('there', '--shard', '3/3');
  const early = await convscope('merge', 'here', 'there', '--out', 'merged', '--json');
  expect([early.code, JSON.parse(early.stdout).error.message]).toEqual([
    2,
    expect.stringContaining('2 of 6 pieces are in none'),
  ]);
  await gallery('there', '--shard', '1/3');
  for (const parts of [
    ['here', 'there'],
    ['there', 'here'],
  ]) {
    const { code, stderr } = await convscope('merge', ...parts, '--out', 'merged', '--json');
    expect(code, stderr).toBe(0);
    expect(filesOf('merged')).toEqual(filesOf('whole'));
  }
  // Again, everything is there.
  expect(await gallery('whole')).toMatchObject({ made: 0, found: 6 });

  const index = JSON.parse(readFileSync(at('whole/index.json'), 'utf8'));
  const tiles: IndexTile[] = index.tiles;
  expect(tiles.slice(0, 6).map(({ unit, seed, label }) => [unit, seed, label])).toEqual([
    ['fc:0', 0, '<a>'],
    ['fc:0', 4, '<a>'],
    ['fc:1', 0, 'b & c'],
    ['fc:1', 4, 'b & c'],
    ['fc:2', 0, 'd'],
    ['fc:2', 4, 'd'],
  ]);
  const html = readFileSync(at('whole/index.html'), 'utf8');
  expect(html).toContain('<b>&lt;a&gt;</b>');
  expect(html).not.toMatch(/<script/);
  // The first tile of the last piece, read from its own file and from the sheet.
  const plan = JSON.parse(readFileSync(at('whole/gallery.json'), 'utf8'));
  const piece = plan.pieces.at(-1);
  const own = piece.tiles[0];
  const tile = tiles.find(
    ({ unit, seed, preset }) => unit === own.unit && seed === own.seed && preset === piece.preset,
  );
  if (!tile) throw new Error('the tile is not in the index');
  const raw = (file: string, left: number, top: number) =>
    sharp(file).extract({ left, top, width: 12, height: 10 }).removeAlpha().raw().toBuffer();
  const [inSheet, inPiece] = await Promise.all([
    raw(at(`whole/${index.sheets[tile.sheet].file}`), tile.x, tile.y),
    raw(at(`whole/pieces/${piece.id}.png`), 0, 0),
  ]);
  expect(inSheet.equals(inPiece)).toBe(true);
  // It is made again from the recipe that the piece carries.
  const again = ['--from', `whole/pieces/${piece.id}.png`, '--out', 'again.png'];
  expect((await convscope('render', 'tiny.safetensors', '--adapter', testAdapter(), ...again)).code).toBe(0);
  expect((await raw(at('again.png'), 0, 0)).equals(inPiece)).toBe(true);
  expect(new Set(inPiece).size).toBeGreaterThan(10);
}, 60_000);

test('a gallery that was killed goes on with the pieces that it has, and a damaged piece is made again', async () => {
  const args = [CLI, 'gallery', 'tiny.safetensors', ...COMMON, ...GALLERY, '--steps', '60', '--out', 'killed'];
  const child = spawn(process.execPath, args, { cwd: folder, stdio: 'ignore' });
  const ended = new Promise((done) => child.once('close', done));
  const finished = () =>
    (existsSync(at('killed/pieces')) ? readdirSync(at('killed/pieces')) : []).filter((f) => f.endsWith('.json'));
  while (finished().length < 1 && child.exitCode === null) await new Promise((done) => setTimeout(done, 5));
  child.kill('SIGKILL');
  await ended;
  const before = finished();
  expect(before.length).toBeGreaterThanOrEqual(1);
  expect(before.length).toBeLessThan(6);
  const picture = at(`killed/pieces/${before[0].replace('.json', '.png')}`);
  writeFileSync(picture, readFileSync(picture).subarray(0, 60));
  expect(await gallery('killed', '--steps', '60')).toMatchObject({ found: before.length - 1, complete: true });
  await gallery('unkilled', '--steps', '60');
  expect(filesOf('killed')).toEqual(filesOf('unkilled'));
}, 60_000);

test('a search scores its trials, goes on, and its first recipe renders the image that it shows', async () => {
  const search = async (...more: string[]) => {
    const args = [
      '--units',
      'fc:0,fc:2',
      '--trials',
      '3',
      '--kinds',
      'paper',
      '--published',
      '--steps',
      '2',
      '--images',
      'world:0-7',
    ];
    const { code, stdout, stderr } = await convscope(
      'search',
      'tiny.safetensors',
      ...COMMON,
      ...args,
      '--out',
      'search',
      ...more,
    );
    expect(code, stderr).toBe(0);
    return JSON.parse(stdout);
  };
  expect(await search('--shard', '1/2')).toMatchObject({ trials: 4, made: 4, complete: true });
  const { found, made, proposed } = await search('--choose', '2');
  expect([found, made, proposed.length]).toEqual([4, 3, 2]);
  const { trials } = JSON.parse(readFileSync(at('search/search.json'), 'utf8'));
  const kinds = trials.map(({ index, preset }: { index: number; preset: string }) => `${index} ${preset}`);
  expect(kinds).toEqual(['0 paper', '1 paper', '2 paper', '3 norm', '4 decay', '5 blur', '6 contribution']);
  expect(trials.slice(0, 3).map(({ id }: { id: string }) => id)).toEqual(expect.arrayContaining(proposed));
  expect(readFileSync(at('search/index.html'), 'utf8')).toMatch(
    /The proposed set (beats|does not beat) the paper’s four rows/,
  );
  const [{ id, scores, tiles, recipe }] = trials;
  expect(Object.values(scores).every((value) => Number.isFinite(value))).toBe(true);
  expect(tiles[1]).toMatchObject({ unit: 'fc:2', seed: 0, named: expect.any(Boolean) });
  expect(readFileSync(at('search/index.html'), 'utf8')).toContain(`pieces/${id}.png`);
  writeFileSync(at('recipe.json'), JSON.stringify(recipe));
  const render = ['--recipe', 'recipe.json', '--contrast', 'pixels', '--out', 'own.png'];
  expect((await convscope('render', 'tiny.safetensors', ...COMMON, ...render)).code).toBe(0);
  const raw = (file: string) =>
    sharp(file).extract({ left: 0, top: 0, width: 12, height: 10 }).removeAlpha().raw().toBuffer();
  const [own, piece] = await Promise.all([raw(at('own.png')), raw(at(`search/pieces/${id}.png`))]);
  // One image alone has other kernels than a batch.
  for (const [i, value] of own.entries()) expect(Math.abs(value - piece[i])).toBeLessThanOrEqual(1);
}, 60_000);

test('a gallery is scored by preset: what the judge says of a picture is what convscope classify says of it', async () => {
  await gallery('scored', '--presets', 'erhan,small-without-blur', '--steps', '8');
  const args = ['--gallery', 'scored', '--images', 'world:0-9'];
  const { code, stdout, stderr } = await convscope('score', 'tiny.safetensors', ...COMMON, ...args);
  expect(code, stderr).toBe(0);
  const { presets } = JSON.parse(stdout);
  const rows = presets.map(({ layer, preset, images, dead }: Record<string, unknown>) => [layer, preset, images, dead]);
  expect(rows).toEqual([
    ['fc', 'erhan', 6, 0],
    ['fc', 'small-without-blur', 6, 0],
  ]);
  for (const { reached, leads } of presets) {
    expect(reached.low).toBeLessThanOrEqual(reached.value);
    expect(reached.high).toBeGreaterThanOrEqual(reached.value);
    expect(leads.high - leads.low).toBeGreaterThan(0.2);
  }
  const { tiles } = JSON.parse(readFileSync(at('scored/scores.json'), 'utf8'));
  const plan = JSON.parse(readFileSync(at('scored/gallery.json'), 'utf8'));
  const [piece] = plan.pieces;
  const cut = sharp(at(`scored/pieces/${piece.id}.png`)).extract({ left: 0, top: 0, width: 12, height: 10 });
  await cut.png().toFile(at('tile.png'));
  const classified = await convscope('classify', 'tiny.safetensors', 'tile.png', ...COMMON);
  const found: readonly { readonly label: string; readonly probability: number }[] = JSON.parse(classified.stdout)[0]
    .top;
  const own = found.find(({ label }) => label === '<a>');
  expect(tiles[0]).toMatchObject({ unit: 'fc:0', preset: piece.preset, label: '<a>' });
  expect(tiles[0].transfer).toBeCloseTo(own?.probability ?? Number.NaN, 4);
  expect(tiles[0].named).toBe(found[0].label === '<a>');
  expect(tiles[0].leads).toBe(tiles[0].named);
  const other = await convscope('score', 'mini-caffenet', ...COMMON, '--gallery', 'scored');
  expect([other.code, JSON.parse(other.stdout).error.message]).toEqual([2, expect.stringContaining('other weights')]);
}, 60_000);

test('wrong options, and folders of other galleries, are refused before anything is computed', async () => {
  const refused = async (...args: string[]) => {
    const { code, stdout } = await convscope('gallery', 'tiny.safetensors', ...COMMON, '--out', 'refused', ...args);
    expect(code).toBe(2);
    return JSON.parse(stdout).error.message as string;
  };
  expect(await refused('--shard', '4/3')).toContain('must be i/n with i from 1 to n');
  expect(await refused('--units', '3', '--presets', 'small')).toContain("channel 3 is outside layer 'fc'");
  expect(await refused('--units', '2-1')).toContain('the end of the range is before its start');
  expect(await refused('--presets', 'small', '--seeds', '1', '--out', 'whole')).toContain('whole has another gallery');
  expect(existsSync(at('refused/gallery.json'))).toBe(false);
}, 60_000);
