// The command as a user runs it, built, in a process of its own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { createRng } from '../src/core/rng.js';
import { importCaffe, readTensors, writeNpy, writeSafetensors } from '../src/importers/index.js';
import { parseTopImages, topOf } from '../src/methods/topImages.js';
import { CLASSES, worldImage } from '../train/world/index.js';
import { relativeL2 } from './support/close.js';
import { CLI, commandFolder, type Result } from './support/command.js';
import { npy } from './support/golden.js';
import { describeWithData, sharedData } from './support/shared.js';

const { folder, at: out, convscope } = commandFolder();
const data = sharedData() ?? '';
const squeezenet = ['deploy.prototxt', 'squeezenet_v1.1.caffemodel']
  .map((f) => join(data, 'squeezenet_v1.1', f))
  .join(',');
const caffe = ['--mean', '104,117,123', '--order', 'bgr', '--adapter', 'software'];

/** A net that needs no file beside its text. */
const TINY = `name: "tiny" input: "data" input_dim: 1 input_dim: 3 input_dim: 20 input_dim: 24
  layer { name: "conv" type: "Convolution" bottom: "data" top: "conv" convolution_param { num_output: 4 kernel_size: 5 } }
  layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }
  layer { name: "fc" type: "InnerProduct" bottom: "conv" top: "fc" inner_product_param { num_output: 3 } }
  layer { name: "prob" type: "Softmax" bottom: "fc" top: "prob" }`;

beforeAll(() => {
  expect(existsSync(CLI), 'dist is built by npm ci').toBe(true);
  writeFileSync(out('tiny.prototxt'), TINY);
  // Stands for a trained net: what is made with drawn weights is marked.
  const { seeded: _, ...tiny } = importCaffe(TINY, undefined, { seededWeights: 0 });
  writeFileSync(out('tiny.safetensors'), writeSafetensors(tiny));
  writeFileSync(out('not-an-image.png'), 'no');
  mkdirSync(out('empty'));
});

describe('convscope', () => {
  test('embedded nets go by name, and see the toy world without a file', async () => {
    const { code, stdout } = await convscope('classify', 'mini-caffenet', '--adapter', 'software', '--json');
    expect(code).toBe(0);
    const results: { image: string; top: { label: string; probability: number }[] }[] = JSON.parse(stdout);
    expect(results.map((r) => r.image)).toEqual(['world:0', 'world:1', 'world:2', 'world:3']);
    const right = results.filter(({ top }, i) => top[0].label === CLASSES[worldImage(2, i).class].name);
    expect(right.length).toBeGreaterThanOrEqual(3);
    expect((await convscope('inspect', 'mini-caffenet')).stdout).toMatch(/conv5 .*64/);
    const wrong = await convscope('inspect', 'mini-cafenet');
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toMatch(/mini-cafenet.*mini-caffenet/);
  });

  test('a reader that has seen enough ends the command quietly', async () => {
    const child = spawn(process.execPath, [CLI, 'render', '--help'], { stdio: ['ignore', 'pipe', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    child.stdout.destroy();
    const [code] = await once(child, 'close');
    expect([code, stderr]).toEqual([0, '']);
  });

  test('--help of each command, and usage errors with code 2', async () => {
    for (const command of ['inspect', 'classify', 'run', 'grad', 'render', 'convert', 'top']) {
      const { code, stdout } = await convscope(command, '--help');
      expect([command, code]).toEqual([command, 0]);
      expect(stdout).toContain('--json');
    }
    expect((await convscope('render', 'tiny.safetensors')).code).toBe(2);
    expect((await convscope('paint')).code).toBe(2);
  });

  test('run takes further inputs, and numbers in place of a picture', async () => {
    const input = (name: string, dims: string) => `input: "${name}" input_shape { ${dims} }`;
    const net = `${input('a', 'dim: 1 dim: 2')} ${input('b', 'dim: 1 dim: 3')}
      layer { name: "ab" type: "Concat" bottom: "a" bottom: "b" top: "ab" }`;
    writeFileSync(out('two.prototxt'), net);
    writeFileSync(out('a.npy'), writeNpy([1, 2], Float32Array.of(1, 2)));
    writeFileSync(out('b.npy'), writeNpy([1, 3], Float32Array.of(3, 4, 5)));
    const run = (...more: string[]) =>
      convscope('run', 'two.prototxt', 'a.npy', '--out', 'ab.safetensors', '--adapter', 'software', ...more);
    expect((await run('--input', 'b=b.npy')).stderr).not.toContain('needs');
    expect([...(readTensors(readFileSync(out('ab.safetensors'))).tensors.get('ab')?.data ?? [])]).toEqual([
      1, 2, 3, 4, 5,
    ]);
    const without = await run();
    expect([without.code, without.stderr]).toEqual([
      2,
      expect.stringContaining("'b' [1,3]. Give it as file.npy, a picture, constant:0.5 or zeros: --input b=zeros"),
    ]);
    expect((await run('--input', 'b')).stderr).toContain('--input: must be name=file.npy, name=picture, ');
    expect((await convscope('inspect', 'two.prototxt')).stdout).toContain('input a [1,2], b [1,3]');
  });

  test('inspect', async () => {
    const { stdout, code } = await convscope('inspect', 'tiny.prototxt', '--json');
    expect(code).toBe(0);
    const report = JSON.parse(stdout);
    expect(report.layers.map((l: { name: string }) => l.name)).toEqual(['conv', 'relu', 'fc', 'prob']);
    // 3·25·4+4 and 4·16·20·3+3.
    expect(report.parameters).toBe(304 + 3843);
    expect(report.macs).toBe(4 * 16 * 20 * 75 + 3840);
  });

  test('render: a picture of the net’s size, its records, and a recipe that reproduces it', async () => {
    const render = ['render', 'tiny.safetensors', '--mean', '104,117,123', '--adapter', 'software'];
    const first = await convscope(
      ...render,
      '--unit',
      'conv:2:3,4',
      '--steps',
      '9',
      '--seeds',
      '0,5',
      '--decay',
      '0.01',
      '--out',
      out('a.png'),
      '--records',
      out('a.json'),
      '--save-recipe',
      out('recipe.json'),
      '--json',
    );
    expect([first.code, first.stderr]).toEqual([0, first.stderr]);
    expect(JSON.parse(first.stdout).outcomes.length).toBe(2);
    expect(JSON.parse(readFileSync(out('a.json'), 'utf8')).records[1].length).toBe(9);
    const { width, height } = await sharp(out('a.png')).metadata();
    expect([width, height]).toEqual([24 * 2 + 2, 20]);
    const again = await convscope(...render, '--recipe', out('recipe.json'), '--out', out('b.png'));
    expect(again.code).toBe(0);
    expect(readFileSync(out('b.png')).equals(readFileSync(out('a.png')))).toBe(true);
  });

  test('render: a class of an embedded net becomes the strongest by what is taken where nothing is said', async () => {
    const render = ['render', 'mini-caffenet', '--adapter', 'software', '--out', out('c.png'), '--steps', '30'];
    const { code, stdout, stderr } = await convscope(...render, '--unit', 'fc8:3', '--json');
    expect([code, stderr]).toEqual([0, stderr]);
    const { recipe, outcomes } = JSON.parse(stdout);
    expect(recipe).toMatchObject({
      objective: { name: 'sum', of: [{ name: 'logProbability', class: 3 }, { name: 'scale' }] },
      params: { name: 'pixels', start: 'coarse', statistics: 'world' },
    });
    expect(outcomes[0].majority).not.toBeUndefined();
    const channel = await convscope(...render, '--unit', 'conv5:36', '--snapshot', 'majority');
    expect([channel.code, channel.stderr]).toEqual([
      2,
      expect.stringContaining(
        '--snapshot: majority is the first image whose unit leads its layer, and conv5:36 is not',
      ),
    ]);
  });

  test('render takes a stored study for another unit', async () => {
    const how = ['--mean', '104,117,123', '--adapter', 'software', '--steps', '1', '--out', out('u.png'), '--json'];
    const render = (...args: string[]) => convscope('render', 'tiny.safetensors', ...how, ...args);
    await render('--unit', 'fc:1', '--save-recipe', out('class.json'));
    const { stdout } = await render('--recipe', out('class.json'), '--unit', 'prob:2');
    expect(JSON.parse(stdout).recipe.objective).toEqual({
      name: 'sum',
      of: [
        { name: 'logProbability', class: 2 },
        { name: 'scale', by: 0.05, of: [{ name: 'logit', class: 2 }] },
      ],
    });
  });

  test('top: the best pictures of a folder, montages, and a search that goes on', async () => {
    mkdirSync(out('set/below'), { recursive: true });
    const rng = createRng(3);
    for (let i = 0; i < 7; i++) {
      const data = Uint8Array.from({ length: 20 * 24 * 3 }, () => rng.uniform() * 256);
      const file = out(i < 4 ? `set/${i}.png` : `set/below/${i}.png`);
      await sharp(data, { raw: { width: 24, height: 20, channels: 3 } }).toFile(file);
    }
    const top = [
      'top',
      'tiny.safetensors',
      '--mean',
      '104,117,123',
      '--adapter',
      'software',
      '--k',
      '4',
      '--batch',
      '3',
    ];
    const units = ['--unit', 'conv:2,fc:1', '--unit', 'conv:0'];
    const first = await convscope(...top, 'set', ...units, '--out', 'found', '--json');
    expect([first.code, first.stderr]).toEqual([0, first.stderr]);
    const { units: written, ...about } = JSON.parse(first.stdout);
    expect(about).toMatchObject({ model: 'tiny', scanned: 7, images: 7, complete: true, state: 'found/top.json' });
    expect(written.map((u: { unit: string }) => u.unit)).toEqual(['conv:2', 'conv:0', 'fc:1']);
    for (const { files, top: best } of written) {
      expect(best.length).toBe(4);
      expect(best.every((t: { agrees: boolean; image: string }) => t.agrees && t.image.startsWith('set'))).toBe(true);
      const sizes = await Promise.all([files.max, files.projection].map((file) => sharp(out(file)).metadata()));
      expect(sizes[0].width).toBe(sizes[1].width);
    }
    // Crops of 5 pixels are enlarged 24 times, two in a row.
    expect((await sharp(out('found/conv_0002_max.png')).metadata()).width).toBe(2 * 5 * 24 + 2);
    const whole = readFileSync(out('found/top.json'), 'utf8');
    expect(parseTopImages(whole).layers.map((l) => l.layer)).toEqual(['conv', 'fc']);

    // The first four pictures, as if it had been interrupted there; then all.
    const part = ['set/0.png', 'set/1.png', 'set/2.png', 'set/3.png'];
    await convscope(...top, ...part, '--layer', 'conv,fc', '--out', 'part');
    const rest = await convscope(...top, ...part, 'set/below', '--layer', 'conv,fc', '--out', 'part', '--resume');
    expect(rest.stdout).toContain('7 pictures, 2 layers: part/top.json');
    const found = parseTopImages(readFileSync(out('part/top.json'), 'utf8'));
    expect(topOf(found, 'fc', 2).map((t) => t.value)).toEqual(
      topOf(parseTopImages(whole), 'fc', 2).map((t) => t.value),
    );
  });

  test('top in shards, merged in any order, writes the file of the whole search', async () => {
    const top = ['top', 'mini-caffenet', 'world:0-22', '--k', '3', '--layer', 'conv5,fc8', '--batch', '4', '--json'];
    await convscope(...top, '--out', 'whole');
    const parts = [3, 1, 2].map((i) => `parts/top-${i}-of-3.json`);
    for (const i of [1, 2, 3]) {
      const { code, stdout } = await convscope(...top, '--out', 'parts', '--shard', `${i}/3`);
      expect([code, JSON.parse(stdout)]).toMatchObject([
        0,
        { shard: `${i}/3`, complete: true, scanned: i < 2 ? 7 : 8 },
      ]);
    }
    const merged = await convscope('merge', ...parts, '--out', 'merged');
    expect(merged.stdout).toMatch(/^23 pictures, 2 layers: merged\/top\.json\n/);
    const whole = readFileSync(out('whole/top.json'), 'utf8');
    expect(readFileSync(out('merged/top.json'), 'utf8')).toBe(whole);
    const [first, second] = parts;
    const missing = await convscope('merge', first, second);
    expect([missing.code, missing.stderr]).toEqual([
      2,
      'convscope: merge: pictures 7 to 14 of 23 are in none of the parts; search them too, and give all parts\n',
    ]);
    const twice = await convscope('merge', first, second, first);
    expect(twice.stderr).toContain(`${first}: merge: images 15 to 22 have been scanned in both parts`);
    const none = await convscope('merge', 'whole/top.json');
    expect(none.stderr).toContain(
      'whole/top.json: merge: it is no part of a search; give files that convscope top --shard',
    );
    const wrong = await convscope(...top, '--shard', '4/3');
    expect(wrong.stdout).toContain("--shard: must be i/n with i from 1 to n, as in 3/7, got '4/3'");
  });

  test('top: an interrupt keeps the search', async () => {
    const args = [
      'top',
      'tiny.safetensors',
      'world:0-9999',
      '--batch',
      '1',
      '--adapter',
      'software',
      '--out',
      'stopped',
    ];
    const run = spawn(process.execPath, [CLI, ...args, '--json'], { cwd: folder });
    // The folder is made right before the search begins.
    while (!existsSync(out('stopped'))) await new Promise((done) => setTimeout(done, 50));
    await new Promise((done) => setTimeout(done, 1500));
    const ended = new Promise<number | null>((done) => run.on('exit', done));
    run.kill('SIGINT');
    expect(await ended).toBe(130);
    const { scanned, complete } = parseTopImages(readFileSync(out('stopped/top.json'), 'utf8'));
    expect([complete, scanned < 10_000]).toEqual([false, true]);
  });

  test('top over all layers leaves those without units out, and says so', async () => {
    const net = `name: "mixed" input: "data" input_dim: 1 input_dim: 3 input_dim: 16 input_dim: 16
      layer { name: "pool" type: "Pooling" bottom: "data" top: "pool" pooling_param { pool: MAX kernel_size: 4 stride: 4 } }
      layer { name: "tokens" type: "Reshape" bottom: "pool" top: "tokens" reshape_param { shape { dim: 0 dim: 3 dim: 16 } } }
      layer { name: "flat" type: "Flatten" bottom: "tokens" top: "flat" }`;
    writeFileSync(out('mixed.prototxt'), net);
    const args = [
      'top',
      'mixed.prototxt',
      'world:0-1',
      '--k',
      '1',
      '--out',
      'mixed',
      '--adapter',
      'software',
      '--json',
    ];
    const { code, stdout, stderr } = await convscope(...args);
    expect([code, stderr]).toEqual([
      0,
      expect.stringContaining("left out 1 layers without units: 'tokens' is [1,3,16]"),
    ]);
    expect(JSON.parse(stdout).without.map(({ layer }: { layer: string }) => layer)).toEqual(['tokens']);
    const top = parseTopImages(readFileSync(out('mixed/top.json'), 'utf8'));
    expect(top.layers.map(({ layer }) => layer)).toEqual(['pool', 'flat']);
  });

  test('top and merge name units that no picture or few pictures activate', async () => {
    const net = `name: "quiet" input: "data" input_dim: 1 input_dim: 3 input_dim: 16 input_dim: 16
      layer { name: "shut" type: "Power" bottom: "data" top: "shut" power_param { scale: 0 shift: -1 } }
      layer { name: "relu" type: "ReLU" bottom: "shut" top: "relu" }`;
    writeFileSync(out('quiet.prototxt'), net);
    const top = ['top', 'quiet.prototxt', 'world:0-2', '--layer', 'relu,shut', '--adapter', 'software'];
    const { stdout } = await convscope(...top, '--out', 'quiet');
    const lines = [
      'the set has 3 pictures, fewer than the 9 to keep for each unit',
      'no picture activates 3 units: relu:0, relu:1, relu:2',
    ].join('\n');
    expect(stdout).toBe(`3 pictures, 2 layers: quiet/top.json\n${lines}\n`);
    const again = JSON.parse((await convscope(...top, '--out', 'quiet', '--resume', '--json')).stdout);
    expect(again.quiet).toEqual([{ layer: 'relu', dead: [0, 1, 2], few: [] }]);
    await convscope(...top, '--out', 'quiet', '--shard', '1/1');
    const merged = await convscope('merge', 'quiet/top-1-of-1.json', '--out', 'quiet');
    expect(merged.stdout).toBe(stdout);
  });

  test('render of a unit that no start wakes writes no picture, says so, and fails', async () => {
    const net = `name: "dead" input: "data" input_dim: 1 input_dim: 3 input_dim: 16 input_dim: 16
      layer { name: "shut" type: "Power" bottom: "data" top: "shut" power_param { scale: 0 shift: -1 } }
      layer { name: "relu" type: "ReLU" bottom: "shut" top: "relu" }`;
    writeFileSync(out('dead.prototxt'), net);
    const { code, stdout, stderr } = await convscope(
      ...['render', 'dead.prototxt', '--unit', 'relu:0', '--out', 'dead.png', '--adapter', 'software', '--json'],
    );
    expect(code).toBe(1);
    expect(stderr).toContain('relu:0: its gradient is exactly zero at the start from seed 0');
    expect(stderr).toContain('relu:0 has no preferred image; dead.png is not written');
    const { out: written, outcomes } = JSON.parse(stdout);
    expect([written, outcomes[0].start.by, existsSync(out('dead.png'))]).toEqual([null, 'dead', false]);
  });

  test('what is made with drawn weights is marked: in pictures, in JSON and in the file of the weights', async () => {
    const common = ['--seeded-weights', '3', '--adapter', 'software', '--json'];
    const made = (net: string, ...more: string[]) =>
      convscope(
        'render',
        net,
        '--unit',
        'fc:1',
        '--steps',
        '2',
        '--out',
        `${net}.png`,
        ...more,
        '--adapter',
        'software',
        '--json',
      );
    const [plain, drawn] = [await made('tiny.safetensors'), await made('tiny.prototxt', '--seeded-weights', '3')];
    expect(drawn.stderr).toContain("seeded weights, not trained: 'tiny' was never trained");
    expect([JSON.parse(plain.stdout).weights, JSON.parse(drawn.stdout).weights]).toEqual([
      undefined,
      'seeded weights, not trained',
    ]);
    const height = async (file: string) => (await sharp(out(file)).metadata()).height;
    expect(await height('tiny.safetensors.png')).toBe(20);
    expect(await height('tiny.prototxt.png')).toBeGreaterThan(20);
    const [{ weights }] = JSON.parse((await convscope('classify', 'tiny.prototxt', 'world:0', ...common)).stdout);
    expect(weights).toBe('seeded weights, not trained');
    const top = ['top', 'tiny.prototxt', 'world:0-3', '--unit', 'conv:1', '--k', '1', '--out', 'drawn', ...common];
    const found = JSON.parse((await convscope(...top)).stdout);
    expect(found.weights).toBe('seeded weights, not trained');
    expect(JSON.parse(readFileSync(out(found.state), 'utf8')).weights).toBe('seeded weights, not trained');
    await convscope('run', 'tiny.prototxt', 'world:0', '--out', 'drawn.safetensors', ...common);
    const { metadata } = readTensors(new Uint8Array(readFileSync(out('drawn.safetensors'))));
    expect(metadata.get('weights')).toBe('seeded weights, not trained');
    // One tile of five pixels, enlarged 24 times: square but for the mark.
    const { width, height: tall } = await sharp(out(found.units[0].files.max)).metadata();
    expect([width, tall > width]).toEqual([120, true]);
  });

  test('render starts a dead unit from the picture that it likes best', async () => {
    // Open where the mean of the red channel is above 200.
    const net = `name: "bright" input: "data" input_dim: 1 input_dim: 3 input_dim: 16 input_dim: 16
      layer { name: "mean" type: "Pooling" bottom: "data" top: "mean" pooling_param { pool: AVE global_pooling: true } }
      layer { name: "shift" type: "Power" bottom: "mean" top: "shift" power_param { shift: -200 } }
      layer { name: "open" type: "ReLU" bottom: "shift" top: "open" }
      layer { name: "power" type: "Power" bottom: "open" top: "power" power_param { scale: 2 } }
      layer { name: "relu" type: "ReLU" bottom: "power" top: "relu" }`;
    writeFileSync(out('bright.prototxt'), net);
    for (const value of [90, 220, 250, 30]) {
      const background = { r: value, g: value, b: value };
      await sharp({ create: { width: 16, height: 16, channels: 3, background } })
        .png()
        .toFile(out(`${value}.png`));
    }
    const args = ['render', 'bright.prototxt', '--unit', 'relu:0', '--steps', '3', '--adapter', 'software', '--json'];
    const pictures = ['--start-pictures', '90.png,220.png,250.png,30.png'];
    const { code, stdout } = await convscope(
      ...args,
      ...pictures,
      '--out',
      'bright.png',
      '--save-recipe',
      'bright.json',
    );
    expect([code, JSON.parse(stdout).outcomes[0].start]).toMatchObject([0, { by: 'picture', picture: '250.png' }]);
    const again = ['--recipe', 'bright.json', '--out', 'again.png'];
    expect((await convscope(...args, ...pictures, ...again)).code).toBe(0);
    expect(readFileSync(out('again.png')).equals(readFileSync(out('bright.png')))).toBe(true);
    const without = await convscope(...args, ...again);
    expect([without.code, JSON.parse(without.stdout).error.message]).toEqual([
      2,
      expect.stringContaining("an image starts from picture '250.png', which is not among those given"),
    ]);
  });

  test('a text without weights is inspected, and nothing else', async () => {
    const inspected = await convscope('inspect', 'tiny.prototxt');
    expect([inspected.code, inspected.stdout]).toEqual([0, expect.stringContaining('without weights')]);
    const x = 'x.png';
    for (const args of [
      ['classify', 'tiny.prototxt'],
      ['top', 'tiny.prototxt'],
      ['run', 'tiny.prototxt', 'world:0', '--out', x],
      ['grad', 'tiny.prototxt', 'world:0', '--unit', 'fc:1', '--out', x],
      ['render', 'tiny.prototxt', '--unit', 'fc:1', '--out', x],
      ['convert', 'tiny.prototxt', '--out', x],
    ]) {
      const { code, stdout, stderr } = await convscope(...args);
      expect([args[0], code, stdout]).toEqual([args[0], 1, '']);
      expect(stderr).toContain("'tiny' has no weights. A .prototxt describes the layers of a net, but not its weights");
      expect(stderr).toContain('deploy.prototxt,weights.caffemodel');
    }
    expect(existsSync(out(x))).toBe(false);
  });

  test('convert, then the converted file is the same net', async () => {
    expect(
      (await convscope('convert', 'tiny.prototxt', '--seeded-weights', '0', '--out', out('converted.safetensors')))
        .code,
    ).toBe(0);
    const seeded = ['--seeded-weights', '0', '--json'];
    const a = JSON.parse((await convscope('inspect', 'tiny.prototxt', ...seeded)).stdout);
    const b = JSON.parse((await convscope('inspect', out('converted.safetensors'), '--json')).stdout);
    expect(b).toEqual(a);
  });

  for (const [name, args, message] of [
    [
      'an image that is none',
      ['classify', 'tiny.safetensors', 'not-an-image.png'],
      /not-an-image\.png: .*unsupported image format/,
    ],
    ['a model that is not there', ['inspect', 'absent.onnx'], /cannot read absent\.onnx/],
    ['a layer that does not exist', ['grad', 'tiny.safetensors', 'x.png', '--unit', 'cnv:1', '--out', 'g'], /x\.png/],
    [
      'a unit that is none',
      ['render', 'tiny.safetensors', '--unit', 'conv', '--out', 'x.png'],
      /'conv' is not layer:channel/,
    ],
    [
      'a channel outside',
      ['render', 'tiny.safetensors', '--unit', 'conv:4', '--out', 'x.png'],
      /channel 4 is outside layer 'conv'/,
    ],
    [
      'top of a folder without pictures',
      ['top', 'tiny.safetensors', 'empty', '--unit', 'conv:1'],
      /there are no \.jpg, \.png, .* files in empty/,
    ],
    ['top of a channel outside', ['top', 'tiny.safetensors', '--unit', 'conv:4'], /channel 4 is outside layer 'conv'/],
    [
      'top without a search',
      ['top', 'tiny.safetensors', '--resume', '--out', 'no'],
      /--resume: cannot read no\/top\.json/,
    ],
    [
      'a preset that is none',
      ['render', 'tiny.safetensors', '--unit', 'conv:1', '--preset', '7', '--out', 'x.png'],
      /No preset '7'/,
    ],
  ] as const) {
    test(`${name}: one line, a code, no stack`, async () => {
      const { code, stderr } = await convscope(...args);
      expect(code).toBeGreaterThan(0);
      expect(stderr).toMatch(message);
      // Dawn may report a driver it refuses, with places in its own source; ours would be in JavaScript.
      expect(stderr).not.toMatch(/\.js:\d+/);
    });
  }
});

describeWithData('convscope on real weights', () => {
  test('classify', async () => {
    const image = join(data, 'squeezenet_v1.1/ref/crop_coffee.png');
    const { stdout } = await convscope(
      'classify',
      squeezenet,
      image,
      ...caffe,
      '--labels',
      join(data, 'labels/synset_words.txt'),
      '--json',
    );
    expect(JSON.parse(stdout)[0].top[0].label).toBe('espresso');
  });

  test('a known net is recognised from its files, and says so; --no-recognise leaves it a guess, and says so', async () => {
    const image = join(data, 'squeezenet_v1.1/ref/crop_coffee.png');
    const args = ['classify', squeezenet, image, '--adapter', 'software', '--json'];
    const known = await convscope(...args);
    expect(known.stderr).toContain(
      'recognised by its weights as SqueezeNet v1.1: BGR, mean 104,117,123, 1000 class names',
    );
    expect(known.stderr).not.toContain('guess');
    const given = await convscope(...args, ...caffe, '--labels', join(data, 'labels/synset_words.txt'));
    const best = ({ stdout }: Result) => JSON.parse(stdout)[0].top[0];
    expect(best(known)).toEqual({ ...best(given), label: 'espresso' });
    const unknown = await convscope(...args, '--no-recognise');
    expect(unknown.stderr).toMatch(
      /does not state its preprocessing.*a guess. Set it with --mean, --scale and --order/,
    );
    expect(best(unknown).label).toMatch(/^class \d+$/);
  });

  test('run and grad write the golden numbers', async () => {
    const image = join(data, 'squeezenet_v1.1/ref/crop_chelsea.png');
    await convscope(
      'run',
      squeezenet,
      image,
      ...caffe,
      '--layers',
      'pool1,fire9/concat',
      '--out',
      out('acts.safetensors'),
    );
    const { tensors } = readTensors(readFileSync(out('acts.safetensors')));
    expect([...tensors.keys()].sort()).toEqual(['fire9/concat', 'pool1']);
    const golden = npy(join(data, 'squeezenet_v1.1/ref/blob_chelsea_fire9__concat.npy'));
    expect(relativeL2(tensors.get('fire9/concat')?.data ?? [], golden.data)).toBeLessThan(1e-5);

    await convscope(
      'grad',
      squeezenet,
      image,
      ...caffe,
      '--unit',
      'fire8/relu_expand3x3:74:5,3',
      '--mode',
      'deconv',
      '--out',
      out('g.safetensors'),
    );
    const grad = readTensors(readFileSync(out('g.safetensors'))).tensors.get('grad');
    const want = npy(join(data, 'squeezenet_v1.1/grad/fire8__relu_expand3x3_74_5_3_deconv.npy'));
    expect(grad?.shape).toEqual([1, 3, 227, 227]);
    expect(relativeL2(grad?.data ?? [], want.data)).toBeLessThan(1e-4);
  });
});
