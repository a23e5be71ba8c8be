// The browser for tests and for pictures in docs: finds it or unpacks it from npm, starts it, and serves the repository to it.
//
// The browser is the first of: the one that CHROME_PATH or PUPPETEER_EXECUTABLE_PATH names; an installed Chrome or Chromium;
// the one in npm's @sparticuz/chromium (Linux x64). CONVSCOPE_BROWSER=npm selects the last one directly.
import { createReadStream, createWriteStream, existsSync, mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress } from 'node:zlib';
import puppeteer, { type Browser } from 'puppeteer';
import { createServer, type ViteDevServer } from 'vite';
import { cachedFolder } from '../../src/node/cache.js';
import { findChromiumPackage, loadLibrary, unpackTarBrotli } from '../../src/node/swiftshader.js';
import { writeClip } from './clip.js';

const ROOT = resolve(import.meta.dirname, '..', '..');

/** Flags for WebGPU on the CPU, on a GPU, or without WebGPU, as in many browsers. */
const WEBGPU = {
  software: ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'],
  gpu: ['--enable-unsafe-webgpu', '--enable-features=Vulkan', '--use-angle=vulkan'],
  none: [],
};
/** Keep the browser from using the network and from asking questions. */
const FLAGS = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--disable-quic',
  // A fake camera that shows the clip below, without a permission prompt.
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
];

interface Chrome {
  readonly executablePath: string;
  readonly env: Record<string, string>;
  /** The npm one is Chrome's old headless mode, which is a separate binary. */
  readonly headless: true | 'shell';
}

/** A rate that a busy 2-core machine can follow. */
const FRAMES_PER_SECOND = 10;

/** Milliseconds for an answer of the page: a whole benchmark is one question. Tests have their own limits. */
const PATIENCE = 3_600_000;

/** The WebGPU flags for an adapter name of the benchmark. */
export const webgpuOf = (adapter: string | undefined): keyof typeof WEBGPU =>
  adapter === undefined || adapter === 'software' || adapter === 'swiftshader' ? 'software' : 'gpu';

/** Starts a browser with an empty profile, and a camera that shows the clip. */
export async function launchChrome(
  webgpu: keyof typeof WEBGPU = 'software',
  framesPerSecond = FRAMES_PER_SECOND,
): Promise<Browser> {
  const { executablePath, env, headless } = await findChrome();
  const clip = await writeClip(mkdtempSync(join(tmpdir(), 'convscope-clip-')), framesPerSecond);
  const args = [...FLAGS, ...WEBGPU[webgpu], `--use-file-for-fake-video-capture=${clip}`];
  const environment = { ...process.env, ...env };
  return puppeteer.launch({ executablePath, headless, args, env: environment, protocolTimeout: PATIENCE });
}

/** True if the browser is the one in @sparticuz/chromium, because there is no other. */
export const isFromNpm = async (): Promise<boolean> => (await findChrome()).headless === 'shell';

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
    // Its drivers must be next to the binary.
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
  // A bare Linux lacks four libraries and any font. Without a font, Chrome exits when it draws a letter.
  const libraries = ['libnspr4.so', 'libnssutil3.so', 'libnss3.so', 'libexpat.so.1'];
  if (!libraries.every(loadLibrary)) {
    env.LD_LIBRARY_PATH = [join(folder, 'al2023', 'lib'), process.env.LD_LIBRARY_PATH].filter(Boolean).join(delimiter);
  }
  if (!existsSync('/etc/fonts/fonts.conf')) env.FONTCONFIG_PATH = join(folder, 'fonts');
  return { executablePath: join(folder, 'chromium'), env, headless: 'shell' };
}

export async function serveRepository(): Promise<ViteDevServer> {
  const cacheDir = mkdtempSync(join(tmpdir(), 'convscope-vite-'));
  const created = await createServer({
    // The examples' own configuration, but served from the repository's root so that test pages exist too.
    configFile: join(ROOT, 'examples', 'vite.config.ts'),
    root: ROOT,
    logLevel: 'warn',
    // No reload in the middle of a test, and no cache shared by parallel servers.
    server: {
      host: '127.0.0.1',
      port: 0,
      open: false,
      watch: null,
      // Golden tests fetch nets and inputs as /@fs/ files.
      fs: { allow: [ROOT, resolve(ROOT, '../shared/data')] },
    },
    // Packages that browsers cannot read as they are. Others are not looked for.
    optimizeDeps: { noDiscovery: true, include: ['ml-kmeans', 'ml-matrix', 'umap-js'] },
    cacheDir,
  });
  created.httpServer?.once('close', () => rmSync(cacheDir, { recursive: true, force: true }));
  return created.listen();
}

export function addressOf(running: ViteDevServer): string {
  const address: AddressInfo | string | null | undefined = running.httpServer?.address();
  if (!address || typeof address === 'string') throw new Error('the page server has no port');
  return `http://127.0.0.1:${address.port}`;
}
