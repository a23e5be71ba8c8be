// The pages: README, the documents, the cards of the nets and the API reference, by VitePress. Addresses are the paths of the
// repository, so that a relative link works here and in the repository alike.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { slug } from 'github-slugger';
import { defineConfig } from 'vitepress';

const root = resolve(import.meta.dirname, '../..');
const outDir = resolve(process.env.SITE_OUT ?? join(root, 'site/dist'));
const base = process.env.SITE_BASE ?? '/';

/** The first heading of a page. */
const titleOf = (page) => /^# (.*)$/m.exec(readFileSync(join(root, page), 'utf8'))?.[1].replaceAll('`', '') ?? page;
const entry = (page, text = titleOf(page)) => ({ text, link: `/${page.replace(/\.md$/, '')}` });
const pagesIn = (folder) =>
  existsSync(join(root, folder))
    ? readdirSync(join(root, folder))
        .filter((name) => name.endsWith('.md'))
        .map((name) => `${folder}/${name}`)
    : [];

/** What stands where. A page of docs that is in no group comes under "More", so that none is lost. */
const GROUPS = [
  { text: 'Start', pages: ['README.md', 'docs/tour.md', 'docs/command.md', 'docs/toolbox.md', 'docs/studio.md'] },
  {
    text: 'Methods',
    pages: ['docs/methods.md', ...pagesIn('docs/methods'), 'docs/parts.md', 'docs/galleries.md', 'docs/pictures.md'],
  },
  {
    text: 'Nets',
    pages: ['docs/layers.md', 'docs/architectures.md', 'docs/nets.md', 'docs/toolbox-nets.md', 'docs/world.md'],
  },
  { text: 'Nets in the package', pages: pagesIn('models'), collapsed: true },
  { text: 'Project', pages: ['docs/architecture.md', 'docs/performance.md', 'CONTRIBUTING.md', 'CHANGELOG.md'] },
  { text: 'Measurements', pages: pagesIn('docs/bench'), collapsed: true },
];
const NAMES = { 'README.md': 'Introduction', 'docs/methods.md': 'All methods', 'CHANGELOG.md': 'Changes' };

function sidebar() {
  const grouped = new Set(GROUPS.flatMap(({ pages }) => pages));
  const rest = pagesIn('docs').filter((page) => !grouped.has(page));
  return [...GROUPS, { text: 'More', pages: rest }]
    .map(({ text, pages, collapsed = false }) => ({
      text,
      collapsed,
      items: pages.filter((page) => existsSync(join(root, page))).map((page) => entry(page, NAMES[page])),
    }))
    .filter(({ items }) => items.length > 0);
}

/**
 * The reference's modules and, below each, the headings of its page. What stands under a heading is on that page: with a link for
 * each of some hundred names, every page would be mostly navigation.
 */
function apiSidebar() {
  const written = readFileSync(join(root, 'site/api/typedoc-sidebar.json'), 'utf8').replaceAll('"/site/api/', '"/api/');
  return [{ text: 'API', link: '/api/', items: modulesOf(JSON.parse(written)) }];
}

/** The modules with their headings, of what typedoc-vitepress-theme wrote. A module that lies within another stands after it. */
function modulesOf(items, within = '') {
  return items.flatMap(({ text, link, items: children = [] }) => {
    if (!link?.endsWith('/')) return modulesOf(children, within);
    // A namespace is a name of its module's, not an address to import.
    const name = within === '' || link.includes('/namespaces/') ? text : `${within}/${text}`;
    const headings = children.filter((child) => child.link === undefined);
    const links = headings.map((heading) => ({ text: heading.text, link: `${link}#${slug(heading.text)}` }));
    const module = links.length > 0 ? { text: name, link, items: links, collapsed: false } : { text: name, link };
    return [module, ...modulesOf(children, name)];
  });
}

/**
 * Links to files that are no pages, such as a source file, go to the page that `site/build.mjs` made of that file under
 * /source; addresses stay those of the repository in the text.
 */
function sourceLinks(md) {
  md.core.ruler.push('source-links', ({ tokens, env }) => {
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const href = token.type === 'link_open' && token.attrGet('href');
      if (!href || /^(\w+:|#|\/)/.test(href)) continue;
      const [path] = decodeURI(href).split('#');
      const target = resolve(root, dirname(env.relativePath), path);
      if (/\.(md|html)$/.test(path) || !existsSync(target)) continue;
      const page = relative(root, target).split('\\').join('/');
      token.attrSet('href', `/source/${page}${statSync(target).isDirectory() ? '/index' : ''}.md`);
    }
  });
}

export default defineConfig({
  title: 'convscope',
  description: 'See what a convolutional network has learned: feature visualization on WebGPU.',
  srcDir: root,
  outDir,
  base,
  cacheDir: join(root, 'site/.vitepress/cache'),
  // Whatever else in the repository ends in .md.
  srcExclude: ['**/node_modules/**', '**/dist/**', 'site/pages/README.md', 'test/**', 'bench/**', 'src/**', 'train/**'],
  rewrites: { 'site/api/:rest*': 'api/:rest*', 'site/source/:rest*': 'source/:rest*', 'site/index.md': 'index.md' },
  // Not the configuration of the library's own build, which lies in the same folder as the pages.
  vite: { configFile: false, publicDir: false, build: { chunkSizeWarningLimit: 2000 } },
  markdown: {
    anchor: { slugify: (text) => slug(text) },
    toc: { slugify: (text) => slug(text) },
    theme: { light: 'github-light', dark: 'github-dark' },
    config: sourceLinks,
  },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [
      { text: 'Introduction', link: '/README' },
      { text: 'Methods', link: '/docs/methods', activeMatch: '^/docs/methods' },
      { text: 'API', link: '/api/', activeMatch: '^/api/' },
      { text: 'Examples', link: '/examples/index.html', target: '_self' },
    ],
    sidebar: { '/api/': apiSidebar(), '/': sidebar() },
    docFooter: { prev: 'Before', next: 'Next' },
  },
});
