// Labels that are dropped on the toolbox: each of the files that people keep them in names the classes, or is refused.
import { expect, test } from 'vitest';
import { dropFiles, openToolbox, textOf, until } from '../support/toolbox.js';

/** As many as mini-caffenet's classes. */
const NAMES = Array.from({ length: 20 }, (_, i) => `thing ${i}`);
const numbered = Object.fromEntries(NAMES.map((name, i) => [i, name]));

const FILES: Readonly<Record<string, string>> = {
  'list.txt': NAMES.join('\n'),
  'numbered.txt': NAMES.map((name, i) => `${i}: ${name}`).join('\n'),
  'list.json': JSON.stringify(NAMES),
  'dict.json': JSON.stringify(numbered),
  'imagenet_class_index.json': JSON.stringify(Object.fromEntries(NAMES.map((name, i) => [i, [`n0${i}`, name]]))),
  'table.csv': `id,name\n${NAMES.map((name, i) => `${i},${name}`).join('\n')}`,
  'table.tsv': `id\tname\n${NAMES.map((name, i) => `${i}\t${name}`).join('\n')}`,
  'data.yaml': `names:\n${NAMES.map((name) => `  - ${name}`).join('\n')}`,
  'data.yml': `names:\n${NAMES.map((name, i) => `  ${i}: ${name}`).join('\n')}`,
};

test('labels in files of every usual kind name the classes in their order', async () => {
  await using opened = await openToolbox('#layer=fc8&back=off&unitPane=false');
  const shown = () =>
    opened.page.$$eval('#units li', (items) => items.map((item) => item.querySelector('span')?.textContent));
  for (const [name, text] of Object.entries(FILES)) {
    // Another list between, so that each is seen to come.
    const others = NAMES.map((_, i) => `before ${name} ${i}`).join('\n');
    await dropFiles(opened, [{ name: 'others.txt', bytes: new TextEncoder().encode(others) }]);
    await until(opened, `document.querySelector("#units span")?.textContent === "before ${name} 0"`);
    await dropFiles(opened, [{ name, bytes: new TextEncoder().encode(text) }]);
    await until(opened, 'document.querySelector("#units span")?.textContent === "thing 0"');
    expect(await shown(), name).toEqual(NAMES);
  }
  expect(await textOf(opened, 'problem')).toBe('');
  expect(opened.problems).toEqual([]);
});

test('a list of another length is refused with its first and last name, and the net keeps its own', async () => {
  await using opened = await openToolbox('#layer=fc8&back=off&unitPane=false');
  await until(opened, 'document.querySelector("#units span")?.textContent === "face"');
  const bytes = new TextEncoder().encode(JSON.stringify(NAMES.slice(3)));
  await dropFiles(opened, [{ name: 'short.json', bytes }]);
  await until(opened, 'document.getElementById("problem").textContent !== ""');
  expect(await textOf(opened, 'problem')).toContain(
    "short.json: 17 names for a net of 20 classes; the first is 'thing 3', the last 'thing 19'.",
  );
  expect(await opened.page.$eval('#units span', (e) => e.textContent)).toBe('face');
  expect(opened.problems).toEqual([]);
});
