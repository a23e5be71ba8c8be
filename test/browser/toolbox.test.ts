// The toolbox in a real browser: every pane shows what the library computes, every control does what it says.
import { describe, expect, test } from 'vitest';
import type { ToolboxState } from '../../examples/toolbox/state.js';
import { openPage, type TestPage } from '../support/browser.js';

const PAGE = '/examples/toolbox/index.html';
/** Compiling a net's shaders on a busy CPU takes a while. */
const TIMEOUT = 90_000;

/** Waits for a condition on the page. */
const until = (opened: TestPage, condition: string) => opened.page.waitForFunction(condition, { timeout: TIMEOUT });
const stateOf = (opened: TestPage): Promise<ToolboxState> =>
  opened.page.evaluate('toolbox.state()') as Promise<ToolboxState>;
const textOf = (opened: TestPage, id: string) =>
  opened.page.evaluate((i) => document.getElementById(i)?.textContent ?? '', id);

/** Opens the page and waits for a net, a picture and its back-projection. */
async function openToolbox(address = ''): Promise<TestPage> {
  const opened = await openPage(PAGE + address);
  await until(opened, 'document.querySelectorAll("#guesses li").length === 5');
  return opened;
}

/** What a pane shows: bytes of its screenshot's pixels. */
async function pixelsOf(opened: TestPage, id: string): Promise<Uint8Array> {
  const element = await opened.page.$(`#${id}`);
  if (!element) throw new Error(`no #${id}`);
  const png = await element.screenshot();
  const { default: sharp } = await import('sharp');
  return new Uint8Array(await sharp(png).removeAlpha().raw().toBuffer());
}

const coloursOf = (pixels: Uint8Array): number => {
  const seen = new Set<number>();
  for (let i = 0; i < pixels.length; i += 3) seen.add(pixels[i] * 65_536 + pixels[i + 1] * 256 + pixels[i + 2]);
  return seen.size;
};

describe('toolbox', () => {
  test('opens on the embedded net and a picture of the world, and names it', async () => {
    await using opened = await openToolbox();
    expect(await textOf(opened, 'net')).toMatch(/^mini-caffenet · 14 layers · input 3×64×64$/);
    expect((await stateOf(opened)).layer).toBe('conv5');
    // Image 0 of seed 2: the caption names the class that the net finds.
    const caption = await textOf(opened, 'picture-name');
    const guess = await opened.page.$eval('#guesses li span', (e) => e.textContent ?? '');
    expect(caption).toContain(guess);
    await until(opened, '/greatest now [-0-9.e]+/.test(document.getElementById("unit-value").textContent)');
    expect(coloursOf(await pixelsOf(opened, 'input'))).toBeGreaterThan(300);
    expect(coloursOf(await pixelsOf(opened, 'grid'))).toBeGreaterThan(20);
    expect(coloursOf(await pixelsOf(opened, 'back'))).toBeGreaterThan(100);
    expect(opened.problems).toEqual([]);
  });

  test('keys move the cursor, the address follows, and an address opens its view', async () => {
    await using opened = await openToolbox('#layer=conv3&unit=20&back=off');
    await opened.page.keyboard.press('l');
    await opened.page.keyboard.press('o');
    await opened.page.keyboard.press('t');
    expect(await stateOf(opened)).toMatchObject({ layer: 'conv4', unit: 21, gamma: 0.7, back: 'off' });
    expect(opened.page.url()).toContain('layer=conv4&unit=21');
    expect(await opened.page.$eval('[aria-selected="true"]', (e) => e.textContent)).toBe('conv4');
    await opened.page.keyboard.press('h');
    expect(await opened.page.$eval('#help', (e) => e instanceof HTMLDialogElement && e.open)).toBe(true);
    await opened.page.keyboard.press('Escape');
    expect(await opened.page.$eval('#help', (e) => e instanceof HTMLDialogElement && e.open)).toBe(false);
    expect((await stateOf(opened)).layer).toBe('conv4');
    expect(opened.problems).toEqual([]);
  });

  test('a click chooses the unit under the pointer, and its value is told', async () => {
    await using opened = await openToolbox('#layer=conv1&back=off');
    const grid = await opened.page.$('#grid');
    const box = await grid?.boundingBox();
    if (!box) throw new Error('no grid');
    await opened.page.mouse.move(box.x + box.width * 0.5, box.y + box.height * 0.4);
    await until(opened, '/^unit \\d+ at \\d+,\\d+: /.test(document.getElementById("hover").textContent)');
    const [, unit] = /^unit (\d+)/.exec(await textOf(opened, 'hover')) ?? [];
    await opened.page.mouse.down();
    await opened.page.mouse.up();
    await until(opened, `toolbox.state().unit === ${unit}`);
    expect(opened.problems).toEqual([]);
  });

  test('another picture changes what the panes show; frozen, it does not', async () => {
    await using opened = await openToolbox('#layer=conv2&back=off');
    const first = await pixelsOf(opened, 'input');
    await opened.page.keyboard.press('e');
    await until(opened, 'document.getElementById("picture-name").textContent !== ""');
    await new Promise((resolve) => setTimeout(resolve, 3000));
    const second = await pixelsOf(opened, 'input');
    expect(second).not.toEqual(first);
    await opened.page.keyboard.press('w');
    await new Promise((resolve) => setTimeout(resolve, 3000));
    expect(await pixelsOf(opened, 'input')).toEqual(first);
    await opened.page.keyboard.press('f');
    await opened.page.keyboard.press('e');
    await new Promise((resolve) => setTimeout(resolve, 2000));
    expect(await pixelsOf(opened, 'input')).toEqual(first);
    expect(opened.problems).toEqual([]);
  });

  test('the camera: frames flow, and few of them are answered with a readback', async () => {
    await using opened = await openToolbox('#layer=conv1&back=off');
    const worker = opened.page.workers()[0];
    await worker.evaluate(() => {
      const counts = { maps: 0, copies: 0 };
      Object.assign(self, { counts });
      const { mapAsync } = GPUBuffer.prototype;
      GPUBuffer.prototype.mapAsync = function (...args) {
        counts.maps++;
        return mapAsync.apply(this, args);
      };
      const { copyExternalImageToTexture } = GPUQueue.prototype;
      GPUQueue.prototype.copyExternalImageToTexture = function (...args) {
        counts.copies++;
        return copyExternalImageToTexture.apply(this, args);
      };
    });
    await opened.page.keyboard.press('c');
    await until(opened, 'toolbox.state().source === "camera"');
    const start = performance.now();
    let counts = { maps: 0, copies: 0 };
    while (counts.copies < 20 && performance.now() - start < TIMEOUT) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      counts = await worker.evaluate(() => Reflect.get(self, 'counts'));
    }
    expect(counts.copies).toBeGreaterThan(5);
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    console.log(`toolbox: ${counts.copies} camera frames, ${counts.maps} readbacks in ${seconds} s`);
    expect(await textOf(opened, 'status')).toMatch(/\d+ frames\/s · \d+ ms · \d+ left out/);
    expect(opened.problems).toEqual([]);
  });

  test('a lost device comes back by itself, with the same picture', async () => {
    await using opened = await openToolbox('#layer=conv3&back=off');
    await new Promise((resolve) => setTimeout(resolve, 2000));
    const before = { input: await pixelsOf(opened, 'input'), grid: await pixelsOf(opened, 'grid') };
    await opened.page.evaluate(() => {
      document.getElementById('guesses')?.replaceChildren();
      Reflect.get(window, 'toolbox').tell({ type: 'lose device' });
    });
    const start = performance.now();
    await until(opened, 'document.querySelectorAll("#guesses li").length === 5');
    console.log(`toolbox: a lost device was back after ${((performance.now() - start) / 1000).toFixed(1)} s`);
    await new Promise((resolve) => setTimeout(resolve, 2000));
    expect(await pixelsOf(opened, 'input')).toEqual(before.input);
    expect(await pixelsOf(opened, 'grid')).toEqual(before.grid);
    expect(opened.problems).toEqual([]);
  });

  test('a file that is no net is said, and the one before goes on', async () => {
    await using opened = await openToolbox('#back=off');
    await opened.page.evaluate(() => {
      const files = new DataTransfer();
      files.items.add(new File(['no net'], 'broken.onnx'));
      document.dispatchEvent(new DragEvent('drop', { dataTransfer: files, bubbles: true }));
    });
    await until(opened, '!document.getElementById("problem").hidden');
    expect(await textOf(opened, 'problem')).toMatch(/onnx/);
    await opened.page.keyboard.press('e');
    await until(opened, 'document.querySelectorAll("#guesses li").length === 5');
    expect(opened.problems).toEqual([]);
  });
});
