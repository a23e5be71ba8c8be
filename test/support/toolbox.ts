// Helpers for browser tests of the toolbox's page.
import { createHash } from 'node:crypto';
import sharp from 'sharp';
import type { ToolboxState } from '../../examples/toolbox/state.js';
import { openPage, type PageOptions, type TestPage } from './browser.js';

const PAGE = '/examples/toolbox/index.html';
/** Compiling a net's shaders on a busy CPU takes a while. */
export const TIMEOUT = 50_000;

/** Waits for a condition on the page. */
export const until = (opened: TestPage, condition: string) =>
  opened.page.waitForFunction(condition, { timeout: TIMEOUT });
export const stateOf = (opened: TestPage): Promise<ToolboxState> =>
  opened.page.evaluate('toolbox.state()') as Promise<ToolboxState>;
export const textOf = (opened: TestPage, id: string): Promise<string> =>
  opened.page.evaluate((i) => document.getElementById(i)?.textContent ?? '', id);

/** An address whose pictures are computed, unless it says otherwise: those of a pack are there before anything is tested. */
export const computing = (address: string): string =>
  address.includes('packs=') ? address : address.length > 1 ? `${address}&packs=false` : '#packs=false';

/** Opens the page and waits for a net, a picture and its backpropagated signal. */
export async function openToolbox(address = '', options: PageOptions = {}): Promise<TestPage> {
  const opened = await openPage(PAGE + computing(address), options);
  await until(opened, 'document.querySelectorAll("#guesses li").length === 5');
  return opened;
}

/**
 * The content of a pane, from a screenshot: rows of RGB bytes. Only what is in the viewport: to capture more, the page would be
 * enlarged for a moment, and one time in thirty Chromium's compositor then fills the whole pane with one colour.
 */
export async function pictureOf(opened: TestPage, id: string) {
  const element = await opened.page.$(`#${id}`);
  if (!element) throw new Error(`no #${id}`);
  const { data, info } = await sharp(await element.screenshot({ captureBeyondViewport: false }))
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data: new Uint8Array(data) };
}

/** Pixels at a pane's edge: its rounded corners are the page's, and Chromium's compositor blends them by one level more or less. */
const EDGE = 4;

/** A hash of a pane's pixels. Comparing hashes is instant, while a list of differing pixels would take minutes. */
export async function fingerprintOf(opened: TestPage, id: string): Promise<string> {
  const { width, height, data } = await pictureOf(opened, id);
  const hash = createHash('sha256');
  for (let y = EDGE; y < height - EDGE; y++)
    hash.update(data.subarray((y * width + EDGE) * 3, ((y + 1) * width - EDGE) * 3));
  return hash.digest('hex');
}

export const pixelsOf = async (opened: TestPage, id: string): Promise<Uint8Array> => (await pictureOf(opened, id)).data;

export const coloursOf = (pixels: Uint8Array): number => {
  const seen = new Set<number>();
  for (let i = 0; i < pixels.length; i += 3) seen.add(pixels[i] * 65_536 + pixels[i + 1] * 256 + pixels[i + 2]);
  return seen.size;
};

/** The activations of a layer in the page's worker. */
export const activationsOf = async (opened: TestPage, layer: string): Promise<number[]> => {
  const [worker] = opened.page.workers();
  return worker.evaluate(
    async (name) => Array.from((await Reflect.get(self, 'engine').activations(name)) as Float32Array),
    layer,
  );
};

/** Opens the preprocessing form of the open net. Not by pointer, because the list of nets grows while its files are read. */
export async function openPreprocessing({ page }: TestPage): Promise<void> {
  await page.keyboard.press('N');
  await page.$eval('#preprocessing-button', (button) => {
    if (button instanceof HTMLElement) button.click();
  });
  await page.waitForSelector('#preprocessing[open]');
}

/** Drops files anywhere on the page. */
export async function dropFiles(
  opened: TestPage,
  files: readonly { readonly name: string; readonly type?: string; readonly bytes: Uint8Array }[],
): Promise<void> {
  await opened.page.evaluate(
    (list) => {
      const transfer = new DataTransfer();
      for (const { name, type, text } of list) {
        const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
        transfer.items.add(new File([bytes], name, { type }));
      }
      document.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true }));
    },
    files.map(({ name, type = '', bytes }) => ({ name, type, text: Buffer.from(bytes).toString('base64') })),
  );
}
