// The links of the documents: each names a file that is there and, behind a #, a heading of it.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix, resolve } from 'node:path';
import GithubSlugger from 'github-slugger';
import { lexer, type Token, walkTokens } from 'marked';
import { expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');
const documents = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...markdownIn('docs'), ...markdownIn('models')];
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

test.each(documents)('links of %s', (path) => {
  expect(brokenLinks(path, read(path))).toEqual([]);
});

test('a link to a missing file, a missing heading or out of the repository is found', () => {
  const text =
    '# Here\n[a](#here) [b](#there) ![c](no.png) [d](../README.md#use-it-in-node) [e](../README.md#no) <img src="x.png">';
  expect(brokenLinks('docs/page.md', text)).toEqual(['#there', 'no.png', '../README.md#no', 'x.png']);
  expect(brokenLinks('docs/page.md', '[f](../../elsewhere)')).toEqual(['../../elsewhere']);
});

test('headings have the anchors that GitHub gives them', () => {
  const text = '# One `x, w` & two\n## Same\n## Same\n### [A link](#a) *and* more…\n<a id="by-hand"></a>';
  expect([...anchorsOf(text)]).toEqual(['one-x-w--two', 'same', 'same-1', 'a-link-and-more', 'by-hand']);
});

test('every method has a page with a picture, and docs/methods.md links to it', () => {
  const pages = markdownIn('docs/methods');
  const linked = hrefsOf(read('docs/methods.md')).map(({ href }) => posix.join('docs', href));
  expect(pages.length).toBeGreaterThan(0);
  expect(pages.filter((page) => !linked.includes(page))).toEqual([]);
  expect(pages.filter((page) => !hrefsOf(read(page)).some(({ isImage }) => isImage))).toEqual([]);
});

interface Reference {
  readonly href: string;
  readonly isImage: boolean;
}

/** The links of a document at a path of the repository that lead nowhere. Links to other sites are not followed. */
function brokenLinks(path: string, text: string): string[] {
  const broken = ({ href }: Reference): boolean => {
    if (/^[a-z]+:/i.test(href)) return false;
    const [file, anchor] = decodeURI(href).split('#');
    const target = file === '' ? path : posix.join(posix.dirname(path), file);
    if (target.startsWith('..') || (file !== '' && !existsSync(join(ROOT, target)))) return true;
    if (anchor === undefined) return false;
    return !target.endsWith('.md') || !anchorsOf(file === '' ? text : read(target)).has(anchor);
  };
  return hrefsOf(text)
    .filter(broken)
    .map(({ href }) => href);
}

function hrefsOf(text: string): Reference[] {
  const found: Reference[] = [];
  void walkTokens(lexer(text), (token) => {
    if (token.type === 'link' || token.type === 'image') {
      found.push({ href: token.href, isImage: token.type === 'image' });
    }
    if (token.type !== 'html') return;
    for (const [, name, href] of token.raw.matchAll(/\b(href|src)="([^"]*)"/g)) {
      found.push({ href, isImage: name === 'src' });
    }
  });
  return found;
}

function anchorsOf(text: string): Set<string> {
  const slugger = new GithubSlugger();
  const anchors = new Set<string>();
  void walkTokens(lexer(text), (token) => {
    if (token.type === 'heading') anchors.add(slugger.slug(plainText(token)));
    if (token.type !== 'html') return;
    for (const [, anchor] of token.raw.matchAll(/\b(?:id|name)="([^"]*)"/g)) anchors.add(anchor);
  });
  return anchors;
}

/** The words of a heading without their markup. */
function plainText(token: Token): string {
  if ('tokens' in token && token.tokens) return token.tokens.map(plainText).join('');
  return 'text' in token ? token.text : '';
}

function markdownIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => posix.join(folder, name.split('\\').join('/')))
    .filter((path) => path.endsWith('.md'))
    .sort();
}
