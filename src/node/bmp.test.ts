// Windows bitmaps, kind by kind, and what is broken in them.
import { describe, expect, test } from 'vitest';
import { type BmpKind, bmp, type Pixel } from '../../test/support/bmp.js';
import { isBmp, readBmp } from './bmp.js';

const [W, H] = [7, 5];
const MOST = 1e6;
/** 8 levels, so that five bits hold them. */
const colours: Pixel = (x, y) => [x * 32, y * 48, ((x + y) % 8) * 32, 50 + x];
const two: Pixel = (x, y) => (x % 3 === 1 || y === 3 ? [10, 20, 30, 255] : [200, 100, 50, 255]);

describe('readBmp reads', () => {
  for (const [kind, pixel, opaque] of [
    ['24', colours, true],
    ['downwards', colours, true],
    // The fourth byte is padding where no mask says that it is alpha.
    ['32', colours, true],
    ['32 with alpha', colours, false],
    ['8', two, true],
    ['8 in runs', two, true],
    ['4', two, true],
    ['1', two, true],
  ] as const) {
    test(`${kind} bits`, () => {
      const { width, height, data } = readBmp(bmp(kind, W, H, pixel), MOST);
      expect([width, height]).toEqual([W, H]);
      for (let i = 0; i < W * H; i++) {
        const [r, g, b, a] = pixel(i % W, Math.floor(i / W));
        expect([...data.subarray(i * 4, i * 4 + 4)]).toEqual([r, g, b, opaque ? 255 : a]);
      }
    });
  }

  test('16 bits: five a colour, spread over the whole range', () => {
    const { data } = readBmp(bmp('16', W, H, colours), MOST);
    expect([...data.subarray(4, 8)]).toEqual([Math.round((4 * 255) / 31), 0, Math.round((4 * 255) / 31), 255]);
  });
});

describe('readBmp refuses', () => {
  const whole = bmp('24', W, H, colours);
  const changed = (at: number, value: number, kind: BmpKind = '24') => {
    const bytes = bmp(kind, W, H, kind === '8' ? two : colours);
    new DataView(bytes.buffer).setUint32(at, value, true);
    return bytes;
  };
  for (const [what, bytes, message] of [
    ['a file that ends early', whole.subarray(0, whole.length - 1), 'the file ends in its pixels'],
    ['a file that ends in its header', whole.subarray(0, 20), 'the file ends in its header'],
    ['an embedded JPEG', changed(30, 4), '24 bits a pixel with compression 4 are not read'],
    ['more pixels than allowed', changed(18, 1e6), '1000000x5 pixels'],
    ['no width', changed(18, 0), '0x5 pixels'],
    ['a colour that the palette lacks', changed(46, 1, '8'), 'has colour 1 of 1'],
    ['an unknown header', changed(14, 13), 'a header of 13 bytes is not known'],
  ] as const) {
    test(what, () => {
      expect(isBmp(bytes)).toBe(true);
      expect(() => readBmp(bytes, MOST)).toThrow(
        expect.objectContaining({ code: 'image', message: expect.stringContaining(message) }),
      );
    });
  }

  test('any change and any cut by a named error, and never by another', () => {
    for (const kind of ['24', '32 with alpha', '8 in runs', '4'] as const) {
      const bytes = bmp(kind, W, H, kind.startsWith('8') || kind === '4' ? two : colours);
      for (let i = 0; i < 1500; i++) {
        const broken = bytes.slice(0, bytes.length - (i % 7 === 0 ? (i * 13) % bytes.length : 0));
        broken[(i * 31) % Math.max(1, Math.min(broken.length, 70))] = (i * 97) % 256;
        try {
          readBmp(broken, MOST);
        } catch (error) {
          expect(error).toMatchObject({ code: 'image' });
        }
      }
    }
  });
});
