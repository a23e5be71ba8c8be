// Class names one a line, with the numbers and keys that lists of them carry.
import { numbered } from './numbered.js';
import type { Refuse } from './written.js';

/** WordNet's name of a thing before its words, as ImageNet's lists have it: `n01440764 tench, Tinca tinca`. */
const SYNSET = /^n\d{8}[\s:,;]+(?=\S)/;
/** `3 cat`, `3: cat`, `3,cat`, `3. cat`. */
const LEADING = /^(\d+)(?:\s*[:,;=]\s*|[.)]\s+|\s+(?:-\s+)?)(?=\S)/;
/** `cat 3`, `cat,3`. */
const TRAILING = /(?<=\S)(?:\s*[,;]\s*|\s+)(\d+)$/;
/** Characters in a line; ImageNet's longest has 130. */
const LONGEST = 2000;
const PICTURE = /\.(jpe?g|png|bmp|gif|webp|tiff?|ppm)$/i;

/** The names in lines; `classes` tells empty lines between names from classes without a name. */
export function namesInLines(text: string, classes: number | undefined, refuse: Refuse): string[] {
  const lines = text.split('\n').map((line) => line.trim());
  while (lines.length > 0 && lines[lines.length - 1] === '') lines.pop();
  if (lines.length === 0) return refuse('it is empty');
  if (lines.length === 1 && classes !== 1 && /[,;|]/.test(lines[0])) {
    return refuse(`it is one line ('${lines[0].slice(0, 40)}'); names must stand one on a line, or in a JSON list`);
  }
  const long = lines.findIndex((line) => line.length > LONGEST);
  if (long >= 0) return refuse(`line ${long + 1} has ${lines[long].length} characters, which is no name`);
  return withoutKeys(spaced(lines, classes, refuse), refuse);
}

/** Lines with empty ones taken out or given a name. */
function spaced(lines: readonly string[], classes: number | undefined, refuse: Refuse): string[] {
  const comment = lines.findIndex((line) => /^(#|\/\/)(\s|$)/.test(line));
  if (comment >= 0) {
    return refuse(
      `line ${comment + 1}: '${lines[comment]}' may be a comment or a name; leave it out, or give a JSON list`,
    );
  }
  const filled = lines.filter((line) => line !== '');
  if (filled.length === lines.length || filled.length === classes) return filled;
  const empty = lines.indexOf('');
  if (lines.length === classes) return lines.map((line, i) => line || `class ${i}`);
  const counts = `${filled.length} names, ${lines.length} lines`;
  return refuse(`line ${empty + 1} is empty (${counts}): is it a class without a name, or should it go?`);
}

/** Names without what all lines begin or end with. */
function withoutKeys(lines: readonly string[], refuse: Refuse): string[] {
  const words = unquoted(
    lines.every((line) => SYNSET.test(line)) ? lines.map((line) => line.replace(SYNSET, '')) : lines,
  );
  return led(words, refuse) ?? trailed(words, refuse) ?? plain(words, refuse);
}

/** Lines without the quotes that stand around all of them, as in the body of a list. */
function unquoted(lines: readonly string[]): readonly string[] {
  const found = lines.map((line) => /^(["'])(.+)\1,?$/.exec(line));
  const all = found.every((match) => match && !match[2].includes(match[1]));
  return all ? found.map((match) => match?.[2].trim() ?? '') : lines;
}

/** The names of lines that begin with their number. */
function led(lines: readonly string[], refuse: Refuse): string[] | undefined {
  const found = lines.map((line) => LEADING.exec(line));
  const numbers = found.map((match) => match?.[1] ?? '');
  const missing = found.indexOf(null);
  if (missing >= 0) {
    // Where most lines begin with their own number, it is anyone's guess what the others are.
    const inPlace = numbers.filter((number, i) => number !== '' && Math.abs(Number(number) - i) <= 1).length;
    if (inPlace < 2 || inPlace <= lines.length / 2) return undefined;
    return refuse(`most lines begin with their number, line ${missing + 1} does not: '${lines[missing]}'`);
  }
  const rests = lines.map((line) => line.replace(LEADING, ''));
  const keyless = unquoted(
    rests.every((rest) => SYNSET.test(rest)) ? rests.map((rest) => rest.replace(SYNSET, '')) : rests,
  );
  if (isNumbering(keyless.map((rest) => LEADING.exec(rest)?.[1])) && lines.length > 1) {
    return refuse(`its lines begin with two numbers ('${lines[0]}'): which is the class's?`);
  }
  return numbered(
    numbers.map((number, i) => [number, keyless[i]]),
    (reason) => refuse(`${reason}; if the numbers are part of the names, give a JSON list`),
  );
}

/** The names of lines that end with their number. 'Boeing 737' and 'level 1' are names; `cat 0`, `dog 1`, … are numbered. */
function trailed(lines: readonly string[], refuse: Refuse): string[] | undefined {
  const found = lines.map((line) => TRAILING.exec(line)?.[1]);
  const rests = lines.map((line) => line.replace(TRAILING, ''));
  const pictures = rests.filter((rest) => PICTURE.test(rest.split(/[\s,;]/)[0]));
  if (pictures.length > lines.length / 2) return refuse(`it lists pictures ('${lines[0]}'), not the names of classes`);
  if (found.includes(undefined) || lines.length < 2) return undefined;
  const most = found.reduce((sofar, number) => Math.max(sofar, Number(number)), 0);
  // Numbers far beyond their count number nothing.
  const areClasses = new Set(rests).size === lines.length && most < 2 * lines.length + 2;
  if (areClasses || lines.every((line) => line.includes('\t'))) {
    return numbered(
      rests.map((rest, i) => [found[i] ?? '', rest]),
      refuse,
    );
  }
  if (isNumbering(found) && found.some((number, i) => Number(number) !== i)) {
    return refuse(
      `its lines end with 0 to ${lines.length - 1} in another order ('${lines[0]}'): are these part of the names?`,
    );
  }
  return undefined;
}

/** True for 0, 1, 2, … in any order. */
function isNumbering(numbers: readonly (string | undefined)[]): boolean {
  const all = new Set(numbers.map(Number));
  return all.size === numbers.length && [...all].every((number) => number >= 0 && number < numbers.length);
}

function plain(lines: readonly string[], refuse: Refuse): string[] {
  const tab = lines.findIndex((line) => line.includes('\t'));
  if (tab >= 0) return refuse(`line ${tab + 1} has several columns ('${lines[tab]}'); give a .tsv with a header`);
  return [...lines];
}
