// Names of classes from the files that people keep them in. A name at the wrong place is worse than none, so what cannot be read
// for certain is refused with the reason.
import { ModelFileError } from '../../core/errors.js';
import { namesInLines } from './lines.js';
import { namesIn } from './structure.js';
import { looksTabular, readTable } from './table.js';
import { looksWritten, type Refuse, readWritten } from './written.js';
import { readYaml } from './yaml.js';

/** Endings of files that `readLabels` takes to hold labels; it reads others like .txt. */
export const LABEL_ENDINGS: readonly string[] = [
  '.txt',
  '.json',
  '.csv',
  '.tsv',
  '.yaml',
  '.yml',
  '.names',
  '.labels',
  '.list',
  '.py',
];

/**
 * The names of classes in a label file, by its ending and content:
 *
 * - one name a line, also `n01440764 tench, Tinca tinca`, `0 tench`, `0: tench`, `tench 0`
 * - JSON, Python and JavaScript literals: a list, number → name, number → [key, name], name → number, `id2label`, `names`
 * - CSV and TSV, with a header or without
 * - YAML lists and dicts, also under `names`
 *
 * UTF-8 or, with a byte order mark, UTF-16. Numbers must be 0, 1, 2, … in any order.
 *
 * @param name the file's name
 * @param classes what the net tells apart; another count of names is an error
 * @throws ModelFileError for what cannot be read for certain
 */
export function readLabels(name: string, bytes: Uint8Array, classes?: number): string[] {
  const refuse: Refuse = (reason) => {
    throw new ModelFileError('labels', `${name}: ${reason}.`);
  };
  const names = withoutSynsets(namesOf(name.toLowerCase(), textOf(bytes, refuse), classes, refuse));
  if (classes !== undefined && names.length !== classes) {
    const ends = `the first is '${names[0]}', the last '${names[names.length - 1]}'`;
    return refuse(`${names.length} ${names.length === 1 ? 'name' : 'names'} for a net of ${classes} classes; ${ends}`);
  }
  return names;
}

function namesOf(name: string, text: string, classes: number | undefined, refuse: Refuse): string[] {
  const is = (...endings: string[]) => endings.some((ending) => name.endsWith(ending));
  const body = text.replace(/^(\s*(#|\/\/).*\n)+/, '');
  if (is('.json', '.py', '.js', '.ts')) return namesIn(readWritten(is('.json') ? text : body, refuse), refuse);
  if (is('.yaml', '.yml')) return namesIn(readYaml(text, refuse), refuse);
  if (is('.csv', '.tsv')) return readTable(text, is('.tsv'), classes, refuse);
  if (looksWritten(body.trim()) && /[\])}];?$/.test(body.trim())) return namesIn(readWritten(body, refuse), refuse);
  if (looksTabular(text)) return readTable(text, false, classes, refuse);
  return namesInLines(text, classes, refuse);
}

/** ImageNet's lists, whatever they are written in, begin names with WordNet's: the words are what a person reads. */
function withoutSynsets(names: readonly string[]): string[] {
  const synset = /^n\d{8}\s+(?=\S)/;
  return names.every((name) => synset.test(name)) ? names.map((name) => name.replace(synset, '')) : [...names];
}

/** The file's text with line ends as \n. */
function textOf(bytes: Uint8Array, refuse: Refuse): string {
  const text = decoded(bytes, refuse).replace(/\r\n?/g, '\n');
  if (text.trim() === '') return refuse('it is empty');
  if (text.startsWith('version https://git-lfs')) {
    return refuse("it is a Git LFS pointer, not the file itself: run 'git lfs pull'");
  }
  if (/^\s*<(!doctype|html|\?xml)/i.test(text)) return refuse('it is a web page or XML, not a list of names');
  if (/^\s*item\s*\{/.test(text)) {
    return refuse(
      'it is a label map of TensorFlow, which counts from 1; give a JSON list of the names from class 0 on',
    );
  }
  return text;
}

function decoded(bytes: Uint8Array, refuse: Refuse): string {
  const [a, b, c, d] = bytes;
  const decode = (encoding: string) => {
    try {
      return new TextDecoder(encoding, { fatal: true }).decode(bytes);
    } catch {
      return refuse(
        encoding === 'utf-8'
          ? 'it is not UTF-8 text; save it as UTF-8 (a .xlsx, .pkl or .mat file has to be exported as text first)'
          : `it begins as ${encoding.toUpperCase()} and is none`,
      );
    }
  };
  if ((a === 0xff && b === 0xfe && c === 0 && d === 0) || (a === 0 && b === 0 && c === 0xfe && d === 0xff)) {
    return refuse('it is UTF-32; save it as UTF-8');
  }
  if (a === 0xff && b === 0xfe) return decode('utf-16le');
  if (a === 0xfe && b === 0xff) return decode('utf-16be');
  if (a === 0x80 && b <= 5) return refuse('it is a Python pickle, which may run code; export the names as JSON');
  if (a === 0x50 && b === 0x4b) return refuse('it is a zip file or a spreadsheet; export the names as CSV or JSON');
  if (bytes.includes(0)) {
    return refuse('it holds zero bytes: it is no text, or UTF-16 without a byte order mark; save it as UTF-8');
  }
  return decode('utf-8');
}
