// Stores files of nets in the browser's private file system (OPFS), under their hash. Files are downloaded with progress and
// checked against their hash. If a browser cannot store files, the only cost is another download.

/** A stored file. */
export interface KeptFile {
  readonly name: string;
  readonly bytes: number;
  /** SHA-256 of the content, in hexadecimal; also its name in the store. */
  readonly sha256: string;
}

/** Stores bytes under names. Nothing here throws: if storing fails, `put` returns false. */
export interface FileStore {
  get(key: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** Number of bytes under `key`; undefined if there are none. */
  sizeOf(key: string): Promise<number | undefined>;
  /** Returns true once everything is stored. */
  put(key: string, bytes: Uint8Array<ArrayBuffer>): Promise<boolean>;
  remove(key: string): Promise<void>;
}

/** A file whose content is not what its list says. */
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

/** A download that did not finish. */
export class DownloadError extends Error {
  override readonly name = 'DownloadError';
  readonly code = 'download';
}

export interface Download extends KeptFile {
  readonly url: string;
}

export interface DownloadOptions {
  readonly signal?: AbortSignal;
  /** Bytes of this file so far, including an earlier attempt; `fresh` are the bytes that arrived now. */
  readonly onProgress?: (loaded: number, fresh: number) => void;
}

const FOLDER = 'nets';

/** The store in the browser's file system, or one that stores nothing if there is none. */
export function opfsStore(): FileStore {
  let opened: Promise<FileSystemDirectoryHandle> | undefined;
  const folder = () => {
    opened ??= navigator.storage.getDirectory().then((root) => root.getDirectoryHandle(FOLDER, { create: true }));
    return opened;
  };
  // Safari before 26 has the file system but no writer on a page. Private windows of some browsers have neither.
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
        // The content appears completely at `close`. An aborted writer leaves the old content.
        await writer.write(bytes).catch(async (error: unknown) => {
          await writer.abort();
          throw error;
        });
        await writer.close();
        return true;
      });
      if (kept) return true;
      // Without enough space the file exists, but is empty.
      if ((await attempt(async () => (await open(key)).size)) === 0)
        await attempt(async () => (await folder()).removeEntry(key));
      return false;
    },
    remove: async (key) => {
      await attempt(async () => (await folder()).removeEntry(key));
    },
  };
}

/** Asks the browser not to delete stored files when it needs space. It may refuse, or ask the user. */
export async function askToPersist(): Promise<void> {
  await navigator.storage?.persist?.().catch(() => false);
}

export async function sha256Of(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', bytes);
  return Array.from(new Uint8Array(digest), (b) => b.toString(16).padStart(2, '0')).join('');
}

/** Reads and checks a stored file. A damaged one is removed and treated as missing. */
export async function readKept(store: FileStore, { sha256 }: KeptFile): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const bytes = await store.get(sha256);
  if (!bytes || (await sha256Of(bytes)) === sha256) return bytes;
  await store.remove(sha256);
  return undefined;
}

/** True if all files are stored, judged by their sizes. */
export async function areKept(store: FileStore, files: readonly KeptFile[]): Promise<boolean> {
  const sizes = await Promise.all(files.map(({ sha256 }) => store.sizeOf(sha256)));
  return files.every(({ bytes }, i) => sizes[i] === bytes);
}

/** Removes the files of one net, except those that another net needs. */
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
 * Gets a file from the store, or downloads, checks and stores it. The part of an interrupted download is stored too, and the
 * next attempt resumes from there if the server supports it.
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
    // The stored part may be the damaged one.
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
  // A server that cannot resume sends the whole file, with another status.
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
      // The store keeps the file, so the browser's own cache does not need a second copy.
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
