// The packed package in other people's bundles: a page and a module worker, by webpack, esbuild and Vite, run in Chromium.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Browser } from 'puppeteer';
import { build as viteBuild } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readSafetensors } from '../../src/importers/index.js';
import { classify, createRng } from '../../src/index.js';
import { buildPackage, installPacked } from '../support/builtPackage.js';
import { launchChrome } from '../support/chrome.js';
import { testContext } from '../support/device.js';
import { serveFiles } from '../support/fileServer.js';
import { installTools, type Tools } from '../support/tools.js';

const NET = readFileSync(resolve(import.meta.dirname, '../../models/mini-squeezenet.safetensors'));
const SIZE = 3 * 64 * 64;

/** What a page and a worker do alike. */
const SHARED = `
import { classify, createRng, openContext } from 'convscope';
import { loadSafetensors } from 'convscope/importers';

export async function guess(origin) {
  const ctx = await openContext();
  const model = await loadSafetensors(await fetch(origin + '/net.safetensors'));
  const rng = createRng(1);
  const input = Float32Array.from({ length: ${SIZE} }, () => rng.normal() * 50);
  const [[best]] = await classify(ctx, model, input);
  return best;
}
`;
const WORKER = `
import { guess } from './shared.js';
self.onmessage = async ({ data }) => self.postMessage(await guess(data));
`;
const PAGE = `
import { guess } from './shared.js';
const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
const inWorker = new Promise((resolve, reject) => {
  worker.onmessage = ({ data }) => resolve(data);
  worker.onerror = (event) => reject(new Error(event.message));
});
worker.postMessage(location.origin);
window.result = Promise.all([guess(location.origin), inWorker]);
`;

/** The part of webpack that is used here. */
type Webpack = (
  config: object,
  done: (
    error: Error | null,
    stats?: { toString(what: string): string; hasErrors(): boolean; hasWarnings(): boolean },
  ) => void,
) => void;
interface Esbuild {
  build(options: object): Promise<{ readonly warnings: readonly unknown[] }>;
}

const folder = mkdtempSync(join(tmpdir(), 'convscope-bundlers-'));
const project = join(folder, 'project');
const source = (name: string) => join(project, `${name}.js`);
let tools: Tools;
let browser: Browser | undefined;
let expected: { readonly label: string; readonly probability: number };

beforeAll(async () => {
  tools = await installTools('consumer');
  await buildPackage(join(folder, 'package'));
  await installPacked(join(folder, 'package'), project);
  for (const [name, code] of Object.entries({ shared: SHARED, worker: WORKER, page: PAGE })) {
    writeFileSync(source(name), code);
  }
  const rng = createRng(1);
  const input = Float32Array.from({ length: SIZE }, () => rng.normal() * 50);
  [[expected]] = await classify(await testContext(), readSafetensors(new Uint8Array(NET)), input);
  browser = await launchChrome();
}, 600_000);

afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Paths of all modules in a folder; a package's folder may be called fft.js. */
const modulesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.js') && statSync(join(folder, name)).isFile(),
  );

/** What the page and the worker in a folder of bundles find. */
async function run(outDir: string, script: string): Promise<unknown> {
  const names = modulesIn(outDir);
  const files = Object.fromEntries(names.map((name) => [name, new Uint8Array(readFileSync(join(outDir, name)))]));
  const html = `<!doctype html><link rel="icon" href="data:," /><script type="module" src="/${script}"></script>`;
  await using server = await serveFiles({
    ...files,
    'index.html': new TextEncoder().encode(html),
    'net.safetensors': new Uint8Array(NET),
  });
  const page = await browser?.newPage();
  if (!page) throw new Error('the browser is gone');
  const problems: unknown[] = [];
  page.on('pageerror', (error) => problems.push(error));
  await page.goto(`${server.origin}/index.html`);
  await page.waitForFunction('window.result', { timeout: 60_000 });
  const result = await page.evaluate('window.result');
  expect(problems).toEqual([]);
  await page.close();
  return result;
}

/** Once on the page, once in the worker. */
const both = () => {
  const { label, probability } = expected;
  const guess = expect.objectContaining({ label, probability: expect.closeTo(probability, 4) });
  return [guess, guess];
};

test('webpack', async ({ skip }) => {
  if (tools.missing !== undefined) return skip(tools.missing);
  const webpack: Webpack = createRequire(join(tools.folder, 'package.json'))('webpack');
  const outDir = join(folder, 'webpack');
  const config = {
    ...{ mode: 'production', context: project, entry: source('page'), performance: false },
    ...{ experiments: { outputModule: true }, output: { path: outDir, filename: 'page.js', module: true } },
  };
  const complaints = await new Promise<string>((done, fail) => {
    webpack(config, (error, stats) => {
      if (error || !stats) fail(error ?? new Error('webpack gave no report'));
      else done(stats.hasErrors() || stats.hasWarnings() ? stats.toString('errors-warnings') : '');
    });
  });
  expect(complaints).toBe('');
  expect(await run(outDir, 'page.js')).toEqual(both());
});

test('esbuild', async ({ skip }) => {
  if (tools.missing !== undefined) return skip(tools.missing);
  const esbuild: Esbuild = createRequire(join(tools.folder, 'package.json'))('esbuild');
  const outDir = join(folder, 'esbuild');
  const { warnings } = await esbuild.build({
    ...{ absWorkingDir: project, entryPoints: [source('page'), source('worker')], outdir: outDir },
    ...{ bundle: true, minify: true, splitting: true, format: 'esm', logLevel: 'silent' },
  });
  expect(warnings).toEqual([]);
  expect(await run(outDir, 'page.js')).toEqual(both());
});

test('Vite', async () => {
  const outDir = join(folder, 'vite');
  mkdirSync(outDir);
  await viteBuild({
    ...{ configFile: false, root: project, logLevel: 'error', worker: { format: 'es' } },
    build: {
      outDir,
      target: 'es2022',
      rolldownOptions: { input: source('page'), output: { entryFileNames: 'page.js' } },
    },
  });
  expect(await run(outDir, 'page.js')).toEqual(both());
});

test('no bundler: the modules as they are', async () => {
  const dist = join(project, 'node_modules', 'convscope', 'dist');
  const outDir = join(folder, 'plain');
  mkdirSync(outDir);
  const modules = modulesIn(dist);
  for (const name of modules) {
    mkdirSync(join(outDir, 'convscope', name, '..'), { recursive: true });
    writeFileSync(join(outDir, 'convscope', name), readFileSync(join(dist, name)));
  }
  // A worker has no import map, hence the paths.
  for (const name of ['shared', 'worker', 'page']) {
    const code = readFileSync(source(name), 'utf8');
    const plain = code
      .replace("'convscope'", "'/convscope/index.js'")
      .replace("'convscope/importers'", "'/convscope/importers/index.js'");
    writeFileSync(join(outDir, `${name}.js`), plain);
  }
  expect(await run(outDir, 'page.js')).toEqual(both());
});
