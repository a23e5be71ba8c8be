// Firefox for the tests of the page: another engine for shaders (Naga) and for everything else. Unlike Chromium it comes with no
// npm package, so it is looked for, and the tests that want it are skipped without.
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import puppeteer, { type Browser } from 'puppeteer';
import { driverEnvironment } from './adapter.js';

/** Milliseconds for an answer of the page: its GPU may be a busy CPU. */
const PATIENCE = 600_000;
/** All panes are on screen. */
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

/** A new Firefox with an empty profile and WebGPU on the tests' adapter. */
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
      // On by default in no Firefox for Linux yet, and refused for every driver that computes on the CPU.
      'dom.webgpu.enabled': true,
      'gfx.webgpu.ignore-blocklist': true,
    },
  });
}
