// `npm run build:site`: the documents, the API reference and the examples as one static site.
//
//   npm run build:site -- [--out FOLDER] [--base /PATH/] [--reference]
//
// The tools are listed in site/package.json and installed here when they are missing. They are not among the project's own
// packages because TypeDoc reads TypeScript up to 6, and because only this needs them.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, extname, join, posix, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const here = import.meta.dirname;
const root = resolve(here, '..');
const { values } = parseArgs({
  options: {
    out: { type: 'string', default: join(here, 'dist') },
    base: { type: 'string', default: '/' },
    reference: { type: 'boolean', default: false },
  },
});
const out = resolve(values.out);

/** The exit status where the tools cannot be installed, such as offline. */
const NO_TOOLS = 3;
/** What begins the page of a source file. */
const HEAD = '---\noutline: false\naside: false\nprev: false\nnext: false\n---\n\n';
/** Longer than any fence in a source file. */
const FENCE = '~~~~~~~~';
const LANGUAGES = { '.mjs': 'js', '.prototxt': 'txt', '': 'txt' };

installTools();
writeReference();
if (values.reference) process.exit();
writeSourcePages();
node(join(here, 'node_modules/vitepress/bin/vitepress.js'), 'build', here);
node(
  join(root, 'node_modules/vite/bin/vite.js'),
  'build',
  'examples',
  '--outDir',
  join(out, 'examples'),
  '--emptyOutDir',
  '-l',
  'error',
);
console.log(`The site is in ${relative(process.cwd(), out) || '.'}`);

function installTools() {
  const lock = createHash('sha256')
    .update(readFileSync(join(here, 'package-lock.json')))
    .digest('hex');
  const stamp = join(here, 'node_modules', '.installed');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--fetch-retries=1'];
  const windows = process.platform === 'win32';
  const { status } = spawnSync('npm', ['ci', ...options], { cwd: here, stdio: 'inherit', shell: windows });
  if (status !== 0) {
    console.error(`the packages of site/package.json could not be installed: npm ci ended with ${status}`);
    process.exit(NO_TOOLS);
  }
  writeFileSync(stamp, lock);
}

/** Writes site/api; a public name without a docstring, or one that is missing from the reference, ends it. */
function writeReference() {
  rmSync(join(here, 'api'), { recursive: true, force: true });
  node(join(here, 'node_modules/typedoc/bin/typedoc'), '--options', join(here, 'typedoc.json'), '--logLevel', 'Warn');
}

/** Writes a page for each source file or folder that a document or the reference links to: site/source/<path>.md. */
function writeSourcePages() {
  rmSync(join(here, 'source'), { recursive: true, force: true });
  for (const path of linkedFiles()) {
    const at = join(root, path);
    const isFolder = statSync(at).isDirectory();
    const page = join(here, 'source', isFolder ? `${path}/index.md` : `${path}.md`);
    mkdirSync(dirname(page), { recursive: true });
    writeFileSync(page, isFolder ? folderPage(path) : filePage(path, readFileSync(at, 'utf8')));
  }
}

function filePage(path, text) {
  const extension = extname(path);
  const language = LANGUAGES[extension] ?? extension.slice(1);
  return `${HEAD}# ${path}\n\n${FENCE}${language}:line-numbers\n${text}${text.endsWith('\n') ? '' : '\n'}${FENCE}\n`;
}

function folderPage(path) {
  const names = readdirSync(join(root, path), { withFileTypes: true })
    .map((each) => (each.isDirectory() ? `${each.name}/` : each.name))
    .sort();
  return `${HEAD}# ${path}/\n\n${names.map((name) => `- \`${name}\``).join('\n')}\n`;
}

function linkedFiles() {
  const found = new Set();
  for (const page of documents('README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'docs', 'models')) {
    const text = readFileSync(join(root, page), 'utf8');
    for (const [, href] of text.matchAll(/(?<!!\[[^\]]*)\]\(([^)\s#]+)(?:#[^)]*)?\)/g)) {
      if (/^(\w+:|\/)|\.(md|html)$/.test(href)) continue;
      const path = posix.join(posix.dirname(page), decodeURI(href)).replace(/\/$/, '');
      if (existsSync(join(root, path))) found.add(path);
    }
  }
  for (const page of documents('site/api')) {
    for (const [, path] of readFileSync(join(root, page), 'utf8').matchAll(/\]\(\/source\/([^)]*)\.md\)/g))
      found.add(path);
  }
  return [...found].sort();
}

/** The Markdown files among these files and in these folders, as paths from the repository's root. */
function documents(...places) {
  const paths = places.flatMap((place) => {
    if (!statSync(join(root, place)).isDirectory()) return [place];
    return readdirSync(join(root, place), { recursive: true, encoding: 'utf8' }).map((name) => `${place}/${name}`);
  });
  return paths.map((path) => path.split('\\').join('/')).filter((path) => path.endsWith('.md'));
}

function node(script, ...args) {
  const env = { ...process.env, SITE_OUT: out, SITE_BASE: values.base };
  finish(spawnSync(process.execPath, [script, ...args], { cwd: root, stdio: 'inherit', env }), relative(root, script));
}

function finish({ status, error }, name) {
  if (error) throw error;
  if (status !== 0) {
    console.error(`${name} ended with ${status}`);
    process.exit(status ?? 1);
  }
}
