// Which files a model may name: ordinary ones in its own folder, and no others.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { describeWithData, sharedData } from '../../test/support/shared.js';
import { ConvscopeError, ModelFileError } from '../core/errors.js';
import { fileBeside, readBytes } from './files.js';
import { loadModel } from './models.js';

let root = '';
let folder = '';
let model = '';

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'convscope-files-'));
  folder = join(root, 'nets');
  model = join(folder, 'net.onnx');
  mkdirSync(join(folder, 'parts'), { recursive: true });
  mkdirSync(join(root, 'nets-of-others'));
  for (const path of [model, join(folder, 'w.bin'), join(folder, 'parts', 'w.bin'), join(root, 'nets-of-others', 'w')])
    writeFileSync(path, path);
  writeFileSync(join(root, 'secret'), 'secret');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const read = (location: string): string => new TextDecoder().decode(fileBeside(model)(location));

describe('weights beside a model are read', () => {
  test.each([
    ['beside it', 'w.bin'],
    ['below it', 'parts/w.bin'],
    ['by a way around', './parts/../w.bin'],
    ['by a link that stays', 'inner'],
  ])('%s', (_where, location) => {
    symlinkSync('parts/w.bin', join(folder, 'inner'));
    expect(read(location)).toMatch(/w\.bin$/);
  });

  test('where the folder is reached by a link', () => {
    symlinkSync(folder, join(root, 'shortcut'));
    expect(new TextDecoder().decode(fileBeside(join(root, 'shortcut', 'net.onnx'))('w.bin'))).toMatch(/w\.bin$/);
  });

  test('where a cache keeps model and weights as links into one folder', () => {
    const snapshot = join(root, 'snapshot');
    mkdirSync(snapshot);
    for (const name of ['net.onnx', 'w.bin']) symlinkSync(join('..', 'nets', name), join(snapshot, name));
    expect(new TextDecoder().decode(fileBeside(join(snapshot, 'net.onnx'))('w.bin'))).toMatch(/w\.bin$/);
  });
});

describe('what a model may not name is refused', () => {
  test.each([
    ['the folder above', '../secret', /'\.\.\/secret' lies outside the model's folder/],
    ['by a way around', 'parts/../../secret', /lies outside/],
    ['as Windows writes it', '..\\secret', /lies outside/],
    ['a folder whose name begins alike', '../nets-of-others/w', /lies outside/],
    ['an absolute path', '/etc/passwd', /has an absolute path/],
    ['an absolute path of Windows', 'C:\\Windows\\win.ini', /has an absolute path/],
    ['a share of Windows', '\\\\server\\share\\w', /has an absolute path/],
    ['a link out of it', 'out', /'out' is a link that leaves the model's folder/],
    ['a link to a link out of it', 'out2', /is a link that leaves/],
    ['a file behind a folder that is a link', 'above/secret', /is a link that leaves/],
    ['a device by a link', 'null', /is a link that leaves/],
    ['a folder', 'parts', /'parts' is a folder, not a file/],
    ['its own folder', '.', /'\.' is a folder, not a file/],
    ['no name', '', /'' has an impossible name/],
    ['a name with a zero', 'w.bin\0', /'w\.bin\?' has an impossible name/],
    ['a pipe', 'pipe', /'pipe' is a pipe or a device, not a file/],
  ])('%s', (_what, location, expected) => {
    symlinkSync('../secret', join(folder, 'out'));
    symlinkSync('out', join(folder, 'out2'));
    symlinkSync('..', join(folder, 'above'));
    symlinkSync('/dev/null', join(folder, 'null'));
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    expect(() => fileBeside(model)(location)).toThrow(ModelFileError);
    expect(() => fileBeside(model)(location)).toThrow(expected);
  });

  test('what is not there is left to the importer to name', () => {
    symlinkSync('nowhere', join(folder, 'dangling'));
    for (const location of ['missing', 'missing/w.bin', 'w.bin/more', 'dangling'])
      expect(fileBeside(model)(location)).toBe(undefined);
  });
});

describe('a folder in place of a file', () => {
  test('that holds nets', async () => {
    const reading = readBytes(folder);
    await expect(reading).rejects.toThrow(ConvscopeError);
    await expect(reading).rejects.toThrow(`it is a folder. Name a file in it: ${model}`);
  });

  test('of another kind', async () => {
    await expect(readBytes(join(folder, 'parts'))).rejects.toThrow('it is a folder without a net');
    writeFileSync(join(folder, 'parts', 'saved_model.pb'), '');
    await expect(readBytes(join(folder, 'parts'))).rejects.toThrow(/TensorFlow SavedModel.*tf2onnx/);
  });
});

describeWithData('reports/17-importer-validation', () => {
  const report = (name: string) => join(sharedData() ?? '', 'reports/17-importer-validation', name, 'net.onnx');

  test('02-external-is-directory', async () => {
    copyFileSync(report('02-external-is-directory'), model);
    mkdirSync(join(folder, 'dir'));
    await expect(loadModel(model)).rejects.toThrow(ModelFileError);
    await expect(loadModel(model)).rejects.toThrow(/is a folder, not a file/);
  });

  test('03-external-symlink', async () => {
    copyFileSync(report('03-external-symlink'), model);
    symlinkSync('../secret', join(folder, 'link.bin'));
    await expect(loadModel(model)).rejects.toThrow(/'link\.bin' is a link that leaves the model's folder/);
  });
});
