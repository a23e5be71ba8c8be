// Recipes in PNG files: what is put in comes out, and files that are damaged or hostile are refused by name.
import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { ImageError } from './errors.js';
import { recipeOf, withRecipe } from './pngRecipe.js';
import { createRng } from './rng.js';

const pixels = Uint8Array.from({ length: 7 * 5 * 3 }, (_, i) => (i * 37) % 256);
const png = new Uint8Array(
  await sharp(pixels, { raw: { width: 7, height: 5, channels: 3 } })
    .png()
    .toBuffer(),
);
const recipe = { about: { text: 'a “quote”, a null \u0000, an emoji 🐟' }, method: 'synthesize', seeds: [0, 3] };
const whole = withRecipe(png, recipe);

/** A chunk with the checksum of another library. */
function chunk(type: string, data: Uint8Array | string, crc?: number): Uint8Array {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), Buffer.from(data as string, 'utf8')]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(body.length - 4);
  body.copy(out, 4);
  out.writeUInt32BE(crc ?? crc32(body), body.length + 4);
  return out;
}
/** Where the header ends, which a further chunk may follow. */
const HEADER = 33;
const withChunk = (...chunks: readonly Uint8Array[]) =>
  new Uint8Array(Buffer.concat([png.subarray(0, HEADER), ...chunks, png.subarray(HEADER)]));

describe('a recipe in a PNG file', () => {
  test('comes out as it was put in, and leaves the picture as it was', async () => {
    expect(recipeOf(whole)).toEqual(recipe);
    const { data, info } = await sharp(whole).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height, info.channels]).toEqual([7, 5, 3]);
    expect([...data]).toEqual([...pixels]);
    // The chunk is the one that the specification has, by another library's checksum.
    expect(whole).toEqual(withChunk(chunk('iTXt', `convscope\0\0\0\0\0${JSON.stringify(recipe)}`)));
  });

  test('takes the place of one that was there', () => {
    const again = withRecipe(whole, { seeds: [7] });
    expect(recipeOf(again)).toEqual({ seeds: [7] });
    // Whatever the order of its fields.
    expect(withRecipe(again, Object.fromEntries(Object.entries(recipe).reverse()))).toEqual(whole);
  });

  test('is not there in other files, nor in chunks of other programs', () => {
    expect(recipeOf(png)).toBeUndefined();
    expect(
      recipeOf(withChunk(chunk('iTXt', 'convscopes\0\0\0\0\0{}'), chunk('tEXt', 'convscope\0{}'))),
    ).toBeUndefined();
    // Behind the last chunk is no part of the picture.
    expect(recipeOf(new Uint8Array([...whole, 1, 2, 3]))).toEqual(recipe);
  });

  const text = (rest: Uint8Array | string) =>
    chunk('iTXt', Buffer.concat([Buffer.from('convscope\0'), Buffer.from(rest as string)]));
  test.each<[string, Uint8Array, string]>([
    ['nothing', new Uint8Array(), 'PNG: the file is none'],
    ['a JPEG', Uint8Array.of(0xff, 0xd8, 0xff, 0xe0), 'PNG: the file is none'],
    ['a signature alone', png.subarray(0, 8), 'PNG: the file is cut off'],
    ['a file without its end', png.subarray(0, -12), 'PNG: the file is cut off'],
    ['a cut chunk', whole.subarray(0, HEADER + 20), 'PNG: chunk iTXt at byte 33 claims'],
    ['a huge length', withChunk(Uint8Array.of(255, 255, 255, 255, 105, 84, 88, 116)), 'claims 4294967295 bytes, '],
    [
      'a wrong checksum',
      withChunk(chunk('iTXt', 'convscope\0\0\0\0\0{}', 5)),
      'checksum of chunk iTXt at byte 33 is wrong',
    ],
    ['no chunk', withChunk(Uint8Array.of(0, 0, 0, 0, 1, 2, 3, 4)), 'PNG: no chunk begins at byte 33'],
    [
      'another first chunk',
      new Uint8Array(Buffer.concat([png.subarray(0, 8), chunk('IDAT', ''), png.subarray(8)])),
      'first chunk must be IHDR, it is IDAT',
    ],
    ['two recipes', withChunk(text('\0\0\0\0{}'), text('\0\0\0\0{}')), 'PNG: it has 2 recipes'],
    ['a compressed recipe', withChunk(text('\x01\0\0\0{}')), 'PNG: its recipe is compressed'],
    ['no end of the language', withChunk(text('\0\0de')), 'its recipe is no text chunk'],
    ['no JSON', withChunk(text('\0\0\0\0{')), 'PNG: its recipe is no JSON'],
    ['no text', withChunk(text(Uint8Array.of(0, 0, 0, 0, 0xff, 0xfe))), 'PNG: its recipe is no JSON'],
    ['a list', withChunk(text('\0\0\0\0[1]')), 'PNG: its recipe is no JSON object'],
  ])('%s is refused', (_, bytes, message) => {
    expect(() => recipeOf(bytes)).toThrow(message);
    expect(() => recipeOf(bytes)).toThrow(ImageError);
  });

  test('damaged at random, it is refused by name or is the recipe', () => {
    const rng = createRng(1);
    const below = (most: number) => Math.floor(rng.uniform() * most);
    let refused = 0;
    for (let trial = 0; trial < 3000; trial++) {
      let bytes = whole.slice(0, trial % 3 === 0 ? below(whole.length) : whole.length);
      for (let k = trial % 4; k > 0 && bytes.length > 0; k--) bytes[below(bytes.length)] = below(256);
      if (trial % 5 === 0) bytes = new Uint8Array([...bytes.subarray(0, 40), ...bytes.subarray(below(bytes.length))]);
      try {
        const found = recipeOf(bytes);
        if (found) expect(found).toEqual(recipe);
      } catch (error) {
        expect(error).toBeInstanceOf(ImageError);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(2000);
  });
});
