// Values written as text: JSON, and the literals of Python and JavaScript that people keep lists of class names in.

/** A dict keeps its entries in order, repeated keys included: a parser that drops them would shift what follows. */
export type Written = string | number | boolean | null | WrittenList | WrittenDict;
export interface WrittenList {
  readonly items: readonly Written[];
}
export interface WrittenDict {
  readonly entries: readonly (readonly [key: string | number, value: Written])[];
}

/** Ends the reading of a file with the reason. */
export type Refuse = (reason: string) => never;

export const isList = (value: Written): value is WrittenList => isNode(value) && 'items' in value;
export const isDict = (value: Written): value is WrittenDict => isNode(value) && 'entries' in value;
const isNode = (value: Written): value is WrittenList | WrittenDict => typeof value === 'object' && value !== null;

/** Deeper nesting than any list of names has; a bound for the recursion. */
const DEEPEST = 16;

/** `labels = `, `export const LABELS: string[] = `: what may stand before a literal in a program. */
const ASSIGNMENT = /^(?:export\s+)?(?:(?:const|let|var)\s+)?[A-Za-z_]\w*\s*(?::[^=\n]*)?=\s*/;

/** True where `text` begins as a list or dict does, or as an assignment of one. */
export const looksWritten = (text: string): boolean => /^[[{(]/.test(text.replace(ASSIGNMENT, ''));

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
  '\\': '\\',
  '/': '/',
  "'": "'",
  '"': '"',
};
const CLOSING: Readonly<Record<string, string>> = { '[': ']', '(': ')', '{': '}' };

/** Reads one literal: strings in either quotes, numbers, lists, tuples, dicts, comments of Python. */
export function readWritten(source: string, refuse: Refuse): Written {
  const text = source.trim().replace(/;$/, '');
  let at = ASSIGNMENT.exec(text)?.[0].length ?? 0;
  const line = () => text.slice(0, at).split('\n').length;
  const fail: Refuse = (reason) => refuse(`line ${line()}: ${reason}`);
  const seen = () => (at < text.length ? `'${text.slice(at, at + 12).split('\n')[0]}'` : 'the end of the file');

  const skip = (): void => {
    for (;;) {
      while (at < text.length && /\s/.test(text[at])) at++;
      if (text[at] !== '#') return;
      while (at < text.length && text[at] !== '\n') at++;
    }
  };
  const string = (): string => {
    const quote = text[at++];
    if (text.startsWith(quote + quote, at)) fail('strings in three quotes are not understood');
    let out = '';
    for (;;) {
      const c = text[at++];
      if (c === undefined || c === '\n') fail('a string that does not end on its line');
      if (c === quote) return out;
      if (c !== '\\') {
        out += c;
        continue;
      }
      const escaped = text[at++];
      const digits = { x: 2, u: 4, U: 8 }[escaped];
      if (digits) {
        const code = text.slice(at, at + digits);
        if (!/^[\da-f]+$/i.test(code) || code.length < digits || Number.parseInt(code, 16) > 0x10ffff) {
          fail(`'\\${escaped}${code}' is no character`);
        }
        out += String.fromCodePoint(Number.parseInt(code, 16));
        at += digits;
      } else {
        out += ESCAPES[escaped] ?? fail(`the escape '\\${escaped}' is not understood`);
      }
    }
  };
  /** What stands between brackets, with commas between and perhaps one at the end. */
  const members = <T>(read: () => T): T[] => {
    const close = CLOSING[text[at++]];
    const out: T[] = [];
    for (;;) {
      skip();
      if (text[at] === close) {
        at++;
        return out;
      }
      out.push(read());
      skip();
      if (text[at] === ',') at++;
      else if (text[at] !== close) fail(`expected ',' or '${close}', found ${seen()}`);
    }
  };
  const value = (depth: number): Written => {
    skip();
    if (depth > DEEPEST) fail(`lists are nested deeper than ${DEEPEST}`);
    const c = text[at];
    if (c === '[' || c === '(') return { items: members(() => value(depth + 1)) };
    if (c === '{') {
      return {
        entries: members((): readonly [string | number, Written] => {
          const key = value(depth + 1);
          if (typeof key !== 'string' && typeof key !== 'number') return fail('a key must be a string or a number');
          skip();
          if (text[at] !== ':') fail(`expected ':' after the key '${key}', found ${seen()}`);
          at++;
          return [key, value(depth + 1)];
        }),
      };
    }
    if (c === '"' || c === "'") return string();
    if (/^[ub]['"]/i.test(text.slice(at, at + 2))) {
      at++;
      return string();
    }
    const word = /^(?:-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|true|false|null|True|False|None)(?![\w.])/.exec(
      text.slice(at, at + 40),
    );
    if (!word) return fail(`expected a string, a number, a list or a dict, found ${seen()}`);
    at += word[0].length;
    if (/^[tf]/i.test(word[0])) return /^t/i.test(word[0]);
    return /^n/i.test(word[0]) ? null : Number(word[0]);
  };

  const result = value(0);
  skip();
  if (at < text.length) fail(`the list ends before ${seen()}`);
  return result;
}
