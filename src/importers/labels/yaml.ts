// The part of YAML that lists of class names are written in: block and flow lists and dicts of plain and quoted words. What
// else YAML has (anchors, tags, texts over several lines, documents) is refused, since a half-understood file gives wrong names.
import type { Refuse, Written, WrittenDict } from './written.js';

interface Line {
  readonly number: number;
  indent: number;
  text: string;
}

/** Deeper nesting than any list of names has; a bound for the recursion. */
const DEEPEST = 16;

/** Reads a YAML document. */
export function readYaml(source: string, refuse: Refuse): Written {
  const lines = linesOf(source, refuse);
  let at = 0;
  const fail: Refuse = (reason) => refuse(`line ${lines[Math.min(at, lines.length - 1)]?.number ?? 1}: ${reason}`);

  /** What begins at the current line, whose indent is at least `least`. */
  const block = (least: number, depth: number): Written => {
    if (depth > DEEPEST) fail(`nested deeper than ${DEEPEST}`);
    const line = lines[at];
    if (!line || line.indent < least) return fail('a value is missing');
    if (isItem(line.text)) return list(line.indent, depth);
    if (keyOf(line.text, fail)) return dict(line.indent, depth);
    at++;
    return scalarOrFlow(line.text, line);
  };
  const list = (indent: number, depth: number): Written => {
    const items: Written[] = [];
    while (at < lines.length && lines[at].indent === indent && isItem(lines[at].text)) {
      const line = lines[at];
      const rest = line.text.slice(1);
      const inner = rest.trimStart();
      if (inner === '') {
        at++;
        items.push(block(indent + 1, depth + 1));
      } else {
        // `- name: x` is a dict whose keys begin where `name` does.
        line.indent += 1 + rest.length - inner.length;
        line.text = inner;
        items.push(block(line.indent, depth + 1));
      }
    }
    if (at < lines.length && lines[at].indent > indent) fail(`expected '- ', found '${lines[at].text}'`);
    return { items };
  };
  const dict = (indent: number, depth: number): WrittenDict => {
    const entries: [string | number, Written][] = [];
    while (at < lines.length && lines[at].indent === indent) {
      const line = lines[at];
      const found = isItem(line.text) ? undefined : keyOf(line.text, fail);
      if (!found) return fail(`expected 'key: value', found '${line.text}'`);
      if (found.rest !== '') {
        at++;
        entries.push([found.key, scalarOrFlow(found.rest, line)]);
        continue;
      }
      at++;
      // A list may stand below its key without being indented.
      const below = lines[at];
      const least = below?.indent === indent && isItem(below.text) ? indent : indent + 1;
      entries.push([found.key, !below || below.indent < least ? null : block(least, depth + 1)]);
    }
    if (at < lines.length && lines[at].indent > indent) fail(`'${lines[at].text}' is indented too far`);
    return { entries };
  };
  const scalarOrFlow = (text: string, line: Line): Written => {
    if (/^[[{]/.test(text)) {
      const parts = [text];
      for (let open = opened(text); at < lines.length && open > 0; at++) {
        parts.push(lines[at].text);
        open += opened(lines[at].text);
      }
      return flow(parts.join(' '), (reason) => refuse(`line ${line.number}: ${reason}`));
    }
    if (/^[|>][-+\d]*$/.test(text)) {
      // A text over several lines, such as the script of a data set beside its names. It is no name.
      while (at < lines.length && lines[at].indent > line.indent) at++;
      return null;
    }
    if (at < lines.length && lines[at].indent > line.indent) fail('a text that goes on over several lines');
    return scalar(text, (reason) => refuse(`line ${line.number}: ${reason}`));
  };

  if (lines.length === 0) return refuse('it is empty');
  const result = block(0, 0);
  if (at < lines.length) fail(`'${lines[at].text}' belongs to nothing before it`);
  return result;
}

const isItem = (text: string): boolean => text === '-' || text.startsWith('- ');

/** Lines with something on them, without comments. */
function linesOf(source: string, refuse: Refuse): Line[] {
  const lines: Line[] = [];
  for (const [i, raw] of source.split('\n').entries()) {
    const number = i + 1;
    const text = withoutComment(raw).trimEnd();
    if (text.trim() === '') continue;
    if (text === '...' || (text === '---' && lines.length > 0) || /^---\s+\S/.test(text)) {
      refuse(`line ${number}: several documents, or one that begins after '---'`);
    }
    if (text === '---') continue;
    const indent = text.length - text.trimStart().length;
    if (text.slice(0, indent).includes('\t')) refuse(`line ${number}: indented by a tab`);
    if (text.startsWith('%')) refuse(`line ${number}: directives are not understood`);
    lines.push({ number, indent, text: text.trimStart() });
  }
  return lines;
}

/** `# …` begins a comment at the start of a line or after a space, outside quotes. */
function withoutComment(line: string): string {
  for (let i = 0; i < line.length; i++) {
    const c = line[i];
    if (c === '#' && (i === 0 || /\s/.test(line[i - 1]))) return line.slice(0, i);
    if (opensQuote(line, i)) i = endOfQuote(line, i);
  }
  return line;
}

/** A quote begins a quoted word only where a word may begin: `man's` holds none. */
function opensQuote(text: string, i: number): boolean {
  if (text[i] !== '"' && text[i] !== "'") return false;
  let before = i - 1;
  while (before >= 0 && /\s/.test(text[before])) before--;
  return before < 0 || '[{,:'.includes(text[before]) || (text[before] === '-' && before < i - 1);
}

/** Where the quoted word that begins at `i` ends; the end of the text where it does not. */
function endOfQuote(text: string, i: number): number {
  const quote = text[i];
  for (let j = i + 1; j < text.length; j++) {
    if (quote === '"' && text[j] === '\\') j++;
    else if (text[j] === quote && quote === "'" && text[j + 1] === "'") j++;
    else if (text[j] === quote) return j;
  }
  return text.length;
}

/** `key: rest` where a line has one. */
function keyOf(text: string, fail: Refuse): { key: string | number; rest: string } | undefined {
  if (text.startsWith('? ')) return fail("keys after '?' are not understood");
  if (/^[[{]/.test(text)) return undefined;
  const quoted = /^["']/.test(text);
  const from = quoted ? endOfQuote(text, 0) + 1 : 0;
  const colon = /:(?=\s|$)/g;
  colon.lastIndex = from;
  const found = colon.exec(text);
  if (!found || (quoted && text.slice(from, found.index).trim() !== '')) return undefined;
  const key = scalar(text.slice(0, found.index).trim(), fail);
  if (typeof key !== 'string' && typeof key !== 'number') return fail('a key must be a word or a number');
  return { key, rest: text.slice(found.index + 1).trim() };
}

/** Brackets that a line opens less those that it closes. A quoted word ends on its line. */
function opened(text: string): number {
  let open = 0;
  for (let i = 0; i < text.length; i++) {
    if (opensQuote(text, i)) i = endOfQuote(text, i);
    else if ('[{'.includes(text[i])) open++;
    else if (']}'.includes(text[i])) open--;
  }
  return open;
}

/** `[a, b]` or `{0: a, 1: b}`. */
function flow(text: string, fail: Refuse): Written {
  let at = 0;
  const space = () => {
    while (text[at] === ' ' || text[at] === '\t') at++;
  };
  /** A word up to what may end it. */
  const word = (ends: RegExp): string => {
    space();
    const from = at;
    if (text[at] === '"' || text[at] === "'") {
      at = endOfQuote(text, at) + 1;
      return text.slice(from, at);
    }
    while (at < text.length && !ends.test(text.slice(at, at + 2))) at++;
    return text.slice(from, at).trim();
  };
  const value = (depth: number): Written => {
    space();
    if (depth > DEEPEST) fail(`nested deeper than ${DEEPEST}`);
    const open = text[at];
    if (open !== '[' && open !== '{') return scalar(word(/^[,[\]{}]|^:\s/), fail);
    const close = open === '[' ? ']' : '}';
    const items: Written[] = [];
    const entries: [string | number, Written][] = [];
    at++;
    for (;;) {
      space();
      if (text[at] === close) break;
      if (at >= text.length) return fail(`'${close}' is missing`);
      if (open === '[') items.push(value(depth + 1));
      else {
        const key = scalar(word(/^[,[\]{}]|^:/), fail);
        space();
        if (text[at] !== ':' || (typeof key !== 'string' && typeof key !== 'number'))
          return fail("expected 'key: value'");
        at++;
        entries.push([key, value(depth + 1)]);
      }
      space();
      if (text[at] === ',') at++;
      else if (text[at] !== close) return fail(`expected ',' or '${close}', found '${text.slice(at, at + 12)}'`);
    }
    at++;
    return open === '[' ? { items } : { entries };
  };
  const result = value(0);
  space();
  if (at < text.length) fail(`'${text.slice(at)}' follows the end of a list`);
  return result;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', '"': '"', '\\': '\\', '/': '/' };

/** One word: quoted, a number, nothing, or as it is written; so `no` and `off` are names, as whoever wrote them meant. */
function scalar(text: string, fail: Refuse): Written {
  const quote = text[0];
  if (quote === '"' || quote === "'") {
    if (endOfQuote(text, 0) !== text.length - 1) return fail(`${text} is not one quoted word`);
    const inner = text.slice(1, -1);
    if (quote === "'") return inner.replaceAll("''", "'");
    return inner.replace(/\\(x[\da-f]{2}|u[\da-f]{4}|.)/gi, (whole, code: string) =>
      code.length > 1
        ? String.fromCodePoint(Number.parseInt(code.slice(1), 16))
        : (ESCAPES[code] ?? fail(`the escape '${whole}' is not understood`)),
    );
  }
  if (/^[&*!|>@`%]/.test(text)) return fail(`'${text}': anchors, tags and texts over several lines are not understood`);
  if (text === '' || text === '~' || text === 'null') return null;
  return /^(0|[1-9]\d*)$/.test(text) ? Number(text) : text;
}
