// Files of nets: downloaded with progress, checked against their hash, and kept in the browser's own file system (OPFS)
// under it. A browser that keeps no files, or has no room, only costs another download.

/** A file as it is kept. */
export interface KeptFile {
  readonly name: string;
  readonly bytes: number;
  /** Of its content, in hexadecimal; its name in the store. */
  readonly sha256: string;
}

/** Bytes under names. Nothing here throws: what cannot be kept is not kept, and `put` says so. */
export interface FileStore {
  get(key: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** Bytes kept under `key`; undefined where there is nothing. */
  sizeOf(key: string): Promise<number | undefined>;
  /** True once it is kept whole. */
  put(key: string, bytes: Uint8Array<ArrayBuffer>): Promise<boolean>;
  remove(key: string): Promise<void>;
}

/** A file that is not what its list says. */
export class WrongHashError extends Error {
  override readonly name = 'WrongHashError';
  readonly code = 'wrong-hash';
  constructor(
    readonly file: string,
    readonly expected: string,
    readonly found: string,
  ) {
    super(
      `${file} is not the file that was expected: its SHA-256 must be ${expected}, it is ${found}. ` +
        'Nothing was kept. The server may have another version: try again later.',
    );
  }
}

/** A download that did not come to its end. */
export class DownloadError extends Error {
  override readonly name = 'DownloadError';
  readonly code = 'download';
}

export interface Download extends KeptFile {
  readonly url: string;
}

export interface DownloadOptions {
  readonly signal?: AbortSignal;
  /** Bytes of this file so far, those of an earlier attempt included; `fresh` are the ones that came now. */
  readonly onProgress?: (loaded: number, fresh: number) => void;
}

const FOLDER = 'nets';

/** The store in the browser's file system; one that keeps nothing where there is none. */
export function opfsStore(): FileStore {
  let opened: Promise<FileSystemDirectoryHandle> | undefined;
  const folder = () => {
    opened ??= navigator.storage.getDirectory().then((root) => root.getDirectoryHandle(FOLDER, { create: true }));
    return opened;
  };
  // Safari before 26 has the file system but no writer on a page; private windows of some have neither.
  const attempt = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch {
      return undefined;
    }
  };
  const open = async (key: string) => (await (await folder()).getFileHandle(key)).getFile();
  return {
    get: (key) => attempt(async () => new Uint8Array(await (await open(key)).arrayBuffer())),
    sizeOf: (key) => attempt(async () => (await open(key)).size),
    put: async (key, bytes) => {
      const kept = await attempt(async () => {
        const handle = await (await folder()).getFileHandle(key, { create: true });
        const writer = await handle.createWritable();
        // The content appears with `close`, whole; a writer that is given up leaves what was there.
        await writer.write(bytes).catch(async (error: unknown) => {
          await writer.abort();
          throw error;
        });
        await writer.close();
        return true;
      });
      if (kept) return true;
      // Without room the file is there, empty.
      if ((await attempt(async () => (await open(key)).size)) === 0)
        await attempt(async () => (await folder()).removeEntry(key));
      return false;
    },
    remove: async (key) => {
      await attempt(async () => (await folder()).removeEntry(key));
    },
  };
}

/** Asks the browser not to clear what is kept when it needs room. It may refuse, and may ask the person. */
export async function askToPersist(): Promise<void> {
  await navigator.storage?.persist?.().catch(() => false);
}

export async function sha256Of(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', bytes);
  return Array.from(new Uint8Array(digest), (b) => b.toString(16).padStart(2, '0')).join('');
}

/** A kept file, read and checked; one that was damaged is removed and is none. */
export async function readKept(store: FileStore, { sha256 }: KeptFile): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const bytes = await store.get(sha256);
  if (!bytes || (await sha256Of(bytes)) === sha256) return bytes;
  await store.remove(sha256);
  return undefined;
}

/** True where all of the files are kept, going by their sizes. */
export async function areKept(store: FileStore, files: readonly KeptFile[]): Promise<boolean> {
  const sizes = await Promise.all(files.map(({ sha256 }) => store.sizeOf(sha256)));
  return files.every(({ bytes }, i) => sizes[i] === bytes);
}

/** Removes the files of one net, except those that another one needs too. */
export async function removeFiles(
  store: FileStore,
  files: readonly KeptFile[],
  needed: readonly KeptFile[],
): Promise<void> {
  const others = new Set(needed.map(({ sha256 }) => sha256));
  for (const { sha256 } of files) {
    if (!others.has(sha256)) await store.remove(sha256);
    await store.remove(partOf(sha256));
  }
}

const partOf = (sha256: string): string => `${sha256}.part`;

/**
 * A file from the store, or else from its address: then it is checked and kept. What came of a download that was cut or
 * cancelled is kept beside it, and the next one goes on from there where the server can.
 *
 * @throws WrongHashError, DownloadError, and the signal's reason
 */
export async function fetchFile(
  store: FileStore,
  file: Download,
  options: DownloadOptions = {},
): Promise<{ readonly bytes: Uint8Array<ArrayBuffer>; readonly kept: boolean }> {
  const there = await readKept(store, file);
  if (there) {
    options.onProgress?.(there.length, 0);
    return { bytes: there, kept: true };
  }
  const begun = await store.get(partOf(file.sha256));
  let { bytes, resumed } = await download(store, file, begun, options);
  let found = await sha256Of(bytes);
  if (found !== file.sha256 && resumed) {
    // The part may be what was wrong.
    await store.remove(partOf(file.sha256));
    ({ bytes, resumed } = await download(store, file, undefined, options));
    found = await sha256Of(bytes);
  }
  await store.remove(partOf(file.sha256));
  if (found !== file.sha256) throw new WrongHashError(file.name, file.sha256, found);
  return { bytes, kept: await store.put(file.sha256, bytes) };
}

async function download(
  store: FileStore,
  file: Download,
  begun: Uint8Array | undefined,
  { signal, onProgress }: DownloadOptions,
): Promise<{ bytes: Uint8Array<ArrayBuffer>; resumed: boolean }> {
  const start = begun && begun.length < file.bytes ? begun.length : 0;
  const response = await ask(file, start, signal);
  // A server that cannot go on from the middle sends all of it, with another status.
  const resumed = start > 0 && response.status === 206;
  const bytes = new Uint8Array(file.bytes);
  if (begun && resumed) bytes.set(begun);
  const from = resumed ? start : 0;
  let at = from;
  const reader = response.body?.getReader();
  if (!reader) throw new DownloadError(`${file.name}: the server sent nothing (${file.url})`);
  try {
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      signal?.throwIfAborted();
      if (at + chunk.value.length > file.bytes) {
        at = 0;
        await reader.cancel();
        throw new DownloadError(
          `${file.name} is not the file that was expected: it must have ${file.bytes} bytes, the server sends more (${file.url}). Nothing was kept.`,
        );
      }
      bytes.set(chunk.value, at);
      at += chunk.value.length;
      onProgress?.(at, at - from);
    }
    if (at < file.bytes)
      throw new DownloadError(
        `${file.name} broke off after ${at} of ${file.bytes} bytes. Try again: it goes on from there.`,
      );
  } catch (error) {
    if (at > from || resumed) await store.put(partOf(file.sha256), bytes.slice(0, at));
    if (error instanceof DownloadError || signal?.aborted) throw error;
    throw new DownloadError(
      `${file.name} broke off after ${at} of ${file.bytes} bytes. Try again: it goes on from there.`,
      {
        cause: error,
      },
    );
  }
  return { bytes, resumed };
}

async function ask(file: Download, start: number, signal: AbortSignal | undefined): Promise<Response> {
  const get = async (headers: HeadersInit) => {
    try {
      // The store keeps it; the browser's own cache need not hold it a second time.
      return await fetch(file.url, { cache: 'no-store', headers, ...(signal && { signal }) });
    } catch (error) {
      signal?.throwIfAborted();
      throw new DownloadError(
        `${file.name} could not be fetched from ${new URL(file.url).host}: no network, or the server lets no page read it. ` +
          `Or download it yourself and drop it here: ${file.url}`,
        { cause: error },
      );
    }
  };
  let response = await get(start > 0 ? { Range: `bytes=${start}-` } : {});
  if (start > 0 && response.status === 416) response = await get({});
  if (!response.ok) {
    throw new DownloadError(
      `${file.name} could not be fetched: ${new URL(file.url).host} answered ${response.status} ${response.statusText} (${file.url})`,
    );
  }
  return response;
}
