// Pictures of all kinds that people drop on the toolbox: what the net is given of them, and what is said.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { importCaffe, readSafetensors, writeSafetensors } from '../../src/importers/index.js';
import { activations } from '../../src/scene/forward.js';
import { preprocessPicture } from '../../src/scene/input.js';
import type { TestPage } from '../support/browser.js';
import { testContext } from '../support/device.js';
import { describeWithData, sharedData } from '../support/shared.js';
import { activationsOf, dropFiles, openToolbox, textOf, until } from '../support/toolbox.js';

/** Shows what it is given: the means of the four quarters, in red, green and blue. */
const QUARTERS = writeSafetensors({
  ...importCaffe(
    `name: "quarters" input: "data" input_dim: 1 input_dim: 3 input_dim: 16 input_dim: 16
     layer { name: "means" type: "Pooling" bottom: "data" top: "means" pooling_param { pool: AVE kernel_size: 8 stride: 8 } }`,
  ),
  preprocessing: { order: 'rgb', mean: [0, 0, 0], scale: 1, fit: 'crop', stated: true },
});

type Rgb = readonly [number, number, number];
const RED: Rgb = [255, 0, 0];
const GREEN: Rgb = [0, 255, 0];
const BLUE: Rgb = [0, 0, 255];
/** Levels of 255 that JPEG, and reducing, may change of a plain colour. */
const LEVELS = 3;

const plain = ([r, g, b]: Rgb, width = 16, height = 16, alpha = 1) =>
  sharp({ create: { width, height, channels: 4, background: { r, g, b, alpha } } });
const file = async (name: string, type: string, picture: Sharp) => ({
  name,
  type: `image/${type}`,
  bytes: new Uint8Array(await picture.toBuffer()),
});

async function openQuarters(): Promise<TestPage> {
  const opened = await openToolbox('#back=off&unitPane=false');
  await dropFiles(opened, [{ name: 'quarters.safetensors', bytes: QUARTERS }]);
  await until(opened, 'toolbox.state().layer === "means"');
  return opened;
}

const named = (opened: TestPage, name: string) =>
  until(opened, `document.getElementById("picture-name").textContent === ${JSON.stringify(name)}`);

/** The colours of the quarters, row by row. */
async function expectQuarters(opened: TestPage, expected: readonly Rgb[]): Promise<void> {
  const furthest = async () => {
    const means = await activationsOf(opened, 'means');
    return Math.max(...expected.flatMap((rgb, q) => rgb.map((level, c) => Math.abs(means[c * 4 + q] - level))));
  };
  await expect.poll(furthest, { timeout: 20_000, interval: 200 }).toBeLessThanOrEqual(LEVELS);
}

const all = (rgb: Rgb): Rgb[] => [rgb, rgb, rgb, rgb];

describe('a picture', () => {
  test('is turned as its EXIF says', async () => {
    await using opened = await openQuarters();
    // Stored with red on the left; orientation 6 turns it by a quarter, clockwise: red is above.
    const stored = plain(BLUE)
      .composite([{ input: await plain(RED, 8, 16).png().toBuffer(), left: 0, top: 0 }])
      .removeAlpha()
      .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
      .withMetadata({ orientation: 6 });
    await dropFiles(opened, [await file('turned.jpg', 'jpeg', stored)]);
    await named(opened, 'turned.jpg');
    await expectQuarters(opened, [RED, RED, BLUE, BLUE]);
    expect(opened.problems).toEqual([]);
  });

  test('that is transparent is laid on white', async () => {
    await using opened = await openQuarters();
    await dropFiles(opened, [await file('half.png', 'png', plain(RED, 16, 16, 0.5).png())]);
    await named(opened, 'half.png');
    await expectQuarters(opened, all([255, 127, 127]));
    await dropFiles(opened, [await file('clear.png', 'png', plain(BLUE, 16, 16, 0).png())]);
    await named(opened, 'clear.png');
    await expectQuarters(opened, all([255, 255, 255]));
    expect(opened.problems).toEqual([]);
  });

  test.each(['gif', 'webp'] as const)('that moves, as %s, gives its first frame, which is said', async (type) => {
    await using opened = await openQuarters();
    const frames = [await plain(GREEN).png().toBuffer(), await plain(RED).png().toBuffer()];
    const joined = sharp(frames, { join: { animated: true } });
    const moving = type === 'gif' ? joined.gif() : joined.webp({ lossless: true });
    await dropFiles(opened, [await file(`moving.${type}`, type, moving)]);
    await named(opened, `moving.${type}: the first frame of an animation`);
    await expectQuarters(opened, all(GREEN));
    expect(opened.problems).toEqual([]);
  });

  test('of 12,000 pixels is reduced, which is said', async () => {
    await using opened = await openQuarters();
    await dropFiles(opened, [await file('large.png', 'png', plain(GREEN, 12_000, 3000).removeAlpha().png())]);
    await named(opened, 'large.png: reduced from 12000×3000');
    await expectQuarters(opened, all(GREEN));
    expect(opened.problems).toEqual([]);
  });

  test('that is broken, empty, or of a kind that the browser does not read is named, and the next one comes', async () => {
    await using opened = await openQuarters();
    const sound = await file('sound.png', 'png', plain(BLUE).png());
    const broken = [
      ['cut.png', 'image/png', sound.bytes.subarray(0, 40), 'it could not be decoded'],
      ['empty.png', 'image/png', new Uint8Array(), 'the file is empty'],
      ['phone.heic', 'image/heic', sound.bytes.subarray(8), 'this browser does not read image/heic'],
    ] as const;
    for (const [name, type, bytes, words] of broken) {
      await dropFiles(opened, [{ name, type, bytes }, sound]);
      await expect.poll(() => textOf(opened, 'problem'), { timeout: 20_000 }).toContain(`${name}: ${words}`);
      await opened.page.keyboard.press('e');
      await named(opened, 'sound.png');
      await expectQuarters(opened, all(BLUE));
    }
    expect(opened.problems).toEqual([]);
  });
});

test('of a set of pictures those that cannot be read are left out of the top images, and named', async () => {
  await using opened = await openToolbox('#layer=conv1&back=off');
  const sound = await Promise.all(
    Array.from({ length: 9 }, (_, i) => file(`${i}.png`, 'png', plain([20 * i, 100, 255 - 20 * i], 64, 64).png())),
  );
  const broken = { name: 'broken.png', type: 'image/png', bytes: sound[0].bytes.subarray(0, 50) };
  await dropFiles(opened, [...sound, broken]);
  await until(opened, 'document.getElementById("top-share").textContent === "of 10 pictures, 1 not read"');
  expect(await opened.page.$eval('#top-share', (e) => e.getAttribute('title'))).toBe('Not read: broken.png');
  await until(opened, 'document.querySelectorAll("#top canvas").length === 9');
  expect(opened.problems).toEqual([]);
});

describeWithData('reports/12-alpha on the page', () => {
  test.each(['alpha', 'al_black', 'al_unpremul'])('%s.png gives what it gives in Node', async (name) => {
    const bytes = await readFile(join(sharedData() ?? '', 'reports', '12-alpha', `${name}.png`));
    const { data, info } = await sharp(bytes).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    const model = readSafetensors(
      new Uint8Array(await readFile(new URL('../../models/mini-caffenet.safetensors', import.meta.url))),
    );
    const ctx = await testContext();
    const picture = { width: info.width, height: info.height, data: new Uint8Array(data) };
    const want = await activations(ctx, model, await preprocessPicture(ctx, model, picture), ['prob']);
    await using opened = await openToolbox('#back=off&unitPane=false');
    await dropFiles(opened, [{ name: `${name}.png`, type: 'image/png', bytes: new Uint8Array(bytes) }]);
    await named(opened, `${name}.png`);
    const furthest = async () => {
      const got = await activationsOf(opened, 'prob');
      return Math.max(...got.map((p, i) => Math.abs(p - Number(want.get('prob')?.data[i]))));
    };
    await expect.poll(furthest, { timeout: 20_000, interval: 200 }).toBeLessThan(2e-3);
    expect(opened.problems).toEqual([]);
  });
});

describe('a list of pictures', () => {
  test('gives its pictures in its order, classes left out', async () => {
    await using opened = await openQuarters();
    const pictures = await Promise.all([
      file('red.png', 'png', plain(RED).png()),
      file('green.png', 'png', plain(GREEN).png()),
      file('blue.png', 'png', plain(BLUE).png()),
    ]);
    const list = { name: 'val.txt', bytes: new TextEncoder().encode('green.png 7\nblue.png 3\nred.png 1\n') };
    await dropFiles(opened, [...pictures, list]);
    for (const [name, colour] of [
      ['green', GREEN],
      ['blue', BLUE],
      ['red', RED],
    ] as const) {
      await named(opened, `${name}.png`);
      await expectQuarters(opened, all(colour));
      await opened.page.keyboard.press('e');
    }
    expect(await textOf(opened, 'problem')).toBe('');
    expect(opened.problems).toEqual([]);
  });

  test('of addresses fetches each when its turn comes', async () => {
    await using opened = await openQuarters();
    const { origin } = new URL(opened.page.url());
    const pictures = ['toolbox-mini-caffenet.webp', 'toolbox-mini-caffenet-photo.webp'];
    const text = pictures.map((name) => `${origin}/docs/images/${name}`).join('\n');
    await dropFiles(opened, [{ name: 'urls.txt', bytes: new TextEncoder().encode(text) }]);
    for (const name of pictures) {
      await named(opened, name);
      await opened.page.keyboard.press('e');
    }
    expect(opened.problems).toEqual([]);
  });

  test('that names what did not come with it says so', async () => {
    await using opened = await openQuarters();
    const list = { name: 'val.txt', bytes: new TextEncoder().encode('cats/1.jpg 7\ncats/2.jpg 3\n') };
    await dropFiles(opened, [list]);
    await until(
      opened,
      'document.getElementById("problem").textContent.startsWith("val.txt names 2 pictures, and 2 of them")',
    );
    expect(opened.problems).toEqual([]);
  });

  test('what lies beside pictures and is neither a picture nor a net’s is named', async () => {
    await using opened = await openQuarters();
    const notes = { name: 'notes.pdf', type: 'application/pdf', bytes: new TextEncoder().encode('%PDF') };
    await dropFiles(opened, [await file('red.png', 'png', plain(RED).png()), notes]);
    await named(opened, 'red.png');
    expect(await textOf(opened, 'problem')).toContain('left out: notes.pdf');
    expect(opened.problems).toEqual([]);
  });
});
