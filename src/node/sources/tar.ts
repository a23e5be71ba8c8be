// Pictures in tar archives, such as WebDataset's shards: where each of them is, looked up once, and the bytes of one.
import { closeSync, createReadStream, createWriteStream, fstatSync, openSync, readSync, rmSync } from 'node:fs';
import { mkdtemp, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { HeaderData } from 'tar';
import { ImageError } from '../../core/errors.js';
import { importPackage } from '../packages.js';
import { PICTURE } from './names.js';
import { reasonOf } from './reason.js';

/** Bytes of a header. Contents are filled up to a multiple of them. */
const BLOCK = 512;
const GZIP = [0x1f, 0x8b];
const FILES: readonly string[] = ['File', 'OldFile', 'ContiguousFile'];

/** Where a member's content is, in bytes. */
interface Place {
  readonly start: number;
  readonly size: number;
}

interface Archive {
  /** The archive, or its content if it is compressed. */
  readonly file: string;
  readonly members: ReadonlyMap<string, Place>;
}

const opened = new Map<string, Promise<Archive>>();

/** The pictures of an archive in its order. Of members of one name the last counts, as if it were unpacked. @throws ImageError */
export async function picturesInTar(path: string): Promise<string[]> {
  return [...(await openTar(path)).members.keys()];
}

/** The bytes of one picture. The archive is not read as a whole. @throws ImageError */
export async function bytesInTar(path: string, name: string): Promise<Uint8Array> {
  const { file, members } = await openTar(path);
  const place = members.get(name);
  if (!place) throw new ImageError(`${path} has no picture ${name}`);
  await using handle = await open(file);
  const bytes = new Uint8Array(place.size);
  const { bytesRead } = await handle.read(bytes, 0, place.size, place.start);
  if (bytesRead < place.size) throw new ImageError(`${path} ends within ${name}`);
  return bytes;
}

function openTar(path: string): Promise<Archive> {
  const found = opened.get(path) ?? readPlaces(path);
  opened.set(path, found);
  return found;
}

async function readPlaces(path: string): Promise<Archive> {
  const { Header, Pax } = await importPackage('tar', () => import('tar'));
  try {
    const file = await uncompressed(path);
    const members = new Map<string, Place>();
    const handle = openSync(file, 'r');
    // Synchronously: waiting for a read of a few bytes takes far longer than the read.
    const read = (start: number, size: number): Buffer => {
      const bytes = Buffer.alloc(size);
      if (readSync(handle, bytes, 0, size, start) < size) throw new ImageError('the archive is cut off');
      return bytes;
    };
    try {
      const { size: end } = fstatSync(handle);
      // Headers of their own say what does not fit into a member's header: for the next member, and for all that follow.
      let next: HeaderData | undefined;
      let following: HeaderData | undefined;
      for (let at = 0; at < end; ) {
        const header = new Header(read(at, BLOCK), 0, next, following);
        if (header.nullBlock) break;
        if (!header.cksumValid) throw new ImageError(at === 0 ? 'it is no tar archive' : `it is damaged at byte ${at}`);
        const { type, size = 0 } = header;
        // Given a longer name, `Header` still puts its own prefix in front of it.
        const name = next?.path ?? header.path ?? '';
        const start = at + BLOCK;
        at = start + Math.ceil(size / BLOCK) * BLOCK;
        if (start + size > end) throw new ImageError(`the archive is cut off in ${name}`);
        const text = () => read(start, size).toString().replace(/\0.*$/s, '');
        if (type === 'ExtendedHeader' || type === 'OldExtendedHeader') next = Pax.parse(text(), next);
        else if (type === 'GlobalExtendedHeader') following = Pax.parse(text(), following, true);
        else if (type === 'NextFileHasLongPath' || type === 'OldGnuLongPath') next = { ...next, path: text() };
        else if (type !== 'NextFileHasLongLinkpath') {
          next = undefined;
          if (FILES.includes(type) && PICTURE.test(name)) {
            const plain = name.replace(/^\.\//, '');
            members.delete(plain);
            members.set(plain, { start, size });
          }
        }
      }
    } finally {
      closeSync(handle);
    }
    return { file, members };
  } catch (error) {
    throw new ImageError(`${path}: ${reasonOf(error)}`, { cause: error });
  }
}

/** The archive itself, or its content in a temporary file: nothing in the middle of a gzip file can be read alone. */
async function uncompressed(path: string): Promise<string> {
  const start = Buffer.alloc(GZIP.length);
  {
    await using handle = await open(path);
    await handle.read(start, 0, start.length, 0);
  }
  if (!GZIP.every((byte, i) => start[i] === byte)) return path;
  const folder = await mkdtemp(join(tmpdir(), 'convscope-tar-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'content.tar');
  await pipeline(createReadStream(path), createGunzip(), createWriteStream(file));
  return file;
}
