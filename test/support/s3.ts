// A bucket for tests: what the store asks of S3, in memory. It keeps S3's rules of `If-None-Match: *`, and of listings in pages.
import { once } from 'node:events';
import { createServer } from 'node:http';

export interface Bucket {
  readonly url: string;
  readonly objects: Map<string, Uint8Array>;
  /** Answers to come that say that another writer is at the name. */
  conflicts: number;
  stop(): Promise<void>;
}

/** Objects of a page of a listing: few, so that there are pages. */
const PAGE = 3;

const escaped = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');
const failure = (code: string) => `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`;

export async function startBucket(name: string): Promise<Bucket> {
  const objects = new Map<string, Uint8Array>();
  const state = { conflicts: 0 };
  const server = createServer((request, response) => {
    const chunks: Uint8Array[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://s3');
      const send = (code: number, body: string | Uint8Array = '') =>
        response
          .writeHead(code, { 'content-type': 'application/xml' })
          .end(request.method === 'HEAD' ? undefined : body);
      // Only who signs is let in.
      if (!request.headers.authorization?.includes('Credential=key/')) return send(403, failure('AccessDenied'));
      const path = decodeURIComponent(pathname);
      if (path !== `/${name}` && !path.startsWith(`/${name}/`)) return send(404, failure('NoSuchBucket'));
      const key = path.slice(name.length + 2);
      if (request.method === 'PUT') {
        if (request.headers['if-none-match'] === '*' && objects.has(key))
          return send(412, failure('PreconditionFailed'));
        if (state.conflicts > 0) {
          state.conflicts--;
          return send(409, failure('ConditionalRequestConflict'));
        }
        objects.set(key, Buffer.concat(chunks));
        return send(200);
      }
      if (key !== '') {
        const bytes = objects.get(key);
        return bytes ? send(200, bytes) : send(404, failure('NoSuchKey'));
      }
      const prefix = searchParams.get('prefix') ?? '';
      const after = searchParams.get('continuation-token') ?? '';
      const found = [...objects]
        .filter(([own]) => own.startsWith(prefix) && own > after)
        .sort(([a], [b]) => (a < b ? -1 : 1));
      const page = found.slice(0, PAGE);
      const more = found.length > PAGE;
      const contents = page.map(
        ([own, bytes]) =>
          `<Contents><Key>${escaped(own)}</Key><Size>${bytes.length}</Size><LastModified>2026-01-01T00:00:00.000Z</LastModified></Contents>`,
      );
      return send(
        200,
        `<?xml version="1.0"?><ListBucketResult><IsTruncated>${more}</IsTruncated>${
          more ? `<NextContinuationToken>${escaped(page[PAGE - 1][0])}</NextContinuationToken>` : ''
        }${contents.join('')}</ListBucketResult>`,
      );
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('no port');
  return Object.assign(state, {
    url: `http://127.0.0.1:${address.port}`,
    objects,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  });
}
