// Measures the live toolbox as a user runs it: camera frames through a net to the panes, in headless Chromium. Prints the frame
// rate that the page reports, and whether memory stays constant over thousands of frames.
import { readFileSync } from 'node:fs';
import type { Browser, CDPSession, Page } from 'puppeteer';
import { addressOf, launchChrome, serveRepository, webgpuOf } from '../test/support/chrome.js';

export interface LiveOptions {
  readonly adapter: string | undefined;
  /** Parts of view titles; empty for all views. */
  readonly views: readonly string[];
  /** Frames per view. */
  readonly frames: number;
}

interface Pace {
  readonly fps: number;
  readonly latency: number;
  readonly encode: number;
  readonly frames: number;
  readonly dropped: number;
}

/** The measured views: a title, and the toolbox's address. */
const VIEWS: readonly (readonly [title: string, address: string])[] = [
  ['conv1, activations', 'layer=conv1&back=off'],
  ['conv5 and its deconvolution', 'layer=conv5&back=deconv'],
  ['conv5, backpropagated signals of all layers below fc8', 'layer=conv5&frozen=fc8:3&back=gradient&shown=differences'],
];
/** Frame rate of the camera. */
const FRAMES_PER_SECOND = 30;
/** Memory is first measured after this many frames, when all buffers exist. */
const SETTLED = 50;
/** Number of times that the page is opened and its device is lost. */
const OPENINGS = 5;
const MB = 1e6;

/** Prints a Markdown table. */
export async function runLive({ adapter, views, frames }: LiveOptions, log: (line: string) => void): Promise<void> {
  const server = await serveRepository();
  const browser = await launchChrome(webgpuOf(adapter), FRAMES_PER_SECOND);
  try {
    log(`Chromium ${await browser.version()}, ${frames} frames per view\n`);
    log(
      '| view | frames/s | frame to pixels | worker, per frame | page, per frame | dropped frames | longest page task | JS heap | GPU process |',
    );
    log(
      '| ---- | -------- | --------------- | ----------------- | --------------- | -------------- | ----------------- | ------- | ----------- |',
    );
    const chosen = VIEWS.filter(([title]) => views.length === 0 || views.some((part) => title.includes(part)));
    if (chosen.length === 0)
      throw new Error(`--cases: no view has this name; the views are ${VIEWS.map(([t]) => `'${t}'`).join(', ')}`);
    for (const [title, hash] of chosen) {
      const page = await browser.newPage();
      await page.setViewport({ width: 1500, height: 930 });
      await page.evaluateOnNewDocument(watchLongTasks);
      await page.goto(`${addressOf(server)}/examples/toolbox/index.html#${hash}&source=camera&unitPane=false`);
      log(await measureView(browser, page, title, frames));
      await page.close();
    }
    const address = `${addressOf(server)}/examples/toolbox/index.html#layer=conv3&back=off&unitPane=false`;
    const times: PageTimes[] = [];
    for (let i = 0; i < OPENINGS; i++) times.push(await measureOpening(browser, address));
    const all = (of: (t: PageTimes) => number) => times.map((t) => (of(t) / 1000).toFixed(1)).join(', ');
    log(`\nFrom opening the page to a picture in the panes, sources served one by one: ${all((t) => t.opened)} s.`);
    log(`From a lost device to the next picture: ${all((t) => t.recovered)} s.`);
  } finally {
    await browser.close();
    await server.close();
  }
}

/** Milliseconds. */
interface PageTimes {
  readonly opened: number;
  readonly recovered: number;
}

const SHOWN = 'document.querySelectorAll("#guesses li").length === 5';

async function measureOpening(browser: Browser, address: string): Promise<PageTimes> {
  const page = await browser.newPage();
  const timed = async (act: () => Promise<unknown>): Promise<number> => {
    const start = performance.now();
    await act();
    await page.waitForFunction(SHOWN, { timeout: 0, polling: 20 });
    return performance.now() - start;
  };
  const opened = await timed(() => page.goto(address));
  const recovered = await timed(async () => {
    await page.evaluate(() => Reflect.get(window, 'toolbox').tell({ type: 'lose device' }));
    // The page clears its numbers when the device is lost, so later numbers come from the next device.
    await page.waitForFunction('toolbox.losses() === 1', { polling: 20 });
  });
  await page.close();
  return { opened, recovered };
}

/** In the page: records the longest task of the main thread. The browser reports tasks of at least 50 ms. */
function watchLongTasks(): void {
  Reflect.set(window, 'longest', 0);
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) {
      Reflect.set(window, 'longest', Math.max(Reflect.get(window, 'longest'), duration));
    }
  }).observe({ type: 'longtask' });
}

async function measureView(browser: Browser, page: Page, title: string, frames: number): Promise<string> {
  const reach = (n: number) =>
    page.waitForFunction(
      (least) => (Reflect.get(window, 'toolbox')?.pace().frames ?? 0) >= least,
      { timeout: 0, polling: 500 },
      n,
    );
  await reach(SETTLED);
  const session = await page.createCDPSession();
  const before = await memoryOf(browser, page, session);
  await page.evaluate(() => Reflect.set(window, 'longest', 0));
  const start = { script: await scriptTime(page), frames: await framesOf(page) };
  const paces: Pace[] = [];
  for (let seen = SETTLED; seen < frames; ) {
    const pace: Pace = await page.evaluate(() => Reflect.get(window, 'toolbox').pace());
    paces.push(pace);
    seen = pace.frames;
    await new Promise((done) => setTimeout(done, 500));
  }
  const longest = await page.evaluate((): number => Reflect.get(window, 'longest'));
  const script = ((await scriptTime(page)) - start.script) / ((await framesOf(page)) - start.frames);
  const after = await memoryOf(browser, page, session);
  const median = (of: (p: Pace) => number) => paces.map(of).sort((a, b) => a - b)[paces.length >> 1];
  const last = paces[paces.length - 1];
  const cells = [
    title,
    median((p) => p.fps).toFixed(1),
    `${median((p) => p.latency).toFixed(1)} ms`,
    `${median((p) => p.encode).toFixed(2)} ms`,
    `${script.toFixed(2)} ms`,
    `${last.dropped} of ${last.frames + last.dropped}`,
    longest === 0 ? '< 50 ms' : `${longest.toFixed(0)} ms`,
    `${before.heap.toFixed(1)} → ${after.heap.toFixed(1)} MB`,
    after.gpu === undefined ? 'not told' : `${before.gpu?.toFixed(0)} → ${after.gpu.toFixed(0)} MB`,
  ];
  return `| ${cells.join(' | ')} |`;
}

const framesOf = (page: Page): Promise<number> => page.evaluate(() => Reflect.get(window, 'toolbox').pace().frames);

/** Milliseconds of JavaScript on the page's main thread so far. */
const scriptTime = async (page: Page): Promise<number> => ((await page.metrics()).ScriptDuration ?? 0) * 1000;

/** Megabytes of JavaScript in page and worker after garbage collection, and the memory of the GPU process if /proc tells it. */
async function memoryOf(browser: Browser, page: Page, session: CDPSession) {
  await session.send('HeapProfiler.collectGarbage');
  let heap = (await session.send('Runtime.getHeapUsage')).usedSize;
  for (const worker of page.workers()) {
    await worker.client.send('HeapProfiler.collectGarbage');
    heap += (await worker.client.send('Runtime.getHeapUsage')).usedSize;
  }
  const system = await browser.target().createCDPSession();
  const { processInfo } = await system.send('SystemInfo.getProcessInfo');
  const gpu = processInfo.find(({ type }) => type === 'GPU');
  return { heap: heap / MB, gpu: gpu && residentMegabytes(gpu.id) };
}

function residentMegabytes(pid: number): number | undefined {
  try {
    const kilobytes = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? undefined : (Number(kilobytes) * 1024) / MB;
  } catch {
    return undefined;
  }
}
