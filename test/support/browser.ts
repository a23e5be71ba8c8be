// A headless Chromium with WebGPU on the CPU, and a server for the pages it opens.
//
// The browser is, in this order: the one CHROME_PATH or PUPPETEER_EXECUTABLE_PATH names, an installed Chrome or
// Chromium, or the one inside npm's @sparticuz/chromium (Linux x64), which CONVSCOPE_BROWSER=npm chooses at once.
import { createReadStream, createWriteStream, existsSync, mkdtempSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress } from 'node:zlib';
import puppeteer, { type Browser, type Page } from 'puppeteer';
import { createServer, type ViteDevServer } from 'vite';
import { afterAll } from 'vitest';
import { cachedFolder } from '../../src/node/cache.js';
import { findChromiumPackage, loadLibrary, unpackTarBrotli } from '../../src/node/swiftshader.js';
import { writeClip } from './clip.js';

const ROOT = resolve(import.meta.dirname, '..', '..');

/** The first two open WebGPU on the CPU; the others keep the browser from the network and from asking things. */
const FLAGS = [
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--disable-quic',
  // A camera that shows the clip below, and no question whether it may be used.
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
];

interface Chrome {
  readonly executablePath: string;
  readonly env: Record<string, string>;
  /** The npm one is Chrome's old headless mode, a binary of its own. */
  readonly headless: true | 'shell';
}

/** An open page and what went wrong on it so far: console errors, exceptions, failed and foreign requests. */
export interface TestPage extends AsyncDisposable {
  readonly page: Page;
  readonly problems: readonly string[];
}

let browser: Promise<Browser> | undefined;
let server: Promise<ViteDevServer> | undefined;

/** Opens a page of the repository, as in `openPage('/test/browser/pages/context.html')`. */
export async function openPage(path: string): Promise<TestPage> {
  server ??= serveRepository();
  const origin = addressOf(await server);
  browser ??= launchBrowser().then((launched) => warmUp(launched, origin));
  const page = await (await browser).newPage();
  const problems: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => problems.push(`exception: ${error instanceof Error ? error.stack : String(error)}`));
  page.on('requestfailed', (request) => {
    problems.push(`request failed: ${request.url()} (${request.failure()?.errorText})`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400) problems.push(`status ${response.status()}: ${response.url()}`);
  });
  page.on('request', (request) => {
    const url = request.url();
    if (/^(https?|wss?):/.test(url) && !url.startsWith(origin)) problems.push(`leaves the site: ${url}`);
  });
  await page.goto(origin + path);
  return { page, problems, [Symbol.asyncDispose]: () => page.close() };
}

/** A new browser with an empty profile. */
async function launchBrowser(): Promise<Browser> {
  const { executablePath, env, headless } = await findChrome();
  const clip = await writeClip(mkdtempSync(join(tmpdir(), 'convscope-clip-')));
  const args = [...FLAGS, `--use-file-for-fake-video-capture=${clip}`];
  return puppeteer.launch({ executablePath, headless, args, env: { ...process.env, ...env } });
}

/**
 * Waits until the browser's GPU process is up: in one of about 40 cold starts Chrome 147 lost it once, and with it the
 * device request in flight ('A valid external Instance reference no longer exists'). Costs 0.2 s per test file.
 */
async function warmUp(launched: Browser, origin: string): Promise<Browser> {
  const page = await launched.newPage();
  await page.goto(`${origin}/test/browser/pages/blank.html`);
  const requestDevice = () =>
    page.evaluate(async () => {
      const adapter = await navigator.gpu.requestAdapter();
      const device = await adapter?.requestDevice();
      device?.destroy();
    });
  // What still fails the second time is for the tests to report.
  await requestDevice().catch(() => requestDevice().catch(() => undefined));
  await page.close();
  return launched;
}

async function findChrome(): Promise<Chrome> {
  if (process.env.CONVSCOPE_BROWSER !== 'npm') {
    const named = process.env.CHROME_PATH || process.env.PUPPETEER_EXECUTABLE_PATH;
    const executablePath = named || installedChromes().find((path) => existsSync(path));
    if (executablePath) return { executablePath, env: {}, headless: true };
  }
  const npm = await unpackedChrome();
  if (npm) return npm;
  throw new Error('No Chrome or Chromium found: install one, or name one in CHROME_PATH.');
}

function installedChromes(): string[] {
  if (process.platform === 'darwin') return ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'];
  if (process.platform === 'win32') {
    const roots = [process.env.PROGRAMFILES, process.env['PROGRAMFILES(X86)'], process.env.LOCALAPPDATA];
    return roots.flatMap((root) => (root ? [join(root, 'Google', 'Chrome', 'Application', 'chrome.exe')] : []));
  }
  const names = ['google-chrome-stable', 'google-chrome', 'chromium', 'chromium-browser'];
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return names.flatMap((name) => folders.map((folder) => join(folder, name)));
}

async function unpackedChrome(): Promise<Chrome | undefined> {
  const chromium = await findChromiumPackage();
  if (!chromium) return undefined;
  const folder = await cachedFolder(`chromium-${chromium.version}`, async (target) => {
    const archive = (name: string) => join(chromium.bin, name);
    // Its drivers are looked for beside the binary.
    await unpackTarBrotli(archive('swiftshader.tar.br'), target);
    await unpackTarBrotli(archive('al2023.tar.br'), join(target, 'al2023'));
    await unpackTarBrotli(archive('fonts.tar.br'), join(target, 'fonts'));
    await pipeline(
      createReadStream(archive('chromium.br')),
      createBrotliDecompress({ chunkSize: 2 ** 21 }),
      createWriteStream(join(target, 'chromium'), { mode: 0o755 }),
    );
  });
  const env: Record<string, string> = {};
  // What a bare Linux lacks: four libraries, and any font at all, without which Chrome ends when it draws a letter.
  const libraries = ['libnspr4.so', 'libnssutil3.so', 'libnss3.so', 'libexpat.so.1'];
  if (!libraries.every(loadLibrary)) {
    env.LD_LIBRARY_PATH = [join(folder, 'al2023', 'lib'), process.env.LD_LIBRARY_PATH].filter(Boolean).join(delimiter);
  }
  if (!existsSync('/etc/fonts/fonts.conf')) env.FONTCONFIG_PATH = join(folder, 'fonts');
  return { executablePath: join(folder, 'chromium'), env, headless: 'shell' };
}

async function serveRepository(): Promise<ViteDevServer> {
  const created = await createServer({
    // The examples' own configuration, but served from the repository's root so that test pages are there too.
    configFile: join(ROOT, 'examples', 'vite.config.ts'),
    root: ROOT,
    logLevel: 'warn',
    // Without a reload in the middle of a test, and without a cache that parallel servers would share.
    server: {
      host: '127.0.0.1',
      port: 0,
      open: false,
      watch: null,
      // Golden tests fetch nets and inputs as /@fs/ files.
      fs: { allow: [ROOT, resolve(ROOT, '../shared/data')] },
    },
    optimizeDeps: { noDiscovery: true, include: [] },
  });
  return created.listen();
}

function addressOf(running: ViteDevServer): string {
  const address: AddressInfo | string | null | undefined = running.httpServer?.address();
  if (!address || typeof address === 'string') throw new Error('the page server has no port');
  return `http://127.0.0.1:${address.port}`;
}

afterAll(async () => {
  await (await browser?.catch(() => undefined))?.close();
  await (await server?.catch(() => undefined))?.close();
});
