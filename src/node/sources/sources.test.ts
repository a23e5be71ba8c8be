// Sources of pictures: how they are named, in which order their pictures come, the bytes of each, and what is refused.

import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { create, Header } from 'tar';
import { afterAll, describe, expect, test } from 'vitest';
import { serveFiles } from '../../../test/support/fileServer.js';
import { readPicture } from '../images.js';
import { bytesAt } from './address.js';
import { bytesOf } from './bytes.js';
import { listImages } from './list.js';
import { packagesFor } from './names.js';

const folder = mkdtempSync(join(tmpdir(), 'convscope-sources-'));
const at = (name: string) => join(folder, name);
const text = async (name: string) => Buffer.from(await bytesOf(name)).toString();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const LONG = `${'deep/'.repeat(30)}${'x'.repeat(120)}.jpg`;

/** Writes files whose content is their name, and an archive of them. */
async function archive(name: string, files: readonly string[], gzip = false): Promise<string> {
  const from = mkdtempSync(at('content-'));
  for (const file of files) {
    mkdirSync(join(from, file, '..'), { recursive: true });
    writeFileSync(join(from, file), `content of ${file}`);
  }
  await create({ file: at(name), cwd: from, gzip }, [...files]);
  return at(name);
}

describe('tar archives', () => {
  test.each([
    ['plain.tar', false],
    ['compressed.tar.gz', true],
    ['compressed.tgz', true],
    // What a file is counts, not its name.
    ['misnamed.tar', true],
  ])('%s: pictures in the order of the archive, other members left out', async (name, gzip) => {
    const tar = await archive(name, ['b.jpg', 'b.cls', 'a/c.PNG', 'a/c.json', LONG, 'ä.webp', 'a.jpg'], gzip);
    const found = await listImages([tar]);
    expect(found).toEqual(['b.jpg', 'a/c.PNG', LONG, 'ä.webp', 'a.jpg'].map((member) => `${tar}/${member}`));
    for (const picture of [...found].reverse())
      expect(await text(picture)).toBe(`content of ${picture.slice(tar.length + 1)}`);
    await expect(bytesOf(`${tar}/no.jpg`)).rejects.toThrow(`${tar} has no picture no.jpg`);
  });

  test('brace ranges name several, and may have no zeros in front', async () => {
    for (const i of ['008', '009', '010']) await archive(`s-${i}.tar`, [`${i}.jpg`]);
    const want = ['008', '009', '010'].map((i) => `${at(`s-${i}.tar`)}/${i}.jpg`);
    expect(await listImages([at('s-{008..010}.tar')])).toEqual(want);
    expect(await listImages([at('s-00{8..9}.tar'), at('s-{010..10}.tar')])).toEqual(want);
    expect(await listImages(['{9..10}-{1..2}.jpg'])).toEqual(['9-1.jpg', '9-2.jpg', '10-1.jpg', '10-2.jpg']);
    await expect(listImages(['s-{3..1}.tar'])).rejects.toThrow(
      's-{3..1}.tar: the end of the range is before its start',
    );
  });

  test('names as GNU tar writes long ones, a leading ./, and a member that was written again', async () => {
    const block = (content: string) => Buffer.concat([Buffer.from(content), Buffer.alloc(-content.length & 511)]);
    const member = (path: string, type: 'File' | 'NextFileHasLongPath' | 'Directory', content: string) => {
      const header = new Header({ path, type, size: content.length, mode: 0o644 });
      header.encode();
      return Buffer.concat([header.block ?? Buffer.alloc(0), block(content)]);
    };
    writeFileSync(
      at('gnu.tar'),
      Buffer.concat([
        member('./a.jpg', 'File', 'old'),
        member('././@LongLink', 'NextFileHasLongPath', `${LONG}\0`),
        member(LONG.slice(0, 99), 'File', 'long'),
        member('folder.jpg', 'Directory', ''),
        member('a.jpg', 'File', 'new'),
        Buffer.alloc(1024),
      ]),
    );
    expect(await listImages([at('gnu.tar')])).toEqual([`${at('gnu.tar')}/${LONG}`, `${at('gnu.tar')}/a.jpg`]);
    expect(await text(`${at('gnu.tar')}/${LONG}`)).toBe('long');
    expect(await text(`${at('gnu.tar')}/a.jpg`)).toBe('new');
  });

  test('what is no archive, damaged or cut off', async () => {
    writeFileSync(at('text.tar'), 'x'.repeat(1000));
    await expect(listImages([at('text.tar')])).rejects.toThrow(`${at('text.tar')}: it is no tar archive`);
    await expect(listImages([at('none.tar')])).rejects.toThrow(`${at('none.tar')}: there is no such file`);
    await expect(listImages([await archive('other.tar', ['a.txt'])])).rejects.toThrow(
      `there are no .jpg, .png, .webp, .gif, .avif, .tif or .bmp files in ${at('other.tar')}`,
    );
    const cut = await archive('cut.tar', ['a.jpg', 'b.jpg']);
    truncateSync(cut, 512 * 3 + 5);
    await expect(listImages([cut])).rejects.toThrow(`${cut}: the archive is cut off in b.jpg`);
    const damaged = await archive('damaged.tar', ['a.jpg']);
    truncateSync(damaged, 1024);
    appendFileSync(damaged, 'y'.repeat(512));
    await expect(listImages([damaged])).rejects.toThrow(`${damaged}: it is damaged at byte 1024`);
  });

  test('a folder called like an archive is a folder', async () => {
    mkdirSync(at('folder.tar'));
    writeFileSync(at('folder.tar/a.jpg'), 'in a folder');
    expect(await listImages([at('folder.tar')])).toEqual([at('folder.tar/a.jpg')]);
    expect(await text(at('folder.tar/a.jpg'))).toBe('in a folder');
  });
});

describe('Parquet files', () => {
  const parquet = (name: string) => resolve(import.meta.dirname, '../../../test/parquet', name);

  test.each(['datasets.parquet', 'binary.parquet'])('%s: every row is a picture', async (name) => {
    const rows = await listImages([parquet(name)]);
    expect(rows).toEqual(Array.from({ length: 5 }, (_, row) => `${parquet(name)}#${row}`));
    for (const row of [4, 0, 2, 1]) {
      const { width, height, data } = await readPicture(rows[row]);
      expect([width, height, ...data.subarray(0, 4)]).toEqual([8, 6, 10 * row, 10 * row, 10 * row, 255]);
    }
    await expect(bytesOf(`${parquet(name)}#5`)).rejects.toThrow(`${parquet(name)} has no row 5`);
  });

  test('a row with a path in place of bytes is refused', async () => {
    const name = `${parquet('datasets.parquet')}#3`;
    await expect(bytesOf(name)).rejects.toThrow(`${name}: the row has no bytes of a picture, only the path 3.png`);
  });

  test('two columns of bytes, and what is no Parquet file', async () => {
    await expect(listImages([parquet('unclear.parquet')])).rejects.toThrow(
      "it is not clear which column has the pictures. One must hold bytes, or the one that does be called 'image'; " +
        'the columns are left (BYTE_ARRAY), right (BYTE_ARRAY), caption (BYTE_ARRAY)',
    );
    writeFileSync(at('text.parquet'), 'no table');
    await expect(listImages([at('text.parquet')])).rejects.toThrow(/text\.parquet: parquet file/);
    writeFileSync(at('cut.parquet'), readFileSync(parquet('binary.parquet')).subarray(60));
    const [first] = await listImages([at('cut.parquet')]);
    await expect(bytesOf(first)).rejects.toThrow(/cut\.parquet: rows 0 to 2: /);
  });
});

describe('lists', () => {
  test('relative to their folder, in their order, absolute paths and addresses as they are', async () => {
    mkdirSync(at('lists'));
    writeFileSync(
      at('lists/l.txt'),
      '\uFEFFb.jpg\r\n\r\n../a b.png\nhttps://example.org/list.txt\nworld:3\n/abs/c.jpg\ns.tar/x.jpg\nt.parquet#7\n',
    );
    const list = ['lists/b.jpg', 'a b.png'].map(at);
    expect(await listImages([at('lists/l.txt'), 'z.jpg'])).toEqual([
      ...list,
      'https://example.org/list.txt',
      'world:3',
      '/abs/c.jpg',
      at('lists/s.tar/x.jpg'),
      at('lists/t.parquet#7'),
      'z.jpg',
    ]);
  });

  test.each([
    ['a.jpg\nall.tar', "line 2: 'all.tar' holds several pictures, a line names one; give it on the command line"],
    ['world:0-3', "line 1: 'world:0-3' holds several pictures"],
    ['other.txt', "line 1: 'other.txt' holds several pictures"],
    ['\n\n', 'there are no lines in'],
  ])('refused: %j', async (content, message) => {
    writeFileSync(at('refused.txt'), content);
    await expect(listImages([at('refused.txt')])).rejects.toThrow(message);
  });

  test('that are not there', async () => {
    await expect(listImages([at('none.txt')])).rejects.toThrow(`${at('none.txt')}: there is no such file`);
  });
});

describe('addresses', () => {
  test('are fetched, and named where that fails', async () => {
    await using server = await serveFiles({ 'a.jpg': Buffer.from('from the web') });
    expect(await text(`${server.origin}/a.jpg`)).toBe('from the web');
    await expect(bytesOf(`${server.origin}/b.jpg`)).rejects.toThrow(
      `${server.origin}/b.jpg: the server answers 404 Not Found`,
    );
  });

  test('no server, and one that does not answer in time', async () => {
    const server = createServer(() => undefined);
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const address = server.address();
    const origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
    await expect(bytesAt(`${origin}/a.jpg`, 50)).rejects.toThrow(
      `${origin}/a.jpg: it did not come within 0.05 seconds`,
    );
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
    await expect(bytesOf(`${origin}/a.jpg`)).rejects.toThrow(`${origin}/a.jpg: connect ECONNREFUSED`);
  });
});

test('only the packages that the sources need are asked for', () => {
  expect(packagesFor(['world:0-9', 'a.npy'])).toEqual(['webgpu']);
  expect(packagesFor(['world:0-9'], true)).toEqual(['webgpu', 'sharp']);
  expect(packagesFor(['s.tar/a.jpg'])).toEqual(['webgpu', 'sharp', 'tar']);
  expect(packagesFor(['s.parquet'])).toEqual(['webgpu', 'sharp', 'hyparquet', 'hyparquet-compressors']);
});
