// What a queue, a store and a merge hold, by workers that compute nothing: for a thousand of them and a million images.
//
//   node bench/run.mjs bench/jobs.ts [pieces, default 10000]
//
// Pieces are like those of `convscope top mini-caffenet --k 9`: one is made for real, and stands for all.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openNodeContext } from '../src/node/context.js';
import { folderStore } from '../src/node/jobs/folderStore.js';
import { doneIn } from '../src/node/jobs/maker.js';
import { pieceKey, planLine, resultsIn } from '../src/node/jobs/plan.js';
import { connectQueue, type QueueServer, sendPieces } from '../src/node/jobs/queue.js';
import { type Server, startPostgres, startRedis } from '../test/support/servers.js';

/** Images of a piece: 10,000 of them are ImageNet's training set. */
const SIZE = 128;

interface Measured {
  readonly workers: number;
  readonly rate: number;
  readonly send: number;
}

const idOf = (i: number): string => i.toString(16).padStart(32, '0');

/** Pieces a second through a queue, by workers in this process that answer at once. */
async function throughput(server: QueueServer, plan: string, workers: number, pieces: number): Promise<Measured> {
  const queue = await server.openQueue(plan);
  const began = performance.now();
  await sendPieces(
    queue,
    plan,
    Array.from({ length: pieces }, (_, i) => idOf(i)),
  );
  const send = (pieces * 1000) / (performance.now() - began);
  let done = 0;
  let finish: () => void = () => undefined;
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const answer = { made: true, work: SIZE, seconds: 1, adapter: 'none' };
  const made = new Set<string>();
  const all = await Promise.all(
    Array.from({ length: workers }, (_, i) =>
      server.openWorker(
        plan,
        async (job) => {
          if (made.has(job.data.piece)) throw new Error(`${job.data.piece} was given twice`);
          made.add(job.data.piece);
          return answer;
        },
        { name: `fake-${i}`, maxStalledCount: 20 },
      ),
    ),
  );
  const start = performance.now();
  for (const worker of all)
    worker.on('completed', () => {
      if (++done === pieces) finish();
    });
  await finished;
  const rate = (pieces * 1000) / (performance.now() - start);
  await Promise.all(all.map((worker) => worker.close()));
  await queue.obliterate({ force: true });
  await queue.close();
  return { workers, rate, send };
}

async function measureQueue(name: string, start: () => Promise<Server | undefined>): Promise<void> {
  const running = await start();
  if (!running) {
    console.log(`${name}: not installed`);
    return;
  }
  const server = await connectQueue(running.address, true);
  try {
    for (const workers of [1, 4, 16, 32]) {
      const pieces = workers === 1 ? 1000 : 4000;
      const { rate, send } = await throughput(server, idOf(workers), workers, pieces);
      console.log(
        `${name}: ${workers} workers, ${pieces} pieces: ${rate.toFixed(0)} pieces/s, ${((1000 * workers) / rate).toFixed(1)} ms a piece and worker; ` +
          `sent at ${send.toFixed(0)}/s`,
      );
    }
  } finally {
    await server.close();
    await running.stop();
  }
}

async function measureStore(count: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'convscope-bench-'));
  try {
    const store = await folderStore(folder);
    const images = count * SIZE;
    const line = ['top', 'mini-caffenet', '--images', `world:0-${images - 1}`];
    const { plan, job, parts } = await planLine(line, SIZE, { root: process.cwd(), addresses: false });
    using ctx = await openNodeContext();
    const [{ pieces }] = plan.stages;
    const first = parts.get(pieces[0].id);
    const made = await first?.make(ctx, {
      signal: new AbortController().signal,
      onProgress: () => undefined,
      results: resultsIn(store, plan),
    });
    const template = JSON.parse(String(made?.['.json']));
    const text = (i: number): string => {
      const [from, to] = [i * SIZE, (i + 1) * SIZE];
      // The same activations in other images: every merge has all to compare.
      const state = JSON.stringify(template.collectors).replaceAll('world:', `world:${i}`);
      return JSON.stringify({
        ...template,
        ranges: [{ from, to, last: `world:${to - 1}` }],
        collectors: JSON.parse(state),
      });
    };
    const bytes = text(0).length;
    let began = performance.now();
    for (const [i, { id }] of pieces.entries()) await store.putOnce(pieceKey(id), text(i));
    const write = performance.now() - began;
    began = performance.now();
    const { size } = await doneIn(store);
    const list = performance.now() - began;
    globalThis.gc?.();
    const before = process.memoryUsage().rss;
    let most = before;
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage().rss);
    }, 100);
    began = performance.now();
    await job.merge(resultsIn(store, plan), folder);
    const merge = performance.now() - began;
    clearInterval(watch);
    const mb = (value: number) => `${(value / 2 ** 20).toFixed(0)} MiB`;
    console.log(
      `store: ${size} pieces of ${(bytes / 1024).toFixed(0)} KiB, ${mb(size * bytes)} in all: written at ${((1000 * size) / write).toFixed(0)}/s, ` +
        `listed in ${list.toFixed(0)} ms; merged in ${(merge / 1000).toFixed(1)} s with ${mb(most - before)} more memory than before`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export async function main([pieces = '10000']: string[]): Promise<void> {
  await measureQueue('PostgreSQL', startPostgres);
  await measureQueue('Redis', startRedis);
  await measureStore(Number(pieces));
}
