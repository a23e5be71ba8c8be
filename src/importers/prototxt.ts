// Parses the text format of protocol buffers, as in Caffe's .prototxt files.
import { ModelFileError } from '../core/errors.js';
import type { Params } from '../graph/importing.js';

/** A message: its fields in file order. A repeated field has several entries. */
export interface TextMessage {
  readonly fields: readonly TextField[];
  /** `line:column` of its start. */
  readonly at: string;
}

export interface TextField {
  readonly name: string;
  readonly value: string | TextMessage;
  readonly at: string;
}

interface Token {
  readonly text: string;
  readonly quoted: boolean;
  readonly at: string;
}

/** Real nets have at most six nested messages. */
const MAX_DEPTH = 64;
const PUNCTUATION = '{}<>[]:,;';

/** Parses a text file. @throws ModelFileError with line and column */
export function parseText(source: string, what = 'prototxt'): TextMessage {
  const tokens = tokenize(source, what);
  let position = 0;
  const peek = (): Token | undefined => tokens[position];
  const fail = (token: Token | undefined, message: string): never => {
    throw new ModelFileError(what, `${token ? `${token.at}: ` : 'at the end: '}${message}`);
  };

  const message = (close: string | undefined, at: string, depth: number): TextMessage => {
    if (depth > MAX_DEPTH) throw new ModelFileError(what, `${at}: messages are nested deeper than ${MAX_DEPTH}`);
    const fields: TextField[] = [];
    for (;;) {
      const token = peek();
      if (!token) {
        if (close === undefined) return { fields, at };
        return fail(token, `'${close}' is missing for the message that began at ${at}`);
      }
      position++;
      if (!token.quoted && token.text === close) return { fields, at };
      // Separators are optional everywhere. A stray one is accepted, as in Caffe's own parser.
      if (!token.quoted && (token.text === ',' || token.text === ';')) continue;
      if (token.quoted || !/^[A-Za-z_][\w./]*$/.test(token.text))
        fail(token, `expected a field name, found '${token.text}'`);
      const colon = peek();
      if (colon && !colon.quoted && colon.text === ':') position++;
      for (const value of values(token, depth)) fields.push({ name: token.text, value, at: token.at });
    }
  };

  const values = (name: Token, depth: number): (string | TextMessage)[] => {
    const token = peek();
    if (!token) return [fail(token, `'${name.text}' has no value`)];
    position++;
    if (token.quoted) {
      // Adjacent strings are concatenated.
      let joined = token.text;
      while (peek()?.quoted) joined += tokens[position++].text;
      return [joined];
    }
    if (token.text === '{') return [message('}', token.at, depth + 1)];
    if (token.text === '<') return [message('>', token.at, depth + 1)];
    if (token.text === '[') {
      const list: (string | TextMessage)[] = [];
      for (;;) {
        const next = peek();
        if (!next) return [fail(next, `']' is missing for the list at ${token.at}`)];
        if (!next.quoted && (next.text === ']' || next.text === ',')) {
          position++;
          if (next.text === ']') return list;
          continue;
        }
        list.push(...values(name, depth));
      }
    }
    if (PUNCTUATION.includes(token.text)) fail(token, `'${name.text}' has no value, found '${token.text}'`);
    return [token.text];
  };

  return message(undefined, '1:1', 0);
}

function tokenize(source: string, what: string): Token[] {
  const tokens: Token[] = [];
  // One sticky regular expression for comments, strings, punctuation, words and spaces.
  const pattern = /#[^\n]*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|[{}<>[\]:,;]|[^\s{}<>[\]:,;#"']+|\s+/y;
  let line = 1;
  let lineStart = 0;
  while (pattern.lastIndex < source.length) {
    const start = pattern.lastIndex;
    const match = pattern.exec(source);
    const at = `${line}:${start - lineStart + 1}`;
    if (!match) throw new ModelFileError(what, `${at}: a string is not closed`);
    const [text] = match;
    for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) {
      line++;
      lineStart = start + i + 1;
    }
    if (text[0] === '#' || /^\s/.test(text)) continue;
    const quoted = text[0] === '"' || text[0] === "'";
    tokens.push({ text: quoted ? unescaped(text.slice(1, -1)) : text, quoted, at });
  }
  return tokens;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };
const unescaped = (text: string): string => text.replace(/\\(.)/g, (_, c: string) => ESCAPES[c] ?? c);

/** Typed access to a message's fields. An error about a wrong type contains the position. */
export function paramsOf(message: TextMessage, what: string): Params {
  const all = (name: string) => message.fields.filter((f) => f.name === name);
  const last = (name: string): TextField | undefined => all(name)[all(name).length - 1];
  const scalar = (field: TextField): string => {
    if (typeof field.value === 'string') return field.value;
    throw new ModelFileError(what, `${field.at}: '${field.name}' must be a value, found a message`);
  };
  const numeric = (field: TextField): number => {
    const value = Number(scalar(field).replace(/f$/i, ''));
    if (!Number.isFinite(value))
      throw new ModelFileError(what, `${field.at}: '${field.name}' must be a number, found '${scalar(field)}'`);
    return value;
  };
  return {
    has: (name) => last(name) !== undefined,
    number(name, otherwise) {
      const field = last(name);
      return field ? numeric(field) : otherwise;
    },
    numbers: (name) => all(name).map(numeric),
    text(name, otherwise) {
      const field = last(name);
      return field ? scalar(field) : otherwise;
    },
    flag(name, otherwise) {
      const field = last(name);
      if (!field) return otherwise;
      const value = scalar(field).toLowerCase();
      if (['true', 't', '1'].includes(value)) return true;
      if (['false', 'f', '0'].includes(value)) return false;
      throw new ModelFileError(what, `${field.at}: '${name}' must be true or false, found '${value}'`);
    },
    message(name) {
      const field = last(name);
      if (!field) return paramsOf({ fields: [], at: message.at }, what);
      if (typeof field.value === 'string') {
        throw new ModelFileError(what, `${field.at}: '${name}' must be a message, found '${field.value}'`);
      }
      // A message may be given in several parts, which are merged.
      const parts = all(name).flatMap((f) => (typeof f.value === 'string' ? [] : f.value.fields));
      return paramsOf({ fields: parts, at: field.at }, what);
    },
  };
}

/** The messages of a repeated field. */
export function messagesOf(message: TextMessage, name: string, what: string): TextMessage[] {
  return message.fields
    .filter((f) => f.name === name)
    .map((f) => {
      if (typeof f.value !== 'string') return f.value;
      throw new ModelFileError(what, `${f.at}: '${name}' must be a message, found '${f.value}'`);
    });
}

/** The strings of a repeated field. */
export function stringsOf(message: TextMessage, name: string): string[] {
  return message.fields.flatMap((f) => (f.name === name && typeof f.value === 'string' ? [f.value] : []));
}
