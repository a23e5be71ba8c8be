// What the command takes and refuses: pictures, arrays, further inputs, names of classes, places to write to. And what it says.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { create } from 'tar';
import { beforeAll, describe, expect, test } from 'vitest';
import { readNpy, readTensors } from '../src/importers/index.js';
import { parseTopImages } from '../src/methods/topImages.js';
import { createFilter } from '../src/node/quiet.js';
import { worldImage } from '../train/world/index.js';
import { relativeL2 } from './support/close.js';
import { commandFolder } from './support/command.js';
import { describeWithData, sharedData } from './support/shared.js';

const { at, convscope } = commandFolder();
const mini = (command: string, ...args: string[]) =>
  convscope(command, 'mini-caffenet', ...args, '--adapter', 'software');
const tensor = (file: string, name: string) => readTensors(readFileSync(at(file))).tensors.get(name);

describe('what the command says', () => {
  test('nothing on stderr but its own words: what drivers say at every start is left out', async () => {
    const { code, stderr } = await mini('classify', 'world:0', '--json');
    expect([code, stderr]).toEqual([0, '']);
  });

  test('lines of drivers that mean something are kept', () => {
    const shown = createFilter();
    const lines = [
      'error: XDG_RUNTIME_DIR is invalid or not set in the environment.',
      'Warning: Vulkan shaderUniform*ArrayDynamicIndexing required.',
      ' - While initializing adapter (backend=BackendType::Vulkan)',
      '    at InitializeImpl (/home/dawn/PhysicalDeviceVk.cpp:257)',
      '',
      'Warning: maxDynamicUniformBuffersPerPipelineLayout artificially reduced from 1000000 to 16 to fit dynamic offset allocation limit.',
      'Error: device lost',
      '    at submit (/home/dawn/Queue.cpp:7)',
      'convscope: a sentence of its own',
    ];
    expect(lines.filter(shown)).toEqual(lines.slice(6));
  });

  test('the help of a command marks what is required and lists the exit codes', async () => {
    const { stdout } = await convscope('grad', '--help');
    const words = stdout.replace(/\s+/g, ' ');
    expect(words).toMatch(/--unit <unit> .*\(required\) --mode/);
    expect(words).toMatch(/--out <file> [^-]*\(required\)/);
    expect(words).toContain('Exit codes: 0 fine, 1 the run failed');
    expect(words).toContain('background of transparent pictures: white (default)');
  });
});

describe('places to write to are checked before anything is computed', () => {
  for (const [what, args, message] of [
    [
      'a folder that is not there',
      ['render', '--unit', 'fc8:1', '--out', 'no/x.png'],
      '--out: the folder no of no/x.png does not exist',
    ],
    [
      'records in a folder that is not there',
      ['render', '--unit', 'fc8:1', '--out', 'x.png', '--records', 'no/t.json'],
      '--records: the folder no of',
    ],
    [
      'a picture of no known format',
      ['render', '--unit', 'fc8:1', '--out', 'x.gif'],
      '--out: x.gif must end with .png, .jpg, .jpeg, .webp, .avif',
    ],
    ['a folder in place of a file', ['grad', 'world:1', '--unit', 'fc8:1', '--out', '.'], '--out: . is a folder'],
    ['run', ['run', 'world:1', '--out', 'no/x'], '--out: the folder no of no/x does not exist'],
    ['convert', ['convert', '--out', 'no/x'], '--out: the folder no of no/x does not exist'],
  ] as const) {
    test(what, async () => {
      const [command, ...rest] = args;
      const { code, stderr } = await convscope(command, 'mini-caffenet', ...rest);
      expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
      expect(stderr).not.toContain('.part');
    });
  }

  test.each([
    ['x.jpg', 'jpeg'],
    ['x.webp', 'webp'],
    ['x.avif', 'heif'],
  ])('%s is what its name says', async (name, format) => {
    expect((await mini('render', '--unit', 'fc8:1', '--steps', '1', '--out', name)).code).toBe(0);
    expect((await sharp(at(name)).metadata()).format).toBe(format);
  });

  test('.npy is what the net was given, which `run` takes', async () => {
    expect(
      (await mini('render', '--unit', 'fc8:1', '--steps', '2', '--seeds', '0,1', '--out', 'x.npy', '--json')).code,
    ).toBe(0);
    expect(readNpy(readFileSync(at('x.npy'))).shape).toEqual([2, 3, 64, 64]);
    expect((await mini('run', 'x.npy', '--out', 'x.st')).code).toBe(0);
    expect(tensor('x.st', 'prob')?.shape).toEqual([2, 20]);
  });
});

describe('sets of pictures', () => {
  beforeAll(async () => {
    mkdirSync(at('set'));
    const picture = sharp({ create: { width: 64, height: 64, channels: 3, background: 'teal' } });
    for (const name of ['a.png', 'c.gif', 'd.bmp.png', 'e.jpg']) await picture.clone().toFile(at(`set/${name}`));
    writeFileSync(at('set/b.jpg'), 'no picture');
  });

  test('top names and skips what it cannot read, goes on past it, and fails with --strict', async () => {
    const { code, stdout, stderr } = await mini('top', 'set', '--layer', 'fc8', '--out', 'found', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ scanned: 5, skipped: ['set/b.jpg'], complete: true });
    expect(stderr).toContain(
      'skipped: set/b.jpg: Input buffer contains unsupported image format; supported are PNG, JPEG, WebP, GIF, AVIF, TIFF and BMP',
    );
    expect(stderr).toContain('1 of 5 pictures could not be read and were skipped');
    const { layers, skipped } = parseTopImages(readFileSync(at('found/top.json'), 'utf8'));
    expect(skipped).toEqual(['set/b.jpg']);
    expect(layers[0].images.slice(0, 4)).not.toContain('set/b.jpg');
    const strict = await mini('top', 'set', '--layer', 'fc8', '--out', 'strict', '--strict');
    expect([strict.code, strict.stderr]).toEqual([1, expect.stringContaining('set/b.jpg: ')]);
  });

  test('lists, archives and Parquet files are searched like files, in parts and with montages too', async () => {
    mkdirSync(at('many'));
    const names = ['a.png', 'b.png', 'c.png'];
    for (const [i, name] of names.entries()) {
      const { data, width, height } = worldImage(2, i);
      await sharp(data, { raw: { width, height, channels: 4 } }).toFile(at(`many/${name}`));
    }
    await create({ file: at('many.tar'), cwd: at('many') }, names);
    writeFileSync(at('many.txt'), names.map((name) => `many/${name}`).join('\n'));
    cpSync(resolve(import.meta.dirname, 'parquet/binary.parquet'), at('rows.parquet'));
    const search = async (...args: string[]) => {
      const { code, stderr } = await mini('top', ...args, '--layer', 'fc8', '--k', '2', '--batch', '2');
      expect([code, stderr]).toEqual([0, '']);
    };
    const found = (file: string) => parseTopImages(readFileSync(at(file), 'utf8')).layers[0];
    for (const source of ['many', 'many.tar', 'many.txt']) await search(source, '--out', `of-${source}`);
    const { values, images } = found('of-many/top.json');
    expect(found('of-many.tar/top.json').values).toEqual(values);
    expect(found('of-many.tar/top.json').images).toEqual(images.map((id) => String(id).replace('many/', 'many.tar/')));
    expect(found('of-many.txt/top.json')).toEqual(found('of-many/top.json'));
    const all = ['many.tar', 'rows.parquet'];
    await search(...all, '--out', 'all');
    for (const part of ['1/2', '2/2']) await search(...all, '--out', 'parts', '--shard', part);
    await convscope('merge', 'parts/top-2-of-2.json', 'parts/top-1-of-2.json', '--out', 'merged');
    expect(found('merged/top.json')).toEqual(found('all/top.json'));
    await search(...all, '--out', 'merged', '--resume', '--unit', 'fc8:3');
    expect((await sharp(at('merged/fc8_0003_max.png')).metadata()).format).toBe('png');
  });

  test('classify and run do so too, and take folders and ranges of the toy world', async () => {
    const classified = await mini('classify', 'set', 'world:3-5', '--json');
    const images = JSON.parse(classified.stdout).map((r: { image: string }) => r.image);
    expect([classified.code, images]).toEqual([
      0,
      ['a.png', 'c.gif', 'd.bmp.png', 'e.jpg'].map((f) => `set/${f}`).concat('world:3', 'world:4', 'world:5'),
    ]);
    const run = await mini('run', 'set/b.jpg', 'world:3-4', '--out', 'r.st', '--json');
    expect([run.code, JSON.parse(run.stdout)]).toMatchObject([
      0,
      { images: ['world:3', 'world:4'], skipped: ['set/b.jpg'] },
    ]);
    expect(tensor('r.st', 'prob')?.shape).toEqual([2, 20]);
    const none = await mini('classify', 'set/b.jpg');
    expect([none.code, none.stdout]).toEqual([1, '']);
  });
});

describe('units', () => {
  test('a class by its name, with a layer or without, and its nearest name where there is none', async () => {
    const render = (unit: string) => mini('render', '--unit', unit, '--steps', '1', '--out', 'u.png', '--json');
    const units = [];
    for (const unit of ['fish', 'fc8:Fish', 'prob:fish'])
      units.push(JSON.parse((await render(unit)).stdout).recipe.objective.of[0]);
    expect(units).toEqual(Array(3).fill({ name: 'logProbability', class: 3 }));
    const wrong = await render('fc8:fihs');
    expect([wrong.code, wrong.stdout]).toEqual([2, expect.stringContaining("No class 'fihs'. Did you mean 'fish'?")]);
    const elsewhere = await render('conv1:fish');
    expect([elsewhere.code, elsewhere.stdout]).toEqual([2, expect.stringContaining("layer 'conv1' has 32 channels")]);
  });

  test('a unit that is zero: grad warns, names the channel’s greatest place, and exits with 1', async () => {
    const grad = (unit: string) => mini('grad', 'world:3', '--unit', unit, '--out', 'g.st', '--json');
    const zero = await grad('relu5:36:0,0');
    const { norm, greatest } = JSON.parse(zero.stdout);
    expect([zero.code, norm]).toEqual([1, 0]);
    expect(zero.stderr).toContain(
      `the unit is 0 in this picture. Its channel has its maximum, ${greatest.value}, at relu5:36:${greatest.at}`,
    );
    const there = await grad(`relu5:36:${greatest.at.join(',')}`);
    expect(there.code).toBe(0);
    expect(JSON.parse(there.stdout).norm).toBeGreaterThan(0);
  });

  test('a preset that is none: no suggestion that is as far away as any other', async () => {
    const { code, stderr } = await convscope(
      'render',
      'mini-caffenet',
      '--unit',
      'fc8:1',
      '--preset',
      '9',
      '--out',
      'x.png',
    );
    expect(code).toBe(2);
    expect(stderr).toContain("No preset '9'. Known: accentuation, blur");
  });
});

describe('a transparent picture', () => {
  test('is laid on white, or on --background', async () => {
    const channels = 4;
    await sharp({ create: { width: 64, height: 64, channels, background: { r: 200, g: 0, b: 0, alpha: 0.4 } } }).toFile(
      at('glass.png'),
    );
    const laid = { r: 233, g: 153, b: 153 };
    await sharp({ create: { width: 64, height: 64, channels: 3, background: laid } }).toFile(at('laid.png'));
    const data = async (...args: string[]) => {
      expect((await mini('run', ...args, '--layers', 'data', '--out', 'd.st')).code).toBe(0);
      return tensor('d.st', 'data')?.data ?? [];
    };
    const white = await data('glass.png');
    expect(white).toEqual(await data('laid.png'));
    expect(await data('glass.png', '--background', '#000000')).not.toEqual(white);
    const wrong = await mini('run', 'glass.png', '--background', 'pinkish', '--out', 'd.st');
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('--background: must be white, black')]);
  });
});

describe('options for files of ONNX', () => {
  test('--size, --until and --stored-statistics are refused for other files', async () => {
    for (const option of [['--size', '64x64'], ['--until', 'conv1'], ['--stored-statistics']]) {
      const { code, stderr } = await convscope('inspect', 'mini-caffenet', ...option);
      expect([code, stderr]).toEqual([2, expect.stringContaining(`${option[0]}: is for files of ONNX`)]);
    }
  });
});

describeWithData('the command on reports', () => {
  const report = (name: string) => join(sharedData() ?? '', 'reports', name);
  const run = (model: string, ...args: string[]) =>
    convscope('run', report(model), ...args, '--adapter', 'software', '--out', 'out.st', '--json');

  test('06: a picture for four channels is refused with what is missing; alpha where asked; numbers by name', async () => {
    const net = '06-channels-other-than-1-3/id4_64x96.onnx';
    const picture = report('06-channels-other-than-1-3/alpha.png');
    const refused = await run(net, picture);
    expect([refused.code, refused.stdout]).toEqual([
      1,
      expect.stringContaining(
        "'x' [1,4,64,96] takes 4 channels. If the fourth is alpha, say so (preprocessing.alpha, --alpha); else give numbers: --input x=file.npy",
      ),
    ]);
    expect((await run(net, picture, '--alpha')).code).toBe(0);
    const pixels = await sharp(picture).raw().toBuffer();
    const y = tensor('out.st', 'y')?.data ?? [];
    expect([0, 1, 2, 3].map((c) => y[c * 64 * 96 + 17])).toEqual([...pixels.subarray(17 * 4, 17 * 4 + 4)]);
    expect((await run(net, '--input', `x=${report('06-channels-other-than-1-3/id4_64x96.b1.in.x.npy')}`)).code).toBe(0);
    const want = readNpy(readFileSync(report('06-channels-other-than-1-3/id4_64x96.b1.out.y.npy')));
    expect(tensor('out.st', 'y')?.data).toEqual(want.data);
  });

  test('08: labels of every kind name the classes; another count is an error', async () => {
    const net = report('08-labels/bnphase.prototxt');
    const classify = (labels: string) =>
      convscope(
        'classify',
        net,
        report('08-labels/rgb.png'),
        '--seeded-weights',
        '1',
        '--labels',
        labels,
        '--top',
        '10',
        '--adapter',
        'software',
        '--json',
      );
    for (const name of ['l_dict.json', 'l.csv', 'l_idx.txt', 'l_list.json', 'imagenet_class_index.json']) {
      const { stdout } = await classify(report(`08-labels/${name}`));
      const [{ top }]: { top: { index: number; label: string }[] }[] = JSON.parse(stdout);
      expect([name, top.map(({ label }) => label)]).toEqual([name, top.map(({ index }) => `thing${index}`)]);
    }
    writeFileSync(
      at('twelve.txt'),
      Array.from({ length: 12 }, (_, i) => `name ${String.fromCharCode(97 + i)}`).join('\n'),
    );
    const { code, stdout } = await classify('twelve.txt');
    expect(code).toBe(1);
    expect(JSON.parse(stdout).error.message).toContain(
      "12 names for a net of 10 classes; the first is 'name a', the last 'name l'",
    );
  });

  test('09: both pictures of a siamese net, as arrays, pictures and numbers; what is missing is named', async () => {
    const net = '09-several-inputs/siamese.onnx';
    const [left, right] = ['left', 'right'].map((side) => report(`09-several-inputs/siamese.b1.in.${side}.npy`));
    const missing = await run(net, left);
    expect(missing.code).toBe(2);
    expect(JSON.parse(missing.stdout).error.message).toContain(
      "a further input: 'right' [1,1,28,28]. Give it as file.npy, a picture, constant:0.5 or zeros: --input right=zeros",
    );
    expect((await run(net, left, '--input', `right=${right}`, '--layers', '34,48')).code).toBe(0);
    for (const name of ['34', '48']) {
      const want = readNpy(readFileSync(report(`09-several-inputs/siamese.b1.out.${name}.npy`)));
      expect(relativeL2(tensor('out.st', name)?.data ?? [], Float32Array.from(want.data, Number))).toBeLessThan(1e-5);
    }
    const pair = await run(net, 'world:1-2', '--input', 'right=world:5', '--layers', '34');
    expect([pair.code, tensor('out.st', '34')?.shape]).toEqual([0, [2]]);
    const layer = JSON.parse((await convscope('inspect', report(net), '--json')).stdout).layers.find(
      (l: { shape: number[] }) => l.shape.length === 4,
    ).name;
    const device = ['--adapter', 'software'];
    const render = await convscope(
      'render',
      report(net),
      '--unit',
      `${layer}:1`,
      '--seeds',
      '0,1',
      '--steps',
      '2',
      '--input',
      'right=constant:0.5',
      '--out',
      's.png',
      ...device,
    );
    expect([render.code, render.stderr]).toEqual([0, render.stderr]);
    const top = await convscope(
      'top',
      report(net),
      'world:0-3',
      '--unit',
      `${layer}:1`,
      '--input',
      'right=zeros',
      '--out',
      'siamese',
      ...device,
    );
    expect([top.code, top.stderr]).toEqual([0, top.stderr]);
    const wrong = await run(net, left, '--input', 'rihgt=zeros');
    expect(JSON.parse(wrong.stdout).error.message).toContain(
      "has no input 'rihgt'; it has left [1,1,28,28], right [1,1,28,28]",
    );
  });
});
