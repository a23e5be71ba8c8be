// One picture file is one input: what the command reads of it and what the page reads of it, side by side.
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { sizeOf } from '../../src/core/shape.js';
import { readPicture } from '../../src/node/images.js';
import { preprocessPicture } from '../../src/scene/input.js';
import { bmp } from '../support/bmp.js';
import { openPage } from '../support/browser.js';
import { testContext } from '../support/device.js';
import { PICTURE_SHAPE, pictureNet } from '../support/pictureNet.js';
import { sharedData } from '../support/shared.js';

const folder = mkdtempSync(join(tmpdir(), 'convscope-pictures-'));
const [W, H] = [48, 36];

/** A soft picture, for lossy formats too; from transparent to opaque where alpha is asked for. */
const pixels = (alpha: boolean, width = W, height = H) =>
  Buffer.from(
    Uint8Array.from({ length: width * height * 4 }, (_, i) => {
      const [x, y] = [(i >> 2) % width, Math.floor((i >> 2) / width)];
      const channels = [
        (x * 255) / width,
        (y * 255) / height,
        255 - (x * 200) / width,
        alpha ? (x * 255) / (width - 1) : 255,
      ];
      return channels[i & 3];
    }),
  );
const source = (alpha = false, width = W, height = H) =>
  sharp(pixels(alpha, width, height), { raw: { width, height, channels: 4 } });
const opaque = (width = W, height = H) => source(false, width, height).removeAlpha();
const colours = (x: number, y: number): [number, number, number, number] => [x * 5, y * 7, 255 - x * 4, 40 + x * 4];

async function animation(): Promise<Buffer> {
  const frames = [opaque(), opaque().negate()].map((image) => image.ensureAlpha().raw().toBuffer());
  const both = Buffer.concat(await Promise.all(frames));
  return sharp(both, { raw: { width: W, height: H * 2, channels: 4, pageHeight: H } })
    .gif({ delay: [100, 100] })
    .toBuffer();
}

/** Levels of 255 by which decoders of lossy formats, and converters of colours, may differ. */
const LOSSY = 3;
/** Exact formats: what is left is the rounding of f32. */
const EXACT = 0.01;

const FILES: readonly (readonly [
  what: string,
  name: string,
  type: string,
  bytes: () => Promise<Uint8Array>,
  tolerance: number,
])[] = [
  ['PNG', 'a.png', 'image/png', () => opaque().png().toBuffer(), EXACT],
  ['a transparent PNG', 'b.png', 'image/png', () => source(true).png().toBuffer(), EXACT],
  ['a PNG of 16 bits', 'c.png', 'image/png', () => opaque().toColourspace('rgb16').png().toBuffer(), 1],
  ['a gray PNG', 'd.png', 'image/png', () => opaque().greyscale().png().toBuffer(), EXACT],
  ['a PNG of a palette', 'e.png', 'image/png', () => opaque().png({ palette: true, colours: 16 }).toBuffer(), EXACT],
  ['JPEG', 'f.jpg', 'image/jpeg', () => opaque().jpeg({ quality: 95 }).toBuffer(), LOSSY],
  [
    'a JPEG on its side',
    'g.jpg',
    'image/jpeg',
    () => opaque().withMetadata({ orientation: 6 }).jpeg({ quality: 95 }).toBuffer(),
    LOSSY,
  ],
  ['a CMYK JPEG', 'q.jpg', 'image/jpeg', () => opaque().toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer(), LOSSY],
  [
    'a transparent WebP',
    'h.webp',
    'image/webp',
    () => source(true).webp({ lossless: true, exact: true }).toBuffer(),
    EXACT,
  ],
  ['AVIF', 'i.avif', 'image/avif', () => opaque().avif({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer(), LOSSY],
  ['the first frame of a GIF', 'j.gif', 'image/gif', animation, EXACT],
  ['a BMP of 24 bits', 'k.bmp', 'image/bmp', async () => bmp('24', W, H, colours), EXACT],
  ['a BMP with alpha', 'l.bmp', 'image/bmp', async () => bmp('32 with alpha', W, H, colours), EXACT],
  ['a BMP of 16 bits', 'm.bmp', 'image/bmp', async () => bmp('16', W, H, colours), 1],
  [
    'a BMP in runs',
    'n.bmp',
    'image/bmp',
    async () => bmp('8 in runs', W, H, (x) => (x < 20 ? [9, 99, 199, 255] : [250, 150, 50, 255])),
    EXACT,
  ],
  ['a PNG of 12,000 pixels', 'o.png', 'image/png', () => opaque(12_000, 60).png().toBuffer(), LOSSY],
];

describe('the command and the page give a net the same', async () => {
  const data = sharedData();
  if (!data) console.log('skipped: a picture of the reports (../shared/data is absent)');
  const report = data && join(data, 'reports/12-alpha/alpha.png');
  const all = report
    ? [
        ...FILES,
        ['the reports’ transparent picture', 'p.png', 'image/png', async () => readFileSync(report), EXACT] as const,
      ]
    : FILES;
  for (const [what, name, type, make, tolerance] of all) {
    test(what, async () => {
      const path = join(folder, name);
      writeFileSync(path, await make());
      const command = await preprocessPicture(await testContext(), pictureNet, await readPicture(path));
      await using opened = await openPage('/test/browser/pages/pictures.html');
      await opened.page.waitForFunction(() => Reflect.has(globalThis, 'inputOf'));
      const page = await opened.page.evaluate(
        (...args): Promise<number[]> => Reflect.get(globalThis, 'inputOf')(...args),
        name,
        type,
        readFileSync(path).toString('base64'),
      );
      expect(page.length).toBe(sizeOf(PICTURE_SHAPE));
      const apart = page.reduce((most, value, i) => Math.max(most, Math.abs(value - command[i])), 0);
      expect(apart).toBeLessThanOrEqual(tolerance);
      expect(opened.problems).toEqual([]);
    });
  }
});
