// A part is one file and one line: the file exports the part, under its own name, and the room's index names it. A method is one
// file, one line and one page.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { attributionParts } from '../src/attribute/parts.js';
import type { AnyPart } from '../src/parts/part.js';
import { parts } from '../src/synthesize/parts.js';

const SRC = join(import.meta.dirname, '../src');
const DOCS = join(import.meta.dirname, '../docs');
const ROOMS = {
  objectives: 'objective',
  params: 'parameterization',
  transforms: 'transform',
  regularize: 'regularizer',
  optim: 'update rule',
  'attribute/rules': 'attribution rule',
  'attribute/methods': 'attribution method',
} as const;
const indices = import.meta.glob<Readonly<Record<string, AnyPart>>>(
  '../src/{objectives,params,transforms,regularize,optim,attribute/rules,attribute/methods}/index.ts',
  {
    eager: true,
  },
);

describe.each(Object.entries(ROOMS))('%s', (room, kind) => {
  const files = readdirSync(join(SRC, room))
    .filter((file) => file.endsWith('.ts') && !/\.(test|ref)\.ts$|^index\.ts$/.test(file))
    .filter((file) => readFileSync(join(SRC, room, file), 'utf8').includes('definePart({'))
    .map((file) => file.slice(0, -'.ts'.length));
  const registered = indices[`../src/${room}/index.ts`];

  test('every file with a part has its line in index.ts, and no other', () => {
    expect(Object.keys(registered).sort()).toEqual(files.sort());
  });

  test.each(files)('%s is called as its file, and can be named in a recipe or a flag', (name) => {
    const part = registered[name];
    expect(part.name).toBe(name);
    expect(part.kind).toBe(kind);
    expect(parts.get(kind, name)).toBe(part);
    if (kind === 'attribution rule') expect(attributionParts.get(kind, name)).toBe(part);
  });

  test.each(files)('%s says what it and its fields do', (name) => {
    const { text, fields } = registered[name];
    expect(text).toMatch(/^[A-Z].*\.$/);
    for (const [field, { text: words }] of Object.entries(fields)) expect(words, field).not.toBe('');
  });
});

describe('methods', () => {
  const pages = readdirSync(join(DOCS, 'methods')).map((page) => readFileSync(join(DOCS, 'methods', page), 'utf8'));
  const names = readFileSync(join(SRC, 'index.ts'), 'utf8');
  const files = readdirSync(join(SRC, 'methods'))
    .filter((file) => file.endsWith('.ts') && !/\.(test|ref)\.ts$/.test(file))
    .map((file) => ({
      file,
      opening: (/^(\/\/.*\n)+/.exec(readFileSync(join(SRC, 'methods', file), 'utf8')) ?? [''])[0],
    }));
  // What a method needs beside itself, such as its recipe, names no paper of its own.
  const methods = files.filter(({ opening }) => /\b(19|20)\d\d\b/.test(opening)).map(({ file }) => file);

  test('there are methods that name their papers', () => {
    expect(methods).toContain('yosinski2015.ts');
    expect(methods.length).toBeGreaterThanOrEqual(5);
  });

  test.each(methods)('%s is exported, and has a page of docs that names it', (file) => {
    expect(names).toContain(`'./methods/${file.replace('.ts', '.js')}'`);
    expect(pages.some((page) => page.includes(`src/methods/${file}`))).toBe(true);
  });

  test('every page names the file of its method', () => {
    for (const page of pages) expect(page).toMatch(/`src\/methods\/\w+\.ts`/);
  });
});
