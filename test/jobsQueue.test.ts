// Work from a real queue: workers are killed, the server is restarted, and the result has the bytes of one process.
// CONVSCOPE_LONG=1 takes 20,000 pictures in place of 2,000.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRng } from '../src/core/rng.js';
import { importCaffe, writeSafetensors } from '../src/importers/index.js';
import { testAdapter } from './support/adapter.js';
import { CLI, commandFolder } from './support/command.js';
import { docLines } from './support/docLines.js';
import { type Server, startPostgres, startRedis } from './support/servers.js';

const LONG = process.env.CONVSCOPE_LONG === '1';
const PICTURES = LONG ? 20_000 : 2000;
const SIZE = PICTURES / 40;
const WORKERS = 4;
const KILLS = 4;

const { folder, at, convscope } = commandFolder();

const TINY = `name: "tiny" input: "data" input_dim: 1 input_dim: 3 input_dim: 16 input_dim: 16
  layer { name: "conv" type: "Convolution" bottom: "data" top: "conv" convolution_param { num_output: 4 kernel_size: 5 } }
  layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }
  layer { name: "fc" type: "InnerProduct" bottom: "conv" top: "fc" inner_product_param { num_output: 3 } }`;
const LINE = ['top', 'tiny.safetensors', '--images', `world:0-${PICTURES - 1}`, '--k', '7', '--batch', '50'];

let whole = '';
beforeAll(async () => {
  const { seeded: _, ...tiny } = importCaffe(TINY, undefined, { seededWeights: 0 });
  const preprocessing = { ...tiny.preprocessing, order: 'rgb', mean: [120, 110, 100], stated: true } as const;
  writeFileSync(at('tiny.safetensors'), writeSafetensors({ ...tiny, preprocessing }));
  const { code, stderr } = await convscope(...LINE, '--adapter', testAdapter(), '--out', 'one');
  expect(code, stderr).toBe(0);
  whole = readFileSync(at('one/top.json'), 'utf8');
}, 600_000);

/** A worker as a cluster starts it. `--verbose`: without the process that filters the driver's messages, so that a kill kills it. */
function startWorker(store: string, queue: string): ChildProcess & { readonly log: () => string } {
  const line = ['jobs', 'work', '--store', store, '--lease', '2', '--adapter', testAdapter(), '--verbose'];
  const worker = spawn(process.execPath, [CLI, ...line], {
    cwd: folder,
    env: { ...process.env, CONVSCOPE_QUEUE: queue },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  worker.stderr?.on('data', (text) => {
    log += String(text);
  });
  return Object.assign(worker, { log: () => log });
}

const statusOf = async (store: string, queue: string) => {
  const { stdout, stderr, code } = await convscope('jobs', 'status', '--store', store, '--queue', queue, '--json');
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
};

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const SERVERS: readonly [string, () => Promise<Server | undefined>][] = [
  ['PostgreSQL', startPostgres],
  ['Redis', startRedis],
];

describe.each(SERVERS)('with %s', (name, start) => {
  let server: Server | undefined;
  const store = `store-${name}`;
  beforeAll(async () => {
    server = await start();
  }, 60_000);
  afterAll(() => server?.stop());

  test('workers that are killed and a server that is restarted lose nothing and double nothing', async (context) => {
    if (!server) return context.skip('redis-server is not installed');
    const { address } = server;
    const planned = await convscope(
      ...['jobs', 'plan', '--store', store, '--queue', address, '--size', String(SIZE), '--json'],
      ...LINE,
    );
    expect(planned.code, planned.stderr).toBe(0);
    expect(JSON.parse(planned.stdout)).toMatchObject({ pieces: 40, done: 0 });

    const rng = createRng(7);
    const running = Array.from({ length: WORKERS }, () => startWorker(store, address));
    const logs: (() => string)[] = [];
    let killed = 0;
    let restarted = false;
    for (;;) {
      await pause(1000 + 2000 * rng.uniform());
      const done = readdirSync(at(store), { recursive: true, encoding: 'utf8' }).filter((path) =>
        /pieces.\w+\.json$/.test(path),
      ).length;
      if (done === 40 && killed >= KILLS && restarted) break;
      if (running.every(({ exitCode }) => exitCode !== null)) break;
      if (!restarted && done > 5) {
        restarted = true;
        await server.restart();
      }
      if (killed < KILLS && done > 0) {
        const alive = running.flatMap((worker, i) => (worker.exitCode === null ? [i] : []));
        const victim = alive[Math.floor(alive.length * rng.uniform())];
        running[victim].kill('SIGKILL');
        logs.push(running[victim].log);
        running[victim] = startWorker(store, address);
        killed++;
      }
    }
    for (const worker of running) if (worker.exitCode === null) await once(worker, 'exit');
    expect([killed, restarted]).toEqual([KILLS, true]);
    expect(
      running.map(({ exitCode }) => exitCode),
      running.map(({ log }) => log()).join('\n'),
    ).toEqual(running.map(() => 0));

    expect(await statusOf(store, address)).toMatchObject({
      complete: true,
      stages: [{ stage: 'top', done: 40, pieces: 40, work: PICTURES, total: PICTURES }],
      queue: { active: 0, waiting: 0, delayed: 0, failed: 0, failures: [] },
    });
    const merged = await convscope('jobs', 'merge', '--store', store, '--out', `merged-${name}`, '--json');
    expect(merged.code, merged.stderr).toBe(0);
    expect(readFileSync(at(`merged-${name}/top.json`), 'utf8')).toBe(whole);
  }, 900_000);

  test('the third step of docs/scale.md runs as it is written', async (context) => {
    if (!server) return context.skip('redis-server is not installed');
    const lines = docLines('docs/scale.md', '**3. A queue**', '## Pieces').filter((line) => line[1] !== 'board');
    expect(lines.map(([, command]) => command)).toEqual(['plan', 'work', 'status', 'merge']);
    const before = { ...process.env };
    Object.assign(process.env, { CONVSCOPE_STORE: at(`steps-${name}`), CONVSCOPE_QUEUE: server.address });
    try {
      for (const line of lines) {
        const { code, stderr } = await convscope(...line, ...(line[1] === 'work' ? ['--adapter', testAdapter()] : []));
        expect(code, stderr).toBe(0);
      }
    } finally {
      process.env = before;
    }
    const top = JSON.parse(readFileSync(at('merged/top.json'), 'utf8'));
    expect(top).toMatchObject({ model: 'mini-caffenet', k: 5, scanned: 200, complete: true });
  }, 300_000);

  test('a worker that is told to stop gives its piece back at once, and the next one makes it', async (context) => {
    if (!server) return context.skip('redis-server is not installed');
    const { address } = server;
    const other = `${store}-stop`;
    const line = ['top', 'tiny.safetensors', '--images', 'world:0-799', '--k', '3'];
    await convscope('jobs', 'plan', '--store', other, '--queue', address, '--size', '800', ...line);
    const worker = startWorker(other, address);
    // In the middle of its only piece.
    for (let active = 0; active === 0; ) {
      await pause(500);
      active = (await statusOf(other, address)).queue.active;
    }
    worker.kill('SIGTERM');
    const [code] = await once(worker, 'exit');
    expect(code, worker.log()).toBe(130);
    expect(await statusOf(other, address)).toMatchObject({
      complete: false,
      queue: { active: 0, waiting: 1, failed: 0 },
    });
    const next = startWorker(other, address);
    const [done] = await once(next, 'exit');
    expect(done, next.log()).toBe(0);
    expect(await statusOf(other, address)).toMatchObject({ complete: true, queue: { failed: 0 } });
  }, 300_000);

  test('a piece that cannot be made fails with its reason, and the same plan sends it again', async (context) => {
    if (!server) return context.skip('redis-server is not installed');
    const { address } = server;
    const other = `${store}-fail`;
    writeFileSync(at(`list-${name}.txt`), `world:0\nlost-${name}.png\n`);
    const plan = ['jobs', 'plan', '--store', other, '--queue', address, '--size', '1', '--json'];
    const line = ['top', 'tiny.safetensors', '--images', `list-${name}.txt`, '--strict'];
    expect((await convscope(...plan, ...line)).code).toBe(0);
    const worker = startWorker(other, address);
    const [code] = await once(worker, 'exit');
    expect(code, worker.log()).toBe(1);
    const { complete, queue } = await statusOf(other, address);
    expect(complete).toBe(false);
    expect(queue.failures).toEqual([{ stage: 'top', label: '1-1', text: expect.stringContaining(`lost-${name}.png`) }]);
    await sharp({ create: { width: 20, height: 20, channels: 3, background: '#39a' } }).toFile(at(`lost-${name}.png`));
    expect((await convscope(...plan, ...line)).code).toBe(0);
    const [again] = await once(startWorker(other, address), 'exit');
    expect(again).toBe(0);
    expect(await statusOf(other, address)).toMatchObject({ complete: true, queue: { failed: 0 } });
  }, 300_000);
});
