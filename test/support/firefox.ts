// Firefox for tests of the page. It has another shader compiler (Naga). Unlike Chromium it is in no npm package, so tests that
// need it are skipped if it is not installed.
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import puppeteer, { type Browser } from 'puppeteer';
import { driverEnvironment } from './adapter.js';

/** Milliseconds for an answer of the page, whose GPU may be a busy CPU. */
const PATIENCE = 600_000;
/** Large enough for all panes. */
const VIEWPORT = { width: 1280, height: 1000 };

/** The Firefox that FIREFOX_PATH names, or an installed one. */
export function findFirefox(): string | undefined {
  return [process.env.FIREFOX_PATH ?? '', ...installed()].find((path) => path !== '' && existsSync(path));
}

function installed(): string[] {
  if (process.platform === 'darwin') return ['/Applications/Firefox.app/Contents/MacOS/firefox'];
  if (process.platform === 'win32') {
    const roots = [process.env.PROGRAMFILES, process.env.LOCALAPPDATA];
    return roots.flatMap((root) => (root ? [join(root, 'Mozilla Firefox', 'firefox.exe')] : []));
  }
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return ['firefox', 'firefox-esr'].flatMap((name) => folders.map((folder) => join(folder, name)));
}

/** Starts a Firefox with an empty profile and WebGPU on the tests' adapter. */
export async function launchFirefox(): Promise<Browser> {
  const executablePath = findFirefox();
  if (!executablePath) throw new Error('No Firefox found: install one, or name one in FIREFOX_PATH.');
  return puppeteer.launch({
    browser: 'firefox',
    executablePath,
    headless: true,
    defaultViewport: VIEWPORT,
    env: await driverEnvironment(),
    protocolTimeout: PATIENCE,
    extraPrefsFirefox: {
      // Firefox for Linux does not enable it by default yet, and refuses every CPU driver.
      'dom.webgpu.enabled': true,
      'gfx.webgpu.ignore-blocklist': true,
    },
  });
}
