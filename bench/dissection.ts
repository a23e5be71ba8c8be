// Writes the tables of docs/dissection.md from finished dissections: npm run docs:dissection -- FOLDER …
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DissectedLayer } from '../src/methods/dissect.js';
import type { DissectionFile } from '../src/node/dissect/page.js';

const DOC = 'docs/dissection.md';
const [BEGIN, END] = ['<!-- generated: tables -->', '<!-- end -->'];
/** Units and concepts that a row names. */
const NAMED = 4;

export async function main(folders: readonly string[]): Promise<void> {
  const files = folders.map(
    (folder): DissectionFile => JSON.parse(readFileSync(join(folder, 'dissection.json'), 'utf8')),
  );
  const text = readFileSync(DOC, 'utf8');
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`${DOC} has no ${BEGIN} … ${END}`);
  writeFileSync(DOC, `${text.slice(0, from)}${BEGIN}\n\n${files.map(sectionOf).join('\n\n')}\n\n${text.slice(to)}`);
}

function sectionOf({ model, source, images, categories, layers, thresholds, size, adapter }: DissectionFile): string {
  const own = categories.map(({ name, concepts }) => `${concepts} of category ${name}`).join(', ');
  const bound = thresholds.exact ? 'exact thresholds' : `thresholds within ${100 * thresholds.bound} %`;
  const several = categories.length > 1;
  const head = [
    'layer',
    'units',
    'dead',
    'detectors',
    'concepts',
    ...(several ? categories.map(({ name }) => name) : []),
    'best units',
    'most frequent concepts',
  ];
  const rows = layers.map((layer) => [
    layer.layer,
    layer.units.length,
    layer.units.filter(({ quiet }) => quiet === 'dead').length,
    `${layer.detectors} (${((100 * layer.detectors) / layer.units.length).toFixed(0)} %)`,
    layer.covered.length,
    ...(several ? categories.map(({ name }) => coveredIn(layer, name)) : []),
    bestOf(layer),
    frequentOf(layer),
  ]);
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  const table = [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
  return `### ${model}, ${source}

${images} pictures, concepts: ${own}; ${size.join(' × ')} places, ${bound}; ${adapter}.

${table}`;
}

/** Detectors of a category and the concepts that they cover. */
function coveredIn({ covered }: DissectedLayer, name: string): string {
  const own = covered.filter(({ category }) => category === name);
  return `${own.reduce((sum, { units }) => sum + units, 0)} / ${own.length}`;
}

const bestOf = ({ units }: DissectedLayer): string =>
  [...units]
    .sort((a, b) => b.best.iou - a.best.iou)
    .slice(0, NAMED)
    .map(({ unit, best: { label, iou } }) => `${unit} ${label} ${iou.toFixed(2)}`)
    .join(', ');

const frequentOf = ({ covered }: DissectedLayer): string =>
  [...covered]
    .sort((a, b) => b.units - a.units)
    .slice(0, NAMED)
    .map(({ name, units }) => `${name} ${units}`)
    .join(', ');
