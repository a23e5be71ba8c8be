// A part is one file and one line: the file exports the part, under its own name, and the room's index names it.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { attributionParts } from '../src/attribute/parts.js';
import type { AnyPart } from '../src/parts/part.js';
import { parts as studyParts } from '../src/synthesize/parts.js';

const SRC = join(import.meta.dirname, '../src');
const ROOMS = {
  objectives: 'objective',
  params: 'parameterization',
  transforms: 'transform',
  regularize: 'regularizer',
  optim: 'update rule',
  'attribute/rules': 'attribution rule',
} as const;
const indices = import.meta.glob<Readonly<Record<string, AnyPart>>>(
  '../src/{objectives,params,transforms,regularize,optim,attribute/rules}/index.ts',
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
    const parts = kind === 'attribution rule' ? attributionParts : studyParts;
    expect(parts.get(kind, name)).toBe(part);
  });

  test.each(files)('%s says what it and its fields do', (name) => {
    const { text, fields } = registered[name];
    expect(text).toMatch(/^[A-Z].*\.$/);
    for (const [field, { text: words }] of Object.entries(fields)) expect(words, field).not.toBe('');
  });
});
