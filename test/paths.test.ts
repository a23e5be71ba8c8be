// The files and folders of the repository that the documents name, other than in links (test/links.test.ts).
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');
const documents = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => `docs/${path}`),
];

/** Paths in text and code, without link targets and without paths that contain a placeholder. */
const pathsIn = (text: string): string[] =>
  [
    ...text
      .replace(/\]\([^)]*\)/g, ']')
      .matchAll(/(?<![\w./-])(?:src|test|docs|bench|train|examples|scripts)\/[\w./*<>-]*[\w*>]/g),
  ]
    .map(([path]) => path)
    .filter((path) => !/[*<>]/.test(path));

/** True for a file, a folder, or a file without its `.ts`, as `npx vitest run test/golden/importers` names it. */
const isThere = (path: string): boolean =>
  [path, `${path}.ts`, `${path}.test.ts`].some((candidate) => existsSync(join(ROOT, candidate)));

test.each(documents)('the paths that %s names exist', (document) => {
  const missing = pathsIn(readFileSync(join(ROOT, document), 'utf8')).filter((path) => !isThere(path));
  expect(missing).toEqual([]);
});

test('a path to a missing file is found, and placeholders and other paths are not', () => {
  const text =
    '[a](src/b.ts) `src/nowhere.ts`, src/kernels/<layer>/index.ts, `src/*.ts`, dist/src/x.ts, ../src/y.ts, docs/tour.md';
  expect(pathsIn(text)).toEqual(['src/nowhere.ts', 'docs/tour.md']);
  expect(pathsIn(text).filter((path) => !isThere(path))).toContain('src/nowhere.ts');
});
