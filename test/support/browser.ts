// Pages in headless Chromium or in Firefox, with WebGPU on the CPU. There is one browser and one server per test file.
import type { Browser, Page } from 'puppeteer';
import type { ViteDevServer } from 'vite';
import { afterAll } from 'vitest';
import { addressOf, launchChrome, serveRepository } from './chrome.js';
import { launchFirefox } from './firefox.js';

/** An open page, and its problems so far: console errors, exceptions, failed requests, and requests to other sites. */
export interface TestPage extends AsyncDisposable {
  readonly page: Page;
  readonly problems: readonly string[];
}

let browser: Promise<Browser> | undefined;
/** A browser without WebGPU. */
let bare: Promise<Browser> | undefined;
let firefox: Promise<Browser> | undefined;
let server: Promise<ViteDevServer> | undefined;

export interface PageOptions {
  readonly webgpu?: boolean;
  /** Not every machine has Firefox: see `findFirefox`. */
  readonly engine?: 'chromium' | 'firefox';
}

/** Opens a page of the repository, for example `openPage('/test/browser/pages/context.html')`. */
export async function openPage(
  path: string,
  { webgpu = true, engine = 'chromium' }: PageOptions = {},
): Promise<TestPage> {
  server ??= serveRepository();
  const origin = addressOf(await server);
  const page = await (await browserFor(origin, webgpu, engine)).newPage();
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

function browserFor(origin: string, webgpu: boolean, engine: 'chromium' | 'firefox'): Promise<Browser> {
  if (engine === 'firefox') {
    firefox ??= launchFirefox();
    return firefox;
  }
  if (webgpu) {
    browser ??= launchChrome().then((launched) => warmUp(launched, origin));
    return browser;
  }
  bare ??= launchChrome('none');
  return bare;
}

/**
 * Waits until the browser's GPU process is running. In one of about 40 cold starts, Chrome 147 lost it once, together with the
 * pending device request ('A valid external Instance reference no longer exists'). Costs 0.2 s per test file.
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
  // If it fails twice, the tests will report it.
  await requestDevice().catch(() => requestDevice().catch(() => undefined));
  await page.close();
  return launched;
}

afterAll(async () => {
  for (const launched of [browser, bare, firefox]) await (await launched?.catch(() => undefined))?.close();
  await (await server?.catch(() => undefined))?.close();
});
