// Cached folders: made once, whole or not at all, repaired when damaged.
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { cachedFolder, cacheRoot } from './cache.js';

let home: string;
let fills: number;
const fill = async (folder: string) => {
  fills++;
  await writeFile(join(folder, 'library.so'), 'native code');
};

beforeEach(async () => {
  fills = 0;
  home = await mkdtemp(join(tmpdir(), 'convscope-cache-'));
  vi.stubEnv('XDG_CACHE_HOME', home);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(home, { recursive: true });
});

test('a folder is filled once and found afterwards', async () => {
  const folder = await cachedFolder('driver-1', fill);
  expect(folder).toBe(join(home, 'convscope', 'driver-1'));
  expect(await cachedFolder('driver-1', fill)).toBe(folder);
  expect(fills).toBe(1);
});

test('several that fill at once end with one whole folder and nothing else', async () => {
  const folders = await Promise.all(Array.from({ length: 8 }, () => cachedFolder('driver-1', fill)));
  expect(new Set(folders).size).toBe(1);
  expect(await readFile(join(folders[0], 'library.so'), 'utf8')).toBe('native code');
  expect(await readdir(await cacheRoot())).toEqual(['driver-1']);
});

test.each([
  ['lost', (file: string) => rm(file)],
  ['cut short', (file: string) => truncate(file, 3)],
])('a folder with a file %s is made again', async (_, damage) => {
  const folder = await cachedFolder('driver-1', fill);
  await damage(join(folder, 'library.so'));
  await cachedFolder('driver-1', fill);
  expect(fills).toBe(2);
  expect(await readFile(join(folder, 'library.so'), 'utf8')).toBe('native code');
});

test('a fill that fails leaves nothing behind', async () => {
  const broken = cachedFolder('driver-1', () => Promise.reject(new Error('archive is cut short')));
  await expect(broken).rejects.toThrow('archive is cut short');
  expect(await readdir(await cacheRoot())).toEqual([]);
});
