// What a worker tells Prometheus: pieces, pictures, seconds.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { OptionError } from '../../core/errors.js';
import { importPackage } from '../packages.js';
import type { Answer } from './queue.js';

export interface Metrics {
  /** `http://127.0.0.1:9464/metrics` */
  readonly address: string;
  finished(answer: Answer): void;
  failed(): void;
  /** Share of the piece that is being made. */
  progressed(share: number): void;
  close(): Promise<void>;
}

/** Seconds that a piece may take, as the bounds of a histogram. */
const SECONDS = [0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000, 3000];

/** Serves `/metrics`; port 0 takes a free one. @throws OptionError where the port is taken */
export async function createMetrics(host: string, port: number): Promise<Metrics> {
  const { Counter, Gauge, Histogram, Registry } = await importPackage('prom-client', () => import('prom-client'));
  const registry = new Registry();
  const registers = [registry];
  const pieces = new Counter({
    name: 'convscope_pieces_total',
    help: 'Pieces that ended',
    labelNames: ['outcome'],
    registers,
  });
  const work = new Counter({
    name: 'convscope_images_total',
    help: 'Pictures or images of finished pieces',
    registers,
  });
  const seconds = new Histogram({
    name: 'convscope_piece_seconds',
    help: 'Time of a piece',
    buckets: SECONDS,
    registers,
  });
  const share = new Gauge({
    name: 'convscope_piece_share',
    help: 'Share of the current piece that is done',
    registers,
  });
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    void registry.metrics().then((text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) =>
      reject(new OptionError('--metrics', `cannot listen on ${host}:${port}: ${error.message}`)),
    );
    server.listen(port, host, resolve);
  });
  // Metrics alone keep no worker alive.
  server.unref();
  const { port: taken } = server.address() as AddressInfo;
  return {
    address: `http://${host}:${taken}/metrics`,
    finished(answer) {
      pieces.inc({ outcome: answer.made ? 'made' : 'found' });
      share.set(0);
      if (!answer.made) return;
      work.inc(answer.work);
      seconds.observe(answer.seconds);
    },
    failed: () => pieces.inc({ outcome: 'failed' }),
    progressed: (value) => share.set(value),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
