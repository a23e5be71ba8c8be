// Downloads of nets' files, against a server on this machine and a store in memory.
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  DownloadError,
  type FileStore,
  fetchFile,
  readKept,
  removeFiles,
  WrongHashError,
} from '../../examples/toolbox/modelCache.js';
import { serveFiles } from '../support/fileServer.js';

const CONTENT = Uint8Array.from({ length: 4000 }, (_, i) => (i * i) % 251);
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const HASH = sha256(CONTENT);

function memoryStore(
  room = Number.POSITIVE_INFINITY,
): FileStore & { readonly files: Map<string, Uint8Array<ArrayBuffer>> } {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  return {
    files,
    get: async (key) => files.get(key),
    sizeOf: async (key) => files.get(key)?.length,
    put: async (key, bytes) => {
      if (bytes.length > room) return false;
      files.set(key, bytes);
      return true;
    },
    remove: async (key) => void files.delete(key),
  };
}

const fileAt = (origin: string, over: object = {}) => ({
  name: 'net.onnx',
  url: `${origin}/net.onnx`,
  bytes: CONTENT.length,
  sha256: HASH,
  ...over,
});

describe('fetchFile', () => {
  test('downloads once, with progress to the last byte, and then takes what is kept', async () => {
    await using server = await serveFiles({ 'net.onnx': CONTENT }, { pause: 2 });
    const store = memoryStore();
    const seen: number[] = [];
    const first = await fetchFile(store, fileAt(server.origin), { onProgress: (loaded) => seen.push(loaded) });
    expect([first.bytes, first.kept]).toEqual([CONTENT, true]);
    expect(seen.length).toBeGreaterThan(2);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen.at(-1)).toBe(CONTENT.length);
    expect([...store.files.keys()]).toEqual([HASH]);
    expect((await fetchFile(store, fileAt(server.origin))).bytes).toEqual(CONTENT);
    expect(server.requests).toEqual(['/net.onnx']);
  });

  test('another hash: the error has file, expected and found, and nothing is kept', async () => {
    await using server = await serveFiles({ 'net.onnx': CONTENT });
    const store = memoryStore();
    const wrong = 'a'.repeat(64);
    const error = await fetchFile(store, fileAt(server.origin, { sha256: wrong })).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(WrongHashError);
    expect(error).toMatchObject({ code: 'wrong-hash', file: 'net.onnx', expected: wrong, found: HASH });
    expect(store.files.size).toBe(0);
  });

  test('more bytes than the list says: refused before they are all there, nothing kept', async () => {
    await using server = await serveFiles({ 'net.onnx': CONTENT });
    const store = memoryStore();
    const error = await fetchFile(store, fileAt(server.origin, { bytes: 3000 })).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(DownloadError);
    expect(String(error)).toContain('it must have 3000 bytes, the server sends more');
    expect(store.files.size).toBe(0);
  });

  test('cancelled: the signal ends it, and the next one goes on from there', async () => {
    await using server = await serveFiles({ 'net.onnx': CONTENT });
    const store = memoryStore();
    server.stallAfter = 2000;
    const control = new AbortController();
    const onProgress = (loaded: number) => {
      if (loaded >= 2000) control.abort();
    };
    await expect(fetchFile(store, fileAt(server.origin), { signal: control.signal, onProgress })).rejects.toThrow(
      /abort/i,
    );
    expect([...store.files.keys()]).toEqual([`${HASH}.part`]);
    server.stallAfter = undefined;
    const fresh: number[] = [];
    const { bytes } = await fetchFile(store, fileAt(server.origin), { onProgress: (_, now) => fresh.push(now) });
    expect(bytes).toEqual(CONTENT);
    expect(server.requests[1]).toBe('/net.onnx bytes=2000-');
    expect(fresh.at(-1)).toBe(2000);
    expect([...store.files.keys()]).toEqual([HASH]);
  });

  test('a part of another file: found by the hash, and all is downloaded anew', async () => {
    await using server = await serveFiles({ 'net.onnx': CONTENT });
    const store = memoryStore();
    store.files.set(`${HASH}.part`, new Uint8Array(100));
    expect((await fetchFile(store, fileAt(server.origin))).bytes).toEqual(CONTENT);
    expect(server.requests).toEqual(['/net.onnx bytes=100-', '/net.onnx']);
    expect([...store.files.keys()]).toEqual([HASH]);
  });

  test('a store without room: the file is there, and is said not to be kept', async () => {
    await using server = await serveFiles({ 'net.onnx': CONTENT });
    const { bytes, kept } = await fetchFile(memoryStore(10), fileAt(server.origin));
    expect([bytes, kept]).toEqual([CONTENT, false]);
  });

  test('no such file: the error has the server’s answer', async () => {
    await using server = await serveFiles({});
    await expect(fetchFile(memoryStore(), fileAt(server.origin))).rejects.toThrow(
      /net\.onnx could not be fetched: 127\.0\.0\.1:\d+ answered 404 Not Found/,
    );
  });

  test('no server: the error says what else can be done', async () => {
    const server = await serveFiles({});
    await server[Symbol.asyncDispose]();
    await expect(fetchFile(memoryStore(), fileAt(server.origin))).rejects.toThrow(
      /could not be fetched from 127\.0\.0\.1:\d+: no network.*drop it here: http/,
    );
  });
});

describe('what is kept', () => {
  test('a damaged file is none, and is removed', async () => {
    const store = memoryStore();
    store.files.set(HASH, new Uint8Array(4000));
    expect(await readKept(store, fileAt(''))).toBeUndefined();
    expect(store.files.size).toBe(0);
  });

  test('a file that another net needs stays', async () => {
    const store = memoryStore();
    const labels = fileAt('', { name: 'labels.txt', sha256: 'b'.repeat(64) });
    for (const { sha256: key } of [fileAt(''), labels]) store.files.set(key, new Uint8Array(1));
    await removeFiles(store, [fileAt(''), labels], [labels]);
    expect([...store.files.keys()]).toEqual([labels.sha256]);
  });
});
