// Generates the list of presets in docs/methods.md: `npx vitest run test/presetsTable.test.ts -u`. Without -u it checks the file.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { PRESETS } from '../src/methods/preferred.js';

const FILE = resolve(import.meta.dirname, '../docs/methods.md');
const BEGIN = '<!-- generated: presets -->';
const END = '<!-- end: presets -->';

const cell = (text: string): string => text.replaceAll('|', '\\|');

test('docs/methods.md lists all presets', async () => {
  const rows = [...PRESETS.values()].map(({ name, text, source, changes, statistics, picture, references }) => {
    const needs = [
      ...(statistics ? ['statistics'] : []),
      ...(picture ? ['a picture'] : []),
      ...(references ? ['reference pictures'] : []),
    ].join(', ');
    return `| \`${name}\` | ${[text, needs, source, changes].map(cell).join(' | ')} |`;
  });
  expect(rows.length).toBeGreaterThan(0);
  const table = [
    '| preset | its pictures | needs | source | not as in the source |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
  const file = readFileSync(FILE, 'utf8');
  const [before, after] = [file.indexOf(BEGIN), file.indexOf(END)];
  expect(before).toBeGreaterThan(0);
  expect(after).toBeGreaterThan(before);
  const whole = `${file.slice(0, before + BEGIN.length)}\n\n${table}\n\n${file.slice(after)}`;
  await expect(whole).toMatchFileSnapshot(FILE);
});
