// Serves a few files from another origin, like a public server; on request slowly, in parts, or cut off.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FileServer extends AsyncDisposable {
  readonly origin: string;
  /** Requested paths, with the range if there was one. */
  readonly requests: readonly string[];
  /** Bytes after which answers pause; undefined: they are sent completely. */
  stallAfter: number | undefined;
}

/** Content types that a browser requires before it runs a file. */
const TYPES: Readonly<Record<string, string>> = { html: 'text/html', js: 'text/javascript', mjs: 'text/javascript' };
/** Number of pieces in an answer. */
const PIECES = 16;

export async function serveFiles(
  files: Readonly<Record<string, Uint8Array>>,
  { pause = 0 }: { readonly pause?: number } = {},
): Promise<FileServer> {
  const requests: string[] = [];
  const state = { stallAfter: undefined as number | undefined };
  const server = createServer(async (request, response) => {
    const path = request.url ?? '';
    const { range } = request.headers;
    requests.push(range ? `${path} ${range}` : path);
    const bytes = files[path.slice(1)];
    response.setHeader('Access-Control-Allow-Origin', '*');
    if (request.method === 'OPTIONS') {
      response.setHeader('Access-Control-Allow-Headers', 'Range').writeHead(204).end();
      return;
    }
    if (!bytes) {
      response.writeHead(404).end();
      return;
    }
    const start = Number(/^bytes=(\d+)-/.exec(range ?? '')?.[1] ?? 0);
    const type = TYPES[/[^.]*$/.exec(path)?.[0] ?? ''];
    response.writeHead(start > 0 ? 206 : 200, {
      ...(type && { 'Content-Type': type }),
      'Content-Length': bytes.length - start,
      ...(start > 0 && { 'Content-Range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` }),
    });
    const piece = Math.ceil(bytes.length / PIECES);
    for (let at = start; at < bytes.length && !response.destroyed; at += piece) {
      if (state.stallAfter !== undefined && at >= state.stallAfter) return;
      response.write(bytes.subarray(at, at + piece));
      if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
    }
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(state, {
    origin: `http://127.0.0.1:${port}`,
    requests,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}
