// A layer's result as the authors' NetDissect writes it: a row for each unit, the best concept first, then that of each category.
import type { DissectedLayer, Dissection } from '../../methods/dissect.js';

/** The table's text. Units are numbered from 0, as everywhere in this library; the authors' files begin with 1. */
export function resultCsv({ categories }: Pick<Dissection, 'categories'>, { units }: DissectedLayer): string {
  const fields = ['label', 'truth', 'activation', 'intersect', 'iou'] as const;
  const head = [
    'unit',
    'category',
    'label',
    'score',
    ...categories.flatMap(({ name }) => fields.map((field) => `${name}-${field}`)),
  ];
  const rows = units.map(({ unit, best, categories: own }) => [
    unit,
    best.category,
    best.label,
    best.iou,
    ...own.flatMap((overlap) => fields.map((field) => overlap[field])),
  ]);
  return [head, ...rows].map((row) => `${row.map(quoted).join(',')}\n`).join('');
}

const quoted = (field: string | number): string =>
  /[",\r\n]/.test(String(field)) ? `"${String(field).replace(/"/g, '""')}"` : String(field);
