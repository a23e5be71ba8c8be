// Tables as comma-separated values (RFC 4180).
import { ImageError } from '../../core/errors.js';

/** Each row by the names in the first one. @throws ImageError naming the line of a row with more or fewer fields */
export function readCsv(file: string, text: string): readonly Readonly<Record<string, string>>[] {
  const [names = [], ...rows] = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .map((line, i) => ({ line, number: i + 1 }))
    .filter(({ line }) => line.trim() !== '')
    .map(({ line, number }) => ({ number, fields: fieldsOf(line) }));
  if (!('fields' in names)) return [];
  return rows.map(({ number, fields }) => {
    if (fields.length !== names.fields.length) {
      throw new ImageError(
        `${file}, line ${number}: must have ${names.fields.length} fields as the first line, it has ${fields.length}`,
      );
    }
    return Object.fromEntries(names.fields.map((name, i) => [name, fields[i]]));
  });
}

const FIELD = /,(?:"((?:[^"]|"")*)"|([^,]*))/g;

const fieldsOf = (line: string): string[] =>
  [...`,${line}`.matchAll(FIELD)].map(([, quoted, plain = '']) =>
    (quoted === undefined ? plain : quoted.replace(/""/g, '"')).trim(),
  );
