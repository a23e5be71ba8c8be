// Jobs without a queue: plans, stores, what is refused, and results with the bytes of the command.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { importCaffe, writeSafetensors } from '../src/importers/index.js';
import { readTensors } from '../src/importers/safetensors.js';
import { serveBoard } from '../src/node/jobs/board.js';
import { checkInside } from '../src/node/jobs/line.js';
import { createMetrics } from '../src/node/jobs/metrics.js';
import { openStore } from '../src/node/jobs/openStore.js';
import { findPlan, pieceKey, storePiece } from '../src/node/jobs/plan.js';
import { statusOf } from '../src/node/jobs/status.js';
import { checkedKey } from '../src/node/jobs/store.js';
import { testAdapter } from './support/adapter.js';
import { commandFolder } from './support/command.js';
import { docLines } from './support/docLines.js';
import { type Bucket, startBucket } from './support/s3.js';

const { folder, at, convscope } = commandFolder();

const TINY = `name: "tiny" input: "data" input_dim: 1 input_dim: 3 input_dim: 16 input_dim: 12
  layer { name: "conv" type: "Convolution" bottom: "data" top: "conv" convolution_param { num_output: 4 kernel_size: 5 } }
  layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }
  layer { name: "fc" type: "InnerProduct" bottom: "conv" top: "fc" inner_product_param { num_output: 3 } }
  layer { name: "prob" type: "Softmax" bottom: "fc" top: "prob" }`;
const DEVICE = ['--adapter', testAdapter()];

function writeNet(name: string, seed: number): void {
  const { seeded: _, ...tiny } = importCaffe(TINY, undefined, { seededWeights: seed });
  const preprocessing = { ...tiny.preprocessing, order: 'rgb', mean: [120, 110, 100], stated: true } as const;
  writeFileSync(at(name), writeSafetensors({ ...tiny, preprocessing }));
}
beforeAll(() => writeNet('tiny.safetensors', 0));

/** Runs the command, and expects that it ends well. */
async function run(...args: string[]) {
  const { code, stdout, stderr } = await convscope(...args);
  if (code !== 0) throw new Error(`${args.join(' ')}: ${stderr}${stdout}`);
  return stdout;
}
const planned = async (store: string, size: number, ...line: string[]) =>
  JSON.parse(await run('jobs', 'plan', '--store', store, '--size', String(size), '--json', ...line));
const refusal = async (...args: string[]) => {
  const { code, stderr } = await convscope(...args);
  return [code, stderr.trim()];
};
const work = (store: string, ...more: string[]) => run('jobs', 'work', '--store', store, ...DEVICE, ...more);
const bytes = (path: string) => readFileSync(at(path)).toString('base64');

const TOP = ['top', 'tiny.safetensors', '--images', 'world:0-22', '--k', '4', '--batch', '3'];

test('a search: shares in any order, one of them made twice, have the bytes of the command', async () => {
  await run(...TOP, ...DEVICE, '--out', 'alone');
  const { plan, pieces } = await planned('store', 5, ...TOP);
  expect(pieces).toBe(5);
  // The same line is the same plan.
  expect(await planned('store', 5, ...TOP)).toMatchObject({ plan, pieces: 5, done: 0 });
  expect(await refusal('jobs', 'merge', '--store', 'store', '--out', 'merged')).toEqual([
    2,
    expect.stringContaining('5 pieces are not made yet, the first is 0-4 of top'),
  ]);
  await work('store', '--shard', '2/2');
  expect(await run('jobs', 'status', '--store', 'store')).toContain('top: 2 of 5 pieces, 10 of 23');
  const before = readdirSync(at('store/pieces')).map((file) => bytes(`store/pieces/${file}`));
  expect(await work('store', '--shard', '2/2')).toContain('made 0, found 2');
  expect(readdirSync(at('store/pieces')).map((file) => bytes(`store/pieces/${file}`))).toEqual(before);
  expect(await work('store')).toContain('made 3, found 2');
  await run('jobs', 'merge', '--store', 'store', '--out', 'joined-top', '--parquet');
  expect(bytes('joined-top/top.json')).toBe(bytes('alone/top.json'));

  // The table has the same, and again the same bytes.
  const rows = await parquetReadObjects({ file: Uint8Array.from(readFileSync(at('joined-top/top.parquet'))).buffer });
  const top = JSON.parse(readFileSync(at('alone/top.json'), 'utf8'));
  const [{ layer, values, images }] = top.layers;
  expect(rows.length).toBe(top.layers.reduce((sum: number, one: { values: number[] }) => sum + one.values.length, 0));
  expect(rows[5]).toEqual({
    layer,
    unit: 1,
    rank: 1,
    image: images[5],
    value: values[5],
    y: expect.any(Number),
    x: expect.any(Number),
  });
  await run('table', 'alone/top.json', '--out', 'again.parquet');
  expect(bytes('again.parquet')).toBe(bytes('joined-top/top.parquet'));
  expect(await refusal('table', 'store/plans/' + plan + '.json')).toEqual([
    2,
    expect.stringContaining('is no result that is a table'),
  ]);

  // A larger plan finds what the smaller one had made.
  const more = await planned(
    'store',
    5,
    ...TOP.map((word) => (word === '--k' ? '--strict' : word)).filter((word) => word !== '4'),
    '--k',
    '4',
  );
  expect(more).toMatchObject({ pieces: 5, done: 5 });
});

test('activations: shards have the numbers of one file', async () => {
  const line = ['run', 'tiny.safetensors', 'world:0-20', '--layers', 'conv,fc'];
  await run(...line, ...DEVICE, '--out', 'all.safetensors');
  await planned('shards', 9, ...line);
  await work('shards');
  await run('jobs', 'merge', '--store', 'shards', '--out', 'activations');
  const files = readdirSync(at('activations')).sort();
  expect(files).toEqual([0, 1, 2].map((i) => `activations-0000${i}-of-00003.safetensors`));
  const all = readTensors(readFileSync(at('all.safetensors')));
  const shards = files.map((file) => readTensors(readFileSync(at(`activations/${file}`))));
  expect(shards.flatMap(({ metadata }) => JSON.parse(metadata.get('images') ?? ''))).toEqual(
    JSON.parse(all.metadata.get('images') ?? ''),
  );
  for (const name of ['conv', 'fc']) {
    const whole = all.tensors.get(name);
    expect(shards.map(({ tensors }) => tensors.get(name)?.shape[0])).toEqual([9, 9, 3]);
    const joined = shards.flatMap(({ tensors }) => Array.from(tensors.get(name)?.data ?? []));
    expect(joined.length).toBe(whole?.data.length);
    // Other sizes of batches may take other kernels.
    expect(Math.max(...joined.map((value, i) => Math.abs(value - Number(whole?.data[i]))))).toBeLessThan(1e-4);
  }
});

test('a dissection: overlaps wait for the thresholds of all parts', async () => {
  const line = ['dissect', 'tiny.safetensors', '--concepts', 'world:0-11', '--layers', 'conv', '--batch', '3'];
  await run(...line, ...DEVICE, '--out', 'dissected');
  expect(await planned('concepts', 6, ...line)).toMatchObject({ pieces: 4 });
  // The second half of each stage waits for the first, which another worker makes.
  await Promise.all([work('concepts', '--shard', '2/2'), work('concepts', '--shard', '1/2')]);
  await run('jobs', 'merge', '--store', 'concepts', '--out', 'joined');
  for (const file of ['thresholds.json', 'overlaps.json'])
    expect(bytes(`joined/${file}`)).toBe(bytes(`dissected/${file}`));
  // The command makes its report of them, and nothing is scanned again.
  await run(...line, ...DEVICE, '--out', 'joined', '--resume');
  expect(bytes('joined/dissection.json')).toBe(bytes('dissected/dissection.json'));
});

test('a gallery and a search over recipes: pieces come together as the command would have made them', async () => {
  const gallery = ['gallery', 'tiny.safetensors', '--presets', 'erhan', '--steps', '2', '--seeds', '0,3'];
  expect(await refusal('jobs', 'plan', '--store', 'pictures', ...gallery)).toEqual([
    2,
    expect.stringContaining('how many images at once'),
  ]);
  const line = [...gallery, '--batch', '2'];
  await run(...line, ...DEVICE, '--out', 'gallery');
  await planned('pictures', 1, ...line);
  await work('pictures');
  await run('jobs', 'merge', '--store', 'pictures', '--out', 'sheets');
  const files = readdirSync(at('gallery'), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.\w+$/.test(name))
    .sort();
  expect(files.length).toBeGreaterThan(6);
  for (const file of files) expect([file, bytes(join('sheets', file))]).toEqual([file, bytes(join('gallery', file))]);

  // Scores of it, as a table too: the command writes its own beside it.
  const score = ['score', 'tiny.safetensors', '--gallery', 'gallery', '--images', 'world:0-9'];
  await run(...score, ...DEVICE);
  expect(await planned('scores', 2, ...score)).toMatchObject({ pieces: expect.any(Number) });
  await work('scores');
  await run('jobs', 'merge', '--store', 'scores', '--out', 'table', '--parquet');
  expect(bytes('table/scores.json')).toBe(bytes('gallery/scores.json'));
  const { tiles } = JSON.parse(readFileSync(at('table/scores.json'), 'utf8'));
  const rows = await parquetReadObjects({ file: Uint8Array.from(readFileSync(at('table/scores.parquet'))).buffer });
  expect(rows.map(({ unit }) => unit)).toEqual(tiles.map(({ unit }: { readonly unit: string }) => unit));

  const search = ['search', 'tiny.safetensors', '--units', 'fc:1', '--trials', '3', '--steps', '2', '--kinds', 'paper'];
  await planned('trials', 1, ...search);
  await work('trials');
  await run('jobs', 'merge', '--store', 'trials', '--out', 'scored');
  expect(
    JSON.parse(await run(...search, ...DEVICE, '--out', 'scored', '--images', 'world:0-9', '--json')),
  ).toMatchObject({ found: 3, made: 0 });
});

test('the first two steps of docs/scale.md run as they are written', async () => {
  const lines = docLines('docs/scale.md', '**1. One machine.**', '**3. A queue**');
  expect(lines.map(([command, sub]) => (command === 'jobs' ? sub : command))).toEqual([
    'top',
    'plan',
    'work',
    'work',
    'status',
    'merge',
  ]);
  for (const line of lines) await run(...line, ...(line[0] === 'top' || line[1] === 'work' ? DEVICE : []));
  expect(bytes('merged/top.json')).toBe(bytes('one/top.json'));
}, 300_000);

describe('what is refused', () => {
  test('code, what is for the worker to say, and files outside the root', async () => {
    const plan = ['jobs', 'plan', '--store', 'refused'];
    expect(await refusal(...plan, ...TOP, '--plugin', 'evil.js')).toEqual([
      2,
      expect.stringContaining('--plugin loads code'),
    ]);
    expect(await refusal(...plan, ...TOP, '--out=x')).toEqual([2, expect.stringContaining('--out is for the worker')]);
    expect(await refusal(...plan, 'render', 'tiny.safetensors')).toEqual([
      2,
      expect.stringContaining("No job 'render'"),
    ]);
    for (const word of [
      '../secret',
      '/etc/passwd',
      'deploy.prototxt,/etc/x',
      '--mean=../m.npy',
      'in=../../x.npy',
      ' /etc/x',
      'a, ../../x',
    ]) {
      expect(() => checkInside(word, { root: folder, addresses: false }), word).toThrow(/outside/);
    }
    for (const word of [
      'world:0-9',
      'conv5:12:6,6',
      'inception_4a/output',
      'a/../b.png',
      '--k',
      '3/7',
      '104,117,123',
    ]) {
      expect(() => checkInside(word, { root: folder, addresses: false }), word).not.toThrow();
    }
    expect(() => checkInside('https://example.org/a.png', { root: folder, addresses: false })).toThrow(/--addresses/);
    // Names of layers may look like paths.
    expect((await refusal(...plan, ...TOP, '--layers', '/layer1/conv'))[1]).not.toContain('outside');
    expect((await refusal(...plan, 'top', 'tiny.safetensors', '--images', '--layers', '../x'))[1]).toContain('outside');
    for (const address of ['https://example.org/a.png', 'https://example.org/p?file=/a.png']) {
      expect(() => checkInside(address, { root: folder, addresses: true })).not.toThrow();
    }
    expect(() => checkInside('https://example.org/a,../x', { root: folder, addresses: true })).toThrow(/outside/);
    writeFileSync(at('list.txt'), 'world:0\n/etc/motd.png\n');
    expect(await refusal(...plan, 'top', 'tiny.safetensors', 'list.txt')).toEqual([
      2,
      expect.stringContaining('/etc/motd.png is outside'),
    ]);
  });

  test('a plan that was changed, and a machine with other weights', async () => {
    const { plan } = await planned('changed', 9, ...TOP);
    const file = at(`changed/plans/${plan}.json`);
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace('world:0-22', 'world:0-21'));
    expect(await refusal('jobs', 'work', '--store', 'changed', ...DEVICE)).toEqual([
      2,
      expect.stringContaining('was changed after it was made'),
    ]);
    writeFileSync(file, text.replace('"size": 9', '"size": 9, "run": "rm"'));
    expect(await refusal('jobs', 'status', '--store', 'changed')).toEqual([2, expect.stringContaining('run')]);
    writeFileSync(file, text);
    mkdirSync(at('elsewhere'));
    writeNet('elsewhere/tiny.safetensors', 1);
    expect(await refusal('jobs', 'work', '--store', 'changed', '--root', 'elsewhere', ...DEVICE)).toEqual([
      2,
      expect.stringContaining("other weights of 'tiny'"),
    ]);
  });

  test('names that could leave a store', () => {
    for (const key of ['plans/../x.json', '/pieces/a', 'pieces/a/b', '../a.json', 'pieces/', 'pieces/.json', 'a']) {
      expect(() => checkedKey(key), key).toThrow(/store/);
    }
    expect(() => pieceKey('../../etc/passwd')).toThrow(/32 hexadecimal/);
  });
});

describe('stores', () => {
  let bucket: Bucket;
  const before = { ...process.env };
  beforeAll(async () => {
    bucket = await startBucket('scans');
    Object.assign(process.env, {
      AWS_ENDPOINT_URL_S3: bucket.url,
      AWS_ACCESS_KEY_ID: 'key',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_REGION: 'us-east-1',
    });
  });
  afterAll(async () => {
    process.env = before;
    await bucket.stop();
  });

  test.each(['folder', 's3'])('%s: an object is written once, by whichever of many writers is first', async (kind) => {
    const store = await openStore(
      kind === 's3' ? 's3://scans/run/one' : mkdtempSync(join(tmpdir(), 'convscope-store-')),
    );
    expect(await store.get('pieces/a.json')).toBe(undefined);
    expect(await store.has('pieces/a.json')).toBe(false);
    const written = await Promise.all(
      Array.from({ length: 20 }, (_, i) => store.putOnce('pieces/a.json', `from ${i}`)),
    );
    expect(written.filter(Boolean).length).toBe(1);
    const winner = `from ${written.indexOf(true)}`;
    expect(new TextDecoder().decode(await store.get('pieces/a.json'))).toBe(winner);
    for (const name of ['c', 'b', 'd', 'e']) await store.putOnce(`pieces/${name}.json`, 'xyz');
    await store.putOnce('plans/a.json', '');
    expect(await store.has('pieces/e.json')).toBe(true);
    expect((await store.list('pieces/')).map(({ key, bytes }) => [key, bytes])).toEqual([
      ['pieces/a.json', winner.length],
      ...['b', 'c', 'd', 'e'].map((name) => [`pieces/${name}.json`, 3]),
    ]);
    expect((await store.list('nothing/')).length).toBe(0);
  });

  test.each(['folder', 's3'])(
    '%s: a picture that a killed worker left is replaced by that of the finished piece',
    async (kind) => {
      const store = await openStore(
        kind === 's3' ? 's3://scans/run/two' : mkdtempSync(join(tmpdir(), 'convscope-store-')),
      );
      const id = 'a'.repeat(32);
      const pngOf = async () => new TextDecoder().decode(await store.get(pieceKey(id, '.png')));
      await store.putOnce(pieceKey(id, '.png'), 'of another adapter');
      await storePiece(store, id, { '.png': 'mine', '.json': '{}' });
      expect(await pngOf()).toBe('mine');
      // A finished piece stays as it is.
      await storePiece(store, id, { '.png': 'late', '.json': '{"late":1}' });
      expect([await pngOf(), new TextDecoder().decode(await store.get(pieceKey(id)))]).toEqual(['mine', '{}']);
    },
  );

  test('S3: a name that another writer is at is tried again', async () => {
    const store = await openStore('s3://scans/run/three');
    bucket.conflicts = 2;
    expect(await store.putOnce('pieces/a.json', 'x')).toBe(true);
    expect([bucket.conflicts, bucket.objects.has('run/three/pieces/a.json')]).toEqual([0, true]);
  });

  test('a job in S3 has the bytes of one in a folder', async () => {
    await planned('s3://scans/job', 8, ...TOP);
    await work('s3://scans/job');
    await run('jobs', 'merge', '--store', 's3://scans/job', '--out', 'from-s3');
    await run(...TOP, ...DEVICE, '--out', 'one-more');
    expect(bytes('from-s3/top.json')).toBe(bytes('one-more/top.json'));
    expect(await refusal('jobs', 'status', '--store', 's3://elsewhere/job')).toEqual([
      2,
      expect.stringContaining('NoSuchBucket'),
    ]);
  });

  test('other addresses are no stores', async () => {
    await expect(async () => openStore('gs://bucket')).rejects.toThrow(/folder or s3/);
  });
});

describe('watching', () => {
  test('the board listens on the loopback address, and tells nothing without its token', async () => {
    await planned('watched', 4, 'gallery', 'tiny.safetensors', '--presets', 'erhan', '--steps', '2', '--batch', '2');
    await work('watched', '--shard', '1/2');
    const store = await openStore(at('watched'));
    const plan = await findPlan(store, undefined);
    const board = await serveBoard(store, plan, undefined, { host: '127.0.0.1', port: 0, token: undefined });
    try {
      const url = new URL(board.url);
      expect(url.hostname).toBe('127.0.0.1');
      const token = url.searchParams.get('token') ?? '';
      expect(token.length).toBe(32);
      const ask = (path: string, own = token) => fetch(`${url.origin}${path}?token=${own}`);
      for (const path of ['/', '/status.json', `/${pieceKey(plan.plan.stages[0].pieces[0].id, '.png')}`]) {
        expect([path, (await fetch(url.origin + path)).status, (await ask(path, `${token}x`)).status]).toEqual([
          path,
          401,
          401,
        ]);
      }
      const page = await ask('/');
      expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
      const status = await (await ask('/status.json')).json();
      expect(status).toMatchObject({
        plan: plan.id,
        complete: false,
        stages: [{ stage: 'images', done: 1, pieces: 2 }],
      });
      expect(status.pictures.length).toBe(1);
      const picture = await ask(`/${status.pictures[0].key}`);
      expect(new Uint8Array(await picture.arrayBuffer()).slice(1, 4)).toEqual(new TextEncoder().encode('PNG'));
      expect((await ask('/pieces/../plans.png')).status).toBe(404);
      expect((await ask(`/pieces/${'0'.repeat(32)}.png`)).status).toBe(404);
    } finally {
      await board.close();
    }
  });

  test('metrics count pieces, pictures and seconds', async () => {
    const metrics = await createMetrics('127.0.0.1', 0);
    try {
      metrics.finished({ made: true, work: 100, seconds: 2, adapter: 'a' });
      metrics.finished({ made: false, work: 100, seconds: 0, adapter: '' });
      metrics.failed();
      metrics.progressed(0.25);
      const text = await (await fetch(metrics.address)).text();
      for (const line of [
        'convscope_pieces_total{outcome="made"} 1',
        'convscope_pieces_total{outcome="found"} 1',
        'convscope_pieces_total{outcome="failed"} 1',
        'convscope_images_total 100',
        'convscope_piece_seconds_sum 2',
        'convscope_piece_share 0.25',
      ])
        expect(text).toContain(line);
      await expect(createMetrics('127.0.0.1', Number(new URL(metrics.address).port))).rejects.toThrow(/cannot listen/);
    } finally {
      await metrics.close();
    }
  });

  test('the rate is that of the last minutes, and the time left is the rest at that rate', async () => {
    const pieces = ['1', '2', '3', '4'].map((digit) => ({ id: digit.repeat(32), label: digit, work: 10 }));
    const plan = {
      jobs: 1,
      convscope: '0',
      line: ['top'],
      size: 10,
      model: { name: 'n', hash: 'h' },
      stages: [{ name: 'top', pieces }],
    } as const;
    const store = {
      label: '',
      get: async () => undefined,
      has: async () => false,
      putOnce: async () => false,
      replace: async () => undefined,
      // Two are of the last minutes, one of an hour ago.
      list: async () =>
        [3_600_000, 20_000, 10_000].map((ago, i) => ({ key: pieceKey(pieces[i].id), bytes: 1, written: 5e6 - ago })),
    };
    const status = await statusOf(
      store,
      'p',
      { ...plan, line: ['top'], stages: [{ name: 'top', pieces }] },
      undefined,
      5e6,
    );
    // One piece of 10 in the 20 seconds since the first of the two.
    expect(status).toMatchObject({ rate: 0.5, left: 20, complete: false, stages: [{ done: 3, work: 30, total: 40 }] });
  });
});
