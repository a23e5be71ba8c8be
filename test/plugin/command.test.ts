// Parts on the command line: from a plugin, from the library, and in files. The command is built, in a process of its own.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { transformWithOxc } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { importCaffe, readNpy, readTensors, writeSafetensors } from '../../src/importers/index.js';
import { commandFolder } from '../support/command.js';

const { at: out, convscope } = commandFolder();
// Within the package, where Node finds 'convscope' as it finds an installed one.
const folder = resolve(import.meta.dirname, '../../.cache/plugin-test');
const plugin = join(folder, 'parts.js');

beforeAll(async () => {
  const source = join(import.meta.dirname, 'parts.ts');
  mkdirSync(folder, { recursive: true });
  writeFileSync(plugin, (await transformWithOxc(readFileSync(source, 'utf8'), source)).code);
  writeFileSync(join(folder, 'none.js'), 'export const answer = 42; export default {};');
  writeFileSync(join(folder, 'broken.js'), "import { nothing } from './missing.js'; export { nothing };");
  writeFileSync(
    join(folder, 'listed.js'),
    "import { definePart } from 'convscope'; const mine = definePart({ kind: 'transform', name: 'mine', text: 'Mine.', fields: {}, make: () => ({ label: 'mine', apply: (_, image) => image }) }); export const parts = [mine]; export { mine };",
  );
  writeFileSync(
    join(folder, 'clash.js'),
    "import { definePart } from 'convscope'; export const blur = definePart({ kind: 'regularizer', name: 'blur', text: 'Another.', fields: {}, make: () => ({ label: 'blur', project: (_, { image }) => image }) });",
  );
  const { seeded: _, ...tiny } = importCaffe(
    `name: "tiny" input: "data" input_dim: 1 input_dim: 3 input_dim: 12 input_dim: 14
     layer { name: "conv" type: "Convolution" bottom: "data" top: "conv" convolution_param { num_output: 4 kernel_size: 5 weight_filler { type: "msra" } } }
     layer { name: "relu" type: "ReLU" bottom: "conv" top: "relu" }`,
    undefined,
    { seededWeights: 0 },
  );
  writeFileSync(out('tiny.safetensors'), writeSafetensors(tiny));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Renders to `file` and returns what the process said. */
const render = (file: string, ...args: string[]) =>
  convscope('render', 'tiny.safetensors', '--mean', '100,110,120', '--adapter', 'software', '--out', file, ...args);
const numbers = (file: string) => readNpy(readFileSync(out(file))).data;

describe('a plugin', () => {
  test.each([
    ['objective', ['--objective', 'versus layer=conv channels=3,1']],
    ['params', ['--unit', 'conv:2', '--params', 'mosaic tile=3', '--regularize', 'none', '--optim', 'rms rate=2']],
    ['penalty', ['--unit', 'conv:2', '--regularize', 'pull strength=0.01']],
    ['projection', ['--unit', 'conv:2', '--regularize', 'border width=2', '--regularize', 'blur radius=1']],
    ['transform', ['--unit', 'conv:2', '--transform', 'dim most=0.3']],
    ['optim', ['--unit', 'conv:2', '--optim', 'rms rate=3']],
  ])('brings its %s, and the saved study makes the same image again', async (name, args) => {
    const first = await render(
      `${name}.npy`,
      ...['--plugin', plugin, '--steps', '6', '--save-recipe', `${name}.json`, '--records', `${name}.records.json`],
      ...args,
    );
    expect([first.code, first.stderr]).toEqual([0, first.stderr]);
    const { records } = JSON.parse(readFileSync(out(`${name}.records.json`), 'utf8'));
    expect(records[0][5].objective).toBeGreaterThan(records[0][0].objective);
    const again = await render(`${name}.again.npy`, '--plugin', plugin, '--recipe', `${name}.json`);
    expect([again.code, again.stderr]).toEqual([0, again.stderr]);
    expect(numbers(`${name}.again.npy`)).toEqual(numbers(`${name}.npy`));
    const without = await render('without.npy', '--recipe', `${name}.json`);
    expect([without.code, without.stderr]).toEqual([2, expect.stringMatching(/No [a-z ]+ '\w+'/)]);
  });

  test.each([
    ['exports no part', 'none.js', 'none.js exports no part made with definePart; it exports answer, default'],
    ['cannot be loaded', 'broken.js', 'broken.js: Cannot find module'],
    ['is not there', 'absent.js', 'absent.js: Cannot find module'],
    ['has a name of the library', 'clash.js', "clash.js: there are two parts 'blur' of kind regularizer; rename one"],
  ])('that %s is refused by its name', async (_, file, message) => {
    const { code, stderr } = await render('x.npy', '--unit', 'conv:2', '--plugin', join(folder, file));
    expect([code, stderr]).toEqual([2, expect.stringContaining('--plugin: ')]);
    expect(stderr).toContain(message);
  });

  test('may list its parts, and is listed by `convscope parts`', async () => {
    const listed = ['parts', '--plugin', join(folder, 'listed.js'), '--plugin', plugin, '--kind', 'transform'];
    const { stdout } = await convscope(...listed, '--json');
    const names = JSON.parse(stdout).map(({ name }: { name: string }) => name);
    expect(names).toContain('jitter');
    expect(names.slice(-2)).toEqual(['mine', 'dim']);
    const text = await convscope(...listed);
    expect(text.stdout).toContain('dim (transform): Takes a random share of the contrast');
    expect(text.stdout).toContain('  most  number from 0 to 1; default 0.5  greatest share');
  });
});

describe('a plugin’s backward rule', () => {
  const grad = (file: string, ...args: string[]) =>
    convscope(
      ...['grad', 'tiny.safetensors', 'world:3', '--mean', '100,110,120', '--adapter', 'software'],
      ...['--unit', 'relu:1', '--seed-mode', 'ones', '--out', file, ...args],
    );
  const gradient = (file: string) => readTensors(readFileSync(out(file))).tensors.get('grad')?.data;

  test('is a choice of `grad --mode`, with its fields', async () => {
    const said = await Promise.all([
      grad('guided.st', '--mode', 'guided'),
      grad('closed.st', '--plugin', plugin, '--mode', 'leaky slope=0'),
      grad('open.st', '--plugin', plugin, '--mode', 'gradient,leaky slope=0.5'),
    ]);
    expect(said.map(({ code, stderr }) => [code, stderr])).toEqual(said.map(({ stderr }) => [0, stderr]));
    expect(gradient('closed.st')).toEqual(gradient('guided.st'));
    expect(gradient('open.st')).not.toEqual(gradient('guided.st'));
  });

  test('is unknown without the plugin, and one that is none is named', async () => {
    const { code, stderr } = await grad('x.st', '--mode', 'leaky');
    expect([code, stderr]).toEqual([2, expect.stringContaining("No attribution rule 'leaky'.")]);
    expect(stderr).toContain('Known: deconv, gradient, guided, ignoreLrn, leakyRelu');
  });

  test('is listed with its kind', async () => {
    const { stdout } = await convscope('parts', '--plugin', plugin, '--kind', 'attribution rule', '--json');
    const names = JSON.parse(stdout).map(({ name }: { name: string }) => name);
    expect(names).toEqual(['deconv', 'gradient', 'guided', 'ignoreLrn', 'leakyRelu', 'redirectedRelu', 'leaky']);
  });
});

describe('parts on the line', () => {
  test('a transform is added to the preset’s study', async () => {
    const { stdout } = await render(
      't.npy',
      '--unit',
      'conv:1',
      '--preset',
      '1',
      '--steps',
      '3',
      '--json',
      '--transform',
      'jitter reach=2',
      '--transform',
      'jitter',
    );
    const { recipe } = JSON.parse(stdout);
    expect(recipe).toMatchObject({
      method: 'synthesize',
      version: 2,
      objective: { name: 'neuron', unit: 'conv:1' },
      transforms: [
        { name: 'jitter', reach: 2 },
        { name: 'jitter', reach: 8 },
      ],
      regularize: [{ name: 'pixelRange' }, { name: 'blur', radius: 0.5 }, { name: 'clipNorm', percent: 50 }],
      optim: [{ name: 'progress', lr: 100, desiredProgress: 2 }],
      steps: 3,
    });
  });

  test('a study with a transform that does nothing is the recipe, bit for bit', async () => {
    await render('flat.npy', '--unit', 'conv:1', '--preset', '3', '--steps', '5');
    await render('study.npy', '--unit', 'conv:1', '--preset', '3', '--steps', '5', '--transform', 'jitter reach=0');
    expect(numbers('study.npy')).toEqual(numbers('flat.npy'));
  });

  test('regularizers of an image that is made of other variables are left out by name', async () => {
    const { code, stderr } = await render(
      'm.npy',
      '--unit',
      'conv:1',
      '--preset',
      'blur',
      '--steps',
      '2',
      '--plugin',
      plugin,
      '--params',
      'mosaic',
    );
    expect([code, stderr]).toEqual([0, expect.stringContaining('pixelRange, decay, blur edit the image itself')]);
  });

  test.each<[string, string[], string]>([
    [
      'out of range',
      ['--transform', 'jitter reach=-1'],
      '--transform jitter.reach: must be a whole number from 0 to 65535, got -1',
    ],
    ['no number', ['--transform', 'jitter reach=two'], "--transform jitter: reach: must be a number, got 'two'"],
    ['an unknown part', ['--transform', 'jiter'], "No transform 'jiter'. Did you mean 'jitter'?"],
    ['an unknown field', ['--transform', 'jitter rech=1'], '--transform jitter.rech: is no field here; known: reach'],
    [
      'a field without a value',
      ['--transform', 'jitter reach'],
      "--transform: must be a name and field=value, as in 'jitter field=value'; got 'reach'",
    ],
    [
      'a missing field',
      ['--objective', 'channel layer=conv'],
      '--objective channel.channel: must be a whole number from 0, got nothing',
    ],
    ['parts within parts', ['--objective', 'sum of=a'], '--objective sum: of: holds other parts'],
    [
      'unit and objective',
      ['--unit', 'conv:1', '--objective', 'layer layer=conv'],
      '--objective: says what is raised, as --unit does',
    ],
  ])('%s is refused', async (_, args, message) => {
    const unit = args.includes('--objective') ? [] : ['--unit', 'conv:1'];
    const { code, stderr } = await render('x.npy', ...unit, ...args);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });

  test('options of a recipe do not fit a study from a file', async () => {
    await render('s.npy', '--objective', 'layer layer=conv', '--steps', '2', '--save-recipe', 's.json');
    const { code, stderr } = await render('x.npy', '--recipe', 's.json', '--blur-radius', '1');
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining('--blur-radius: belongs to a recipe for a unit, and s.json is a study of parts'),
    ]);
  });
});

test('a recipe that was made with another net is run, and the net is named', async () => {
  await render('own.npy', '--unit', 'conv:1', '--steps', '2', '--save-recipe', 'own.json');
  const own = await render('same.npy', '--recipe', 'own.json');
  expect(own.stderr).not.toContain('was made with');
  const saved = JSON.parse(readFileSync(out('own.json'), 'utf8'));
  writeFileSync(
    out('other.json'),
    JSON.stringify({ ...saved, about: { ...saved.about, model: 'else', hash: '0'.repeat(64) } }),
  );
  const other = await render('other.npy', '--recipe', 'other.json');
  expect([other.code, other.stderr]).toEqual([
    0,
    expect.stringMatching(
      /other\.json: the recipe was made with 'else' \(000000000000…\), and 'tiny' \([0-9a-f]{12}…\) has other layers/,
    ),
  ]);
  expect(numbers('other.npy')).toEqual(numbers('own.npy'));
});
