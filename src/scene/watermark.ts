// The mark on pictures that were made with drawn weights: nobody may take them for what a trained net has learned.
import { OptionError } from '../core/errors.js';
import type { Picture } from './input.js';

/** What is written on pictures and into results of a model that is `seeded`. */
export const SEEDED = 'seeded weights, not trained';

/** Letters of three by five pixels, a row after the other. */
const GLYPHS: Readonly<Record<string, string>> = {
  a: '010 101 111 101 101',
  d: '110 101 101 101 110',
  e: '111 100 110 100 111',
  g: '011 100 101 101 011',
  h: '101 101 111 101 101',
  i: '111 010 010 010 111',
  n: '110 101 101 101 101',
  o: '010 101 101 101 010',
  r: '110 101 110 101 101',
  s: '011 100 010 001 110',
  t: '111 010 010 010 010',
  w: '101 101 101 111 101',
  ',': '000 000 000 010 100',
  ' ': '000 000 000 000 000',
};
const [CELL_WIDTH, CELL_HEIGHT] = [4, 7];
/** Pixels of the picture for one of the letters' own, so that they can be read on a large montage too. */
const PIXELS_PER_DOT = 200;
const WHITE = 255;

/** The picture with a black band below it, on which the mark stands in white, in as many lines as it takes. */
export function watermarked(picture: Picture): Picture & { readonly data: Uint8ClampedArray<ArrayBuffer> } {
  const { width, height } = picture;
  const dot = Math.max(1, Math.floor(width / PIXELS_PER_DOT));
  const lines = wrapped(SEEDED, Math.max(1, Math.floor(width / (dot * CELL_WIDTH))));
  const band = (lines.length * CELL_HEIGHT + 1) * dot;
  const data = new Uint8ClampedArray(width * (height + band) * 4);
  data.set(picture.data);
  for (let i = width * height * 4 + 3; i < data.length; i += 4) data[i] = WHITE;
  for (const [row, line] of lines.entries()) {
    for (const [column, letter] of Array.from(line).entries()) {
      const glyph = GLYPHS[letter];
      if (!glyph) throw new OptionError('watermark', `there is no letter '${letter}'`);
      for (const [y, dots] of glyph.split(' ').entries()) {
        for (const [x, on] of Array.from(dots).entries()) {
          if (on === '1') square((column * CELL_WIDTH + x) * dot, height + (row * CELL_HEIGHT + y + 2) * dot);
        }
      }
    }
  }
  return { width, height: height + band, data };

  function square(left: number, top: number): void {
    for (let y = top; y < top + dot; y++) {
      const at = (y * width + left) * 4;
      if (left + dot <= width) data.fill(WHITE, at, at + dot * 4);
    }
  }
}

/** Words in lines of up to `most` letters; a word that is longer is broken. */
function wrapped(text: string, most: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines[lines.length - 1];
    if (last !== undefined && last.length + 1 + word.length <= most) lines[lines.length - 1] = `${last} ${word}`;
    else for (let i = 0; i < word.length; i += most) lines.push(word.slice(i, i + most));
  }
  return lines;
}
