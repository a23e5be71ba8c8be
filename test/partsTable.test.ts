// Generates the table of parts in docs/methods.md: `npx vitest run test/partsTable.test.ts -u`. Without -u it checks the file.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { purposeOf, valuesOf } from '../src/parts/describe.js';
import { type AnyPart, KINDS } from '../src/parts/part.js';
import { parts } from '../src/synthesize/parts.js';

const FILE = resolve(import.meta.dirname, '../docs/methods.md');
const BEGIN = '<!-- generated: parts -->';

const END = '<!-- end: parts -->';

/** As a cell of a table. */
const cell = (text: string): string => text.replaceAll('|', '\\|');

function rows({ name, text, source, fields }: AnyPart): string[] {
  const own = `| \`${name}\` | | | ${cell(text)} | ${cell(source ?? '')} |`;
  const each = Object.entries(fields).map(
    ([field, declared]) =>
      `| | \`${field}\` | ${cell(valuesOf(declared))} | ${cell(purposeOf({ ...declared, source: '' }))} | ${cell(declared.source ?? '')} |`,
  );
  return [own, ...each];
}

test('docs/methods.md has the table of all parts', async () => {
  const sections = KINDS.map((kind) => {
    const all = parts.list(kind);
    expect(all, kind).not.toEqual([]);
    return [
      `### ${kind[0].toUpperCase()}${kind.slice(1)}s`,
      '',
      '| part | field | values | what it does | source |',
      '| --- | --- | --- | --- | --- |',
      ...all.flatMap(rows),
      '',
    ].join('\n');
  });
  const file = readFileSync(FILE, 'utf8');
  const [before, after] = [file.indexOf(BEGIN), file.indexOf(END)];
  expect(before).toBeGreaterThan(0);
  expect(after).toBeGreaterThan(before);
  const whole = `${file.slice(0, before + BEGIN.length)}\n\n${sections.join('\n')}\n${file.slice(after)}`;
  await expect(whole).toMatchFileSnapshot(FILE);
});
