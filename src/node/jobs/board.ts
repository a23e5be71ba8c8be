// A page that shows how a job gets on. It listens on this machine alone unless told otherwise, and asks for a token all the same: other
// users of the machine, and pages of other sites in the reader's browser, reach the loopback address too.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { isIPv6 } from 'node:net';
import { OptionError } from '../../core/errors.js';
import { BOARD_PAGE } from './boardPage.js';
import { type JobPlan, pieceKey } from './plan.js';
import type { QueueServer } from './queue.js';
import { statusOf } from './status.js';
import type { Store } from './store.js';

export interface BoardOptions {
  readonly host: string;
  readonly port: number;
  /** By default a new one. */
  readonly token: string | undefined;
}

/** Newest pieces whose pictures are shown. */
const PICTURES = 12;
/** Milliseconds for which an answer is good: many readers ask the store and the queue no more often than one. */
const FRESH = 1000;
/** The page's own pictures, styles and script, and nothing from elsewhere. */
const POLICY =
  "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'";

export async function serveBoard(
  store: Store,
  { id, plan }: { readonly id: string; readonly plan: JobPlan },
  queue: QueueServer | undefined,
  { host, port, token = randomBytes(16).toString('hex') }: BoardOptions,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const own = new Map(plan.stages.flatMap(({ pieces }) => pieces.map((piece) => [piece.id, piece.work])));
  let latest: { readonly asked: number; readonly answer: Promise<string> } | undefined;
  const status = (): Promise<string> => {
    if (!latest || Date.now() - latest.asked > FRESH) {
      latest = { asked: Date.now(), answer: answerOf(store, id, plan, own, queue) };
    }
    return latest.answer;
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://board');
    const send = (code: number, type: string, body: string | Uint8Array) =>
      response
        .writeHead(code, {
          'content-type': type,
          'content-security-policy': POLICY,
          'x-content-type-options': 'nosniff',
          'referrer-policy': 'no-referrer',
          'cache-control': 'no-store',
        })
        .end(body);
    if (request.method !== 'GET') return void send(405, 'text/plain', 'only GET');
    if (!same(searchParams.get('token') ?? '', token))
      return void send(401, 'text/plain', 'the token is missing or wrong');
    if (pathname === '/') return void send(200, 'text/html; charset=utf-8', BOARD_PAGE);
    if (pathname === '/status.json') return void send(200, 'application/json', await status());
    const [, piece] = /^\/pieces\/([0-9a-f]{32})\.png$/.exec(pathname) ?? [];
    const picture = piece !== undefined && own.has(piece) ? await store.get(pieceKey(piece, '.png')) : undefined;
    if (picture) return void send(200, 'image/png', picture);
    send(404, 'text/plain', 'there is no such thing');
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' });
      response.end(error instanceof Error ? error.message : String(error));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) =>
      reject(new OptionError('--port', `cannot listen on ${host}:${port}: ${error.message}`)),
    );
    server.listen(port, host, resolve);
  });
  const address = server.address();
  const actual = typeof address === 'object' && address ? address.port : port;
  return {
    url: `http://${isIPv6(host) ? `[${host}]` : host}:${actual}/?token=${encodeURIComponent(token)}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The status and the newest pictures, as JSON. */
async function answerOf(
  store: Store,
  id: string,
  plan: JobPlan,
  own: ReadonlyMap<string, number>,
  queue: QueueServer | undefined,
): Promise<string> {
  const [status, all] = await Promise.all([statusOf(store, id, plan, queue), store.list('pieces/')]);
  const pictures = all
    .flatMap(({ key, written }) => {
      const tiles = key.endsWith('.png') ? own.get(key.slice('pieces/'.length, -'.png'.length)) : undefined;
      return tiles === undefined ? [] : [{ key, written, tiles }];
    })
    .sort((a, b) => b.written - a.written)
    .slice(0, PICTURES)
    // The images of a piece stand below each other.
    .map(({ key, tiles }) => ({ key, tiles }));
  return JSON.stringify({ ...status, pictures });
}

/** In a time that tells nothing about where two texts differ. */
function same(a: string, b: string): boolean {
  const [x, y] = [a, b].map((text) => createHash('sha256').update(text).digest());
  return timingSafeEqual(x, y);
}
