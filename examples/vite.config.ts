// The example pages: `npm start` serves them, with the library from source; `npm run build:examples` makes a static site.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { defineConfig, type Plugin } from 'vite';

const here = import.meta.dirname;
const src = resolve(here, '..', 'src');
const pages = ['.', ...readdirSync(here)]
  .map((name) => join(here, name, 'index.html'))
  .filter((page) => existsSync(page));

/** On some systems, opening a browser without a screen is an error. The address is printed in any case. */
const hasScreen = process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);

/** Prints the addresses of the pages, in case the browser does not open by itself. */
const namePages: Plugin = {
  name: 'name pages',
  configureServer(server) {
    const { printUrls } = server;
    server.printUrls = () => {
      printUrls();
      const [origin] = server.resolvedUrls?.local ?? [];
      const names = pages.map((page) => relative(here, dirname(page))).filter((name) => name !== '');
      for (const name of names.sort().reverse()) server.config.logger.info(`  ➜  ${name}: ${origin}${name}/`);
    };
  },
};

/** The built site has its documents beside the examples. Here they are shown as they are written. */
const documents: Plugin = {
  name: 'documents',
  configureServer(server) {
    server.middlewares.use('/docs', (request, response, next) => {
      const docs = resolve(here, '..', 'docs');
      const file = resolve(docs, `.${(request.url ?? '').replace(/[?#].*/, '').replace(/\.html$/, '.md')}`);
      if (!file.startsWith(docs + sep) || !file.endsWith('.md') || !existsSync(file)) return next();
      response.setHeader('Content-Type', 'text/plain; charset=utf-8');
      response.end(readFileSync(file));
    });
  },
};

export default defineConfig({
  root: here,
  plugins: [namePages, documents],
  // Relative, so that the built site works from any folder of any server.
  base: './',
  // Examples import the library by its name, as its users do.
  resolve: {
    alias: [
      { find: /^convscope\/(importers|views|node)$/, replacement: `${src}/$1/index.ts` },
      { find: /^convscope\/world$/, replacement: resolve(src, '../train/world/index.ts') },
      { find: /^convscope$/, replacement: `${src}/index.ts` },
    ],
  },
  server: { open: hasScreen && !process.env.CI ? '/toolbox/' : false, fs: { allow: [resolve(here, '..')] } },
  worker: { format: 'es' },
  build: { target: 'es2022', rolldownOptions: { input: pages } },
});
