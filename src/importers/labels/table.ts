// Tables of class names: CSV and TSV, with a header or without.
import { numbered } from './numbered.js';
import type { Refuse } from './written.js';

/** Titles of columns, in lower case with everything but letters left out. */
const INDEX_TITLES = [
  '',
  'id',
  'ids',
  'index',
  'idx',
  'classid',
  'classidx',
  'classindex',
  'labelid',
  'labelidx',
  'labelindex',
  'number',
  'no',
  'num',
  'target',
  'trainid',
];
const NAME_TITLES = [
  'name',
  'names',
  'classname',
  'classnames',
  'labelname',
  'displayname',
  'description',
  'text',
  'title',
  'words',
  'english',
];
/** These are what the column holds: numbers or names. */
const EITHER_TITLES = ['class', 'classes', 'label', 'labels', 'category'];
const KEY_TITLES = ['wnid', 'synset', 'synsetid', 'wordnetid', 'mid', 'code', 'uid'];
/** Titles that name no class of any net. */
const CERTAIN_NAMES = ['name', 'names', 'classname', 'labelname', 'displayname', 'classnames'];
const SURE_INDICES = [
  'index',
  'idx',
  'classid',
  'classidx',
  'classindex',
  'labelid',
  'labelidx',
  'labelindex',
  'trainid',
];
const CERTAIN_TITLES = [...CERTAIN_NAMES, ...SURE_INDICES, 'id', 'wnid', 'synset', 'synsetid', 'wordnetid'];
const TITLES = [...INDEX_TITLES.slice(1), ...NAME_TITLES, ...EITHER_TITLES, ...KEY_TITLES];

const title = (cell: string): string => cell.toLowerCase().replace(/[^a-z]/g, '');
const isTitle = (cell: string): boolean => TITLES.includes(title(cell));
const isNumber = (cell: string): boolean => /^\d+$/.test(cell);
/** WordNet's and Freebase's names of things: `n01440764`, `/m/09x0r`. */
const isKey = (cell: string): boolean => /^n\d{4,}$|^\/[a-z]\/\w+$/.test(cell);

/** True where the first line of `text` is a header that only a table of class names has. */
export function looksTabular(text: string): boolean {
  const [first, second = ''] = text.split('\n');
  return [',', '\t', ';'].some((delimiter) => {
    const [titles, cells] = [first, second].map((line) => line.split(delimiter));
    return titles.length > 1 && cells.length === titles.length && titles.every(isTitle);
  });
}

/** The names in a table, by their numbers where it has a column of them, else in its order. */
export function readTable(text: string, tabs: boolean, classes: number | undefined, refuse: Refuse): string[] {
  const hint = /^sep=(.)\n/.exec(text);
  const body = hint ? text.slice(hint[0].length) : text;
  const delimiter = hint?.[1] ?? (tabs ? '\t' : delimiterOf(body));
  const all = cellsOf(body, delimiter, refuse);
  if (all.length === 0) return refuse('it is empty');
  const width = all[0].length;
  const odd = all.findIndex((row) => row.length !== width);
  if (odd >= 0) {
    const what = `row 1 has ${columns(width)}, row ${odd + 1} has ${columns(all[odd].length)}`;
    return refuse(`${what} ('${all[odd].join(delimiter)}'); put names that hold a '${delimiter}' in double quotes`);
  }
  const header = headerOf(all, classes, refuse);
  const rows = header ? all.slice(1) : all;
  if (rows.length === 0) return refuse('it has a header and no rows');
  if (width === 1 && rows.length !== classes && /\n\s*\n/.test(body.trim())) {
    return refuse('it has empty rows: are they classes without a name, or should they go?');
  }
  const { index, name } = header ? byTitle(header, rows, refuse) : byContent(rows, width, refuse);
  const names = rows.map((row) => row[name]);
  const empty = names.indexOf('');
  if (empty >= 0) return refuse(`row ${empty + (header ? 2 : 1)} has no name`);
  if (index === undefined) return names;
  return numbered(
    rows.map((row, i) => [row[index], names[i]]),
    refuse,
  );
}

function delimiterOf(text: string): string {
  const [first] = text.split('\n');
  if (first.includes('\t')) return '\t';
  return first.includes(';') && !first.includes(',') ? ';' : ',';
}

const columns = (n: number): string => `${n} ${n === 1 ? 'column' : 'columns'}`;

/** The titles, where the first row holds titles: known ones, or words over a column of numbers. */
function headerOf(
  rows: readonly (readonly string[])[],
  classes: number | undefined,
  refuse: Refuse,
): readonly string[] | undefined {
  const [first, ...rest] = rows;
  if (rest.length === 0) return undefined;
  const certain = first.some((cell) => CERTAIN_TITLES.includes(title(cell)));
  if (first.length === 1) {
    if (!isTitle(first[0]) || rows.length === classes) return undefined;
    if (certain || rest.length === classes) return first;
    return refuse(
      `is its first row, '${first[0]}', a title or the name of class 0? Add the column of numbers: index,name`,
    );
  }
  const overNumbers = first.some((cell, c) => !isNumber(cell) && rest.every((row) => isNumber(row[c])));
  return certain || overNumbers || first.every(isTitle) ? first : undefined;
}

interface Columns {
  readonly index: number | undefined;
  readonly name: number;
}

/** Columns by their titles; a column of numbers without a known title can only be that of the classes. */
function byTitle(header: readonly string[], rows: readonly (readonly string[])[], refuse: Refuse): Columns {
  const titles = header.map(title);
  const all = titles.map((_, c) => c);
  const numeric = all.filter((c) => rows.every((row) => isNumber(row[c])));
  const keys = all.filter((c) => KEY_TITLES.includes(titles[c]) || rows.every((row) => isKey(row[c])));
  const broken = all.find((c) => SURE_INDICES.includes(titles[c]) && !numeric.includes(c));
  if (broken !== undefined) {
    const cell = rows.find((row) => !isNumber(row[broken]))?.[broken];
    return refuse(`its column '${header[broken]}' should hold whole numbers, it holds '${cell}'`);
  }
  const titled = numeric.filter((c) => INDEX_TITLES.includes(titles[c]) || EITHER_TITLES.includes(titles[c]));
  const indices = titled.length > 0 ? titled : numeric.filter((c) => !NAME_TITLES.includes(titles[c]));
  const left = all.filter((c) => !indices.includes(c) && !keys.includes(c));
  const candidates = [...CERTAIN_NAMES.map((t) => [t]), NAME_TITLES, EITHER_TITLES]
    .map((wanted) => left.filter((c) => wanted.includes(titles[c])))
    .find((found) => found.length > 0);
  const names = candidates ?? (left.length > 0 ? left : keys);
  // Digits whose names are digits.
  const same = indices.length === 2 && rows.every((row) => row[indices[0]] === row[indices[1]]);
  if (same) return { index: indices[0], name: names[0] ?? indices[1] };
  if (names.length === 1 && indices.length <= 1) return { index: indices[0], name: names[0] };
  const list = header.map((cell) => `'${cell}'`).join(', ');
  return refuse(`which of its columns ${list} hold the number and the name of a class? Title them 'index' and 'name'`);
}

function byContent(rows: readonly (readonly string[])[], width: number, refuse: Refuse): Columns {
  if (width === 1) return { index: undefined, name: 0 };
  const all = Array.from({ length: width }, (_, c) => c);
  const numbers = all.filter((c) => rows.every((row) => isNumber(row[c])));
  const keys = all.filter((c) => rows.every((row) => isKey(row[c])));
  const names = all.filter((c) => !numbers.includes(c) && !keys.includes(c));
  // Digits whose names are digits.
  if (width === 2 && numbers.length === 2 && rows.every(([a, b]) => a === b)) return { index: 0, name: 1 };
  if (names.length !== 1 || numbers.length > 1) {
    return refuse(`it has ${columns(width)} and no header that says which holds the names; add one: index,name`);
  }
  return { index: numbers[0], name: names[0] };
}

/** Rows of cells by RFC 4180: quotes around cells, doubled inside them, which may hold line ends. */
function cellsOf(text: string, delimiter: string, refuse: Refuse): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  const endOfRow = () => {
    // A line with nothing on it is no row.
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  };
  while (at < text.length) {
    let cell = '';
    if (text[at] === '"') {
      for (at++; ; at++) {
        if (at >= text.length) return refuse(`row ${rows.length + 1}: a quote that does not end`);
        if (text[at] !== '"') cell += text[at];
        else if (text[at + 1] === '"') cell += text[at++];
        else break;
      }
      at++;
      if (at < text.length && text[at] !== delimiter && text[at] !== '\n') {
        return refuse(`row ${rows.length + 1}: '${text.slice(at).split('\n')[0]}' follows a quoted cell`);
      }
    } else {
      const from = at;
      while (at < text.length && text[at] !== delimiter && text[at] !== '\n') at++;
      cell = text.slice(from, at);
    }
    row.push(cell.trim());
    if (at >= text.length || text[at] === '\n') endOfRow();
    else if (at === text.length - 1) {
      row.push('');
      endOfRow();
    }
    at++;
  }
  return rows;
}
