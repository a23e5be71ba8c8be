// The toolbox's state on the page: keys after a click, the way back from the camera, contrast, history, notices, and time for the
// unit's pictures beside a stream.
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { importCaffe, writeSafetensors } from '../../src/importers/index.js';
import type { TestPage } from '../support/browser.js';
import { activationsOf, dropFiles, openToolbox, pictureOf, stateOf, textOf, until } from '../support/toolbox.js';

const picture = async (name: string, pixel: (i: number) => readonly [number, number, number]) => {
  const side = 64;
  const data = Uint8Array.from({ length: side * side * 3 }, (_, i) => pixel(Math.floor(i / 3))[i % 3]);
  const png = await sharp(data, { raw: { width: side, height: side, channels: 3 } })
    .png()
    .toBuffer();
  return { name, type: 'image/png', bytes: new Uint8Array(png) };
};
const isNamed = (opened: TestPage, name: string) =>
  until(opened, `document.getElementById('picture-name').textContent === '${name}'`);

test('letters are keys after a click on a checkbox and on a list; a list keeps its arrows', async () => {
  await using opened = await openToolbox('#layer=conv3&unit=20&back=off&unitPane=false');
  await opened.page.click('#stretch');
  expect(await stateOf(opened)).toMatchObject({ fit: 'stretch', unit: 20 });
  await opened.page.keyboard.press('l');
  expect((await stateOf(opened)).unit).toBe(21);
  await opened.page.focus('#gamma');
  await opened.page.keyboard.press('j');
  expect((await stateOf(opened)).unit).toBe(20);
  await opened.page.keyboard.press('ArrowDown');
  expect(await stateOf(opened)).toMatchObject({ unit: 20, gamma: 0.3 });
  expect(opened.problems).toEqual([]);
});

test('back from the camera are the opened files, and before the first of them comes the last', async () => {
  await using opened = await openToolbox('#back=off&unitPane=false');
  // A browser that has no camera: what is asked for does not come, which is the other way back.
  await opened.page.evaluate(() => {
    navigator.mediaDevices.getUserMedia = () => new Promise(() => undefined);
  });
  const files = await Promise.all(
    ['one.png', 'two.png', 'three.png'].map((name, n) => picture(name, () => [80 * n, 90, 100])),
  );
  await dropFiles(opened, files);
  await isNamed(opened, 'one.png');
  await opened.page.keyboard.press('w');
  await isNamed(opened, 'three.png');
  await opened.page.keyboard.press('e');
  await isNamed(opened, 'one.png');
  await opened.page.keyboard.press('e');
  await isNamed(opened, 'two.png');
  await opened.page.keyboard.press('c');
  expect((await stateOf(opened)).source).toBe('camera');
  await opened.page.keyboard.press('c');
  expect(await stateOf(opened)).toMatchObject({ source: 'files', picture: 1 });
  await opened.page.evaluate(() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no camera', 'NotFoundError'));
  });
  await opened.page.keyboard.press('c');
  await until(opened, 'toolbox.state().source === "files"');
  expect(await textOf(opened, 'problem')).toMatch(/no camera/);
  await opened.page.click('.dismiss');
  expect(await opened.page.$eval('#problem', (e) => e.getBoundingClientRect().height)).toBe(0);
  expect(await opened.page.$eval('#ask', (e) => e.getBoundingClientRect().height)).toBe(0);
  expect(opened.problems).toEqual([]);
});

test('contrast stretches a dim picture to the whole range, in the pane and in the net', async () => {
  await using opened = await openToolbox('#layer=conv1&back=off&unitPane=false');
  // Grey levels 40 to 71.
  await dropFiles(opened, [await picture('dim.png', (i) => [40 + (i % 32), 40 + (i % 32), 40 + (i % 32)])]);
  await isNamed(opened, 'dim.png');
  const rangeOf = async (): Promise<number> => {
    const { width, height, data } = await pictureOf(opened, 'input');
    let [least, most] = [255, 0];
    // The middle: beside the picture is the page.
    for (let y = Math.floor(height / 3); y < (2 * height) / 3; y++) {
      for (const value of data.subarray(y * width * 3 + width, y * width * 3 + 2 * width)) {
        least = Math.min(least, value);
        most = Math.max(most, value);
      }
    }
    return most - least;
  };
  const dim = await activationsOf(opened, 'conv1');
  expect(await rangeOf()).toBeLessThan(80);
  await opened.page.click('#contrast');
  await expect.poll(rangeOf, { timeout: 20_000, interval: 300 }).toBeGreaterThan(200);
  const stretched = await activationsOf(opened, 'conv1');
  const change = Math.max(...stretched.map((v, i) => Math.abs(v - dim[i])));
  expect(change).toBeGreaterThan(0.5);
  expect(opened.problems).toEqual([]);
});

test('the history of a still picture is a number, not an empty chart', async () => {
  await using opened = await openToolbox('#layer=conv3&unit=20&back=off&unitPane=false');
  await until(opened, 'document.getElementById("history-still").textContent !== ""');
  const [value] = (await textOf(opened, 'history-still')).split(' ');
  expect(await textOf(opened, 'unit-value')).toBe(`greatest now ${value}`);
  expect(await opened.page.$eval('#history-charts', (e) => getComputedStyle(e).visibility)).toBe('hidden');
  // Another picture for the same unit, and there is something to draw.
  await opened.page.keyboard.press('e');
  await until(opened, 'document.getElementById("history-still").textContent === ""');
  expect(await opened.page.$eval('#history-charts', (e) => getComputedStyle(e).visibility)).toBe('visible');
  expect(opened.problems).toEqual([]);
});

test('what the importer decided is shown, and can be dismissed for good', async () => {
  await using opened = await openToolbox('#back=off&unitPane=false');
  // The page says what its worker reports; a worker that opens such a file is the importer's matter.
  const [worker] = opened.page.workers();
  await worker.evaluate(() => {
    const { postMessage } = self;
    Object.assign(self, {
      postMessage(message: { type: string; report?: object }, options: object) {
        const notes = ['Its open size was taken as 64×64.', 'A tail was left out.'];
        const { report } = message;
        postMessage.call(self, report ? { ...message, report: { ...report, notes } } : message, options as never);
      },
    });
  });
  const { seeded: _, ...model } = importCaffe(
    `name: "noted" input: "data" input_dim: 1 input_dim: 3 input_dim: 24 input_dim: 24
     layer { name: "conv1" type: "Convolution" bottom: "data" top: "conv1" convolution_param { num_output: 8 kernel_size: 5 } }`,
    undefined,
    { seededWeights: 3 },
  );
  const bytes = writeSafetensors(model);
  await dropFiles(opened, [{ name: 'noted.safetensors', bytes }]);
  await until(opened, 'document.querySelectorAll("#notes p").length === 2');
  expect(await textOf(opened, 'notes')).toBe('Its open size was taken as 64×64.A tail was left out.');
  await opened.page.click('#notes .dismiss');
  expect(await textOf(opened, 'notes')).toBe('A tail was left out.');
  // The same net with other words for its input.
  await opened.page.select('#ask select', '0');
  await until(opened, 'document.getElementById("ask").hidden');
  expect(await textOf(opened, 'notes')).toBe('A tail was left out.');
  expect(opened.problems).toEqual([]);
});

test('while a stream runs on a software adapter, the unit’s pictures come too', async () => {
  await using opened = await openToolbox('#layer=conv1&unit=3&back=off');
  // Frames without a pause, as a camera gives them; the browser of some machines ends at a real one.
  const frames = await opened.page.evaluate(async () => {
    const { tell } = Reflect.get(window, 'toolbox');
    const canvas = new OffscreenCanvas(64, 64);
    const context = canvas.getContext('2d');
    const named = () => document.getElementById('preferred-share')?.textContent ?? '';
    const until = performance.now() + 60_000;
    let sent = 0;
    while (!/%/.test(named()) && performance.now() < until) {
      if (context) context.fillStyle = `hsl(${sent % 360} 80% 50%)`;
      context?.fillRect(0, 0, 64, 64);
      const frame = await createImageBitmap(canvas);
      const at = performance.timeOrigin + performance.now();
      tell({ type: 'frame', frame, name: 'stream', at, live: true, mirror: false }, [frame]);
      sent++;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return { sent, share: named(), drawn: Reflect.get(window, 'toolbox').pace().frames };
  });
  expect(frames.share).toMatch(/^\d+ %$/);
  expect(frames.drawn).toBeGreaterThan(3);
  expect(opened.problems).toEqual([]);
});
