// Pictures of drawn weights carry a mark that can be read, and are what they were above it.
import { describe, expect, test } from 'vitest';
import { SEEDED, watermarked } from './watermark.js';

const picture = (width: number, height: number) => ({
  width,
  height,
  data: Uint8ClampedArray.from({ length: width * height * 4 }, (_, i) => (i * 7) % 256),
});

/** The band in characters, a column for each pixel. */
function bandOf(width: number, height: number): string[] {
  const marked = watermarked(picture(width, height));
  return Array.from({ length: marked.height - height }, (_, y) =>
    Array.from({ length: width }, (_, x) => (marked.data[((height + y) * width + x) * 4] > 0 ? '#' : ' '))
      .join('')
      .trimEnd(),
  );
}

describe('watermark', () => {
  test('the picture above it is as it was', () => {
    const plain = picture(64, 40);
    const { width, data } = watermarked(plain);
    expect([width, data.slice(0, plain.data.length)]).toEqual([64, plain.data]);
  });

  test('its letters stand on black, opaque', () => {
    const { data, height } = watermarked(picture(64, 40));
    const band = data.slice(64 * 40 * 4);
    expect(height).toBeGreaterThan(46);
    expect(new Set(band.filter((_, i) => i % 4 === 3))).toEqual(new Set([255]));
    expect(new Set(band.filter((_, i) => i % 4 !== 3))).toEqual(new Set([0, 255]));
  });

  test('a picture as narrow as a word has a line for each', () => {
    expect(bandOf(32, 3).slice(2, 14)).toEqual([
      ' ## ### ### ##  ### ##',
      '#   #   #   # # #   # #',
      ' #  ##  ##  # # ##  # #',
      '  # #   #   # # #   # #',
      '##  ### ### ##  ### ##',
      '',
      '',
      '# # ### ###  ## # # ###  ##',
      '# # #    #  #   # #  #  #',
      '# # ##   #  # # ###  #   #',
      '### #    #  # # # #  #    #  #',
      '# # ### ###  ## # #  #  ##  #',
    ]);
  });

  test('on a wide picture it stands in one line, of larger letters', () => {
    expect(bandOf(4 * SEEDED.length, 3)).toHaveLength(8);
    expect(bandOf(650, 3)).toHaveLength(3 * 8);
  });

  test('of a picture narrower than a letter nothing is lost and nothing thrown', () => {
    expect(watermarked(picture(3, 2)).width).toBe(3);
  });
});
