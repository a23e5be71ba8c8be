// The documentation's pages. Their tools are installed from npm by the first build; without a network the test is skipped.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, posix, resolve } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');
const BUILD = join(ROOT, 'site', 'build.mjs');
const BUILT = join(ROOT, 'site', 'dist');
/** The exit status of site/build.mjs where its tools cannot be installed. */
const NO_TOOLS = 3;
/** Milliseconds: the tools are 50 MB to download. */
const PATIENCE = 600_000;

test('every public name has a docstring, and what its types name is public too', { timeout: PATIENCE }, ({ skip }) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BUILD, '--reference'], { encoding: 'utf8' });
  if (status === NO_TOOLS) return skip(stderr.trim().split('\n').at(-1));
  const said = `${stdout}${stderr}`.split('\n').filter((line) => /warning|error/.test(line));
  expect(said).toEqual([]);
  expect(status).toBe(0);
});

// A build takes minutes on a busy machine of two cores, so that the pages are checked where somebody has built them.
test('links between the built pages', { timeout: PATIENCE }, ({ skip }) => {
  if (!existsSync(join(BUILT, 'index.html'))) return skip('the site is not built: npm run build:site');
  const pages = filesIn(BUILT).filter((path) => path.endsWith('.html'));
  const anchors = new Map(pages.map((page) => [page, anchorsOf(readFileSync(join(BUILT, page), 'utf8'))]));
  const broken = pages.flatMap((page) => {
    const links = [...readFileSync(join(BUILT, page), 'utf8').matchAll(/\s(?:href|src)="([^"]*)"/g)].map(
      ([, link]) => link,
    );
    return [...new Set(links)].filter((link) => leadsNowhere(page, link, anchors)).map((link) => `${page}: ${link}`);
  });
  expect(pages.length).toBeGreaterThan(100);
  expect(broken).toEqual([]);
});

function leadsNowhere(page: string, link: string, anchors: ReadonlyMap<string, ReadonlySet<string>>): boolean {
  if (/^([a-z]+:|\/\/)/i.test(link) || link === '' || link === '#') return false;
  const [path, anchor] = decodeURIComponent(link.replaceAll('&amp;', '&')).split('#');
  const target =
    path === '' ? page : posix.join(path.startsWith('/') ? '' : posix.dirname(page), path.replace(/^\//, ''));
  const file = [target, `${target}.html`, posix.join(target, 'index.html')].find((each) => isFile(join(BUILT, each)));
  if (file === undefined) return true;
  return anchor !== undefined && anchor !== '' && !anchors.get(file)?.has(anchor);
}

const isFile = (path: string): boolean => existsSync(path) && statSync(path).isFile();

const anchorsOf = (html: string): Set<string> => new Set([...html.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id));

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((path) => path.split('\\').join('/'));
}
