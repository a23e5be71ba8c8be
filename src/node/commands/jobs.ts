// convscope jobs: one command's work on many machines, in pieces.
import { join, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { dispose } from '../../core/dispose.js';
import { OptionError } from '../../core/errors.js';
import { serveBoard } from '../jobs/board.js';
import { JOB_COMMANDS, type Roots } from '../jobs/line.js';
import { doneIn, type Place } from '../jobs/maker.js';
import { createMetrics, type Metrics } from '../jobs/metrics.js';
import { openStore } from '../jobs/openStore.js';
import { findPlan, openPlan, planLine, resultsIn, storePlan } from '../jobs/plan.js';
import { connectQueue, packagesOf, piecesOf, sendPieces } from '../jobs/queue.js';
import { type JobStatus, statusOf } from '../jobs/status.js';
import { type WorkHooks, workQueue, workShare } from '../jobs/work.js';
import { makeFolder } from '../outputs.js';
import { requirePackages } from '../packages.js';
import { EXIT, EXIT_CODES, integer, number, openDevice, partOf, printJson, withDevice } from './shared.js';
import { parquetName, writeTable } from './table.js';

interface StoreOptions {
  readonly store: string;
  readonly json?: boolean;
}

interface RootOptions extends StoreOptions {
  readonly root: string;
  readonly addresses?: boolean;
}

interface QueueOptions {
  readonly queue?: string;
}

interface WorkOptions extends RootOptions, QueueOptions {
  readonly shard?: string;
  readonly adapter: string;
  readonly lease: string;
  readonly crashes: string;
  readonly patience: string;
  readonly stay?: boolean;
  readonly metrics?: string;
  readonly host: string;
}

interface MergeOptions {
  readonly out: string;
  readonly parquet?: boolean;
}

interface BoardOptions extends StoreOptions, QueueOptions {
  readonly port: string;
  readonly host: string;
  readonly token?: string;
}

export function addJobs(program: Command): void {
  const jobs = program
    .command('jobs')
    .description('do the work of one command on many machines, in pieces that are made once')
    .addHelpText('after', EXIT_CODES);
  addPlan(jobs);
  addWork(jobs);
  addStatus(jobs);
  addMergeOf(jobs);
  addBoard(jobs);
}

function addPlan(jobs: Command): void {
  withQueue(withRoot(withStore(jobs.command('plan'))))
    .description(
      `split a line of convscope ${JOB_COMMANDS.join(', ')} into pieces; the same line again sends pieces again that failed`,
    )
    .argument('<line...>', 'the command and its options, as in: top mini-caffenet --images world:0-19999 --k 9')
    .option('--size <n>', 'pictures of a piece, for commands that read pictures', '1000')
    .passThroughOptions()
    .action(async (line: string[], options: RootOptions & QueueOptions & { readonly size: string }) => {
      const size = integer('--size', options.size);
      if (size < 1) throw new OptionError('--size', `must be 1 at least, got ${size}`);
      if (options.queue !== undefined) await requirePackages(packagesOf(options.queue));
      const { roots, store: address } = enter(options);
      const store = await openStore(address);
      const opened = await planLine(line, size, roots);
      await storePlan(store, opened);
      const done = await doneIn(store);
      const all = piecesOf(opened.plan);
      const missing = all.filter(({ id }) => !done.has(id));
      if (options.queue !== undefined) {
        const server = await connectQueue(options.queue, true);
        try {
          const queue = await server.openQueue(opened.id);
          await sendPieces(
            queue,
            opened.id,
            missing.map(({ id }) => id),
          );
          await queue.close();
        } finally {
          await server.close();
        }
      }
      const { id } = opened;
      if (options.json) {
        printJson({ plan: id, store: store.label, pieces: all.length, done: all.length - missing.length });
        return;
      }
      const there = all.length - missing.length;
      console.log(
        `plan ${id}: ${all.length} pieces in ${store.label}${there > 0 ? `, ${there} of them made before` : ''}`,
      );
    });
}

function addWork(jobs: Command): void {
  withQueue(withRoot(withDevice(withStore(jobs.command('work')))))
    .description('make pieces of a plan until none is left: from a queue, or with --shard as one of n workers')
    .argument('[plan]', 'the plan’s name or the beginning of it; default: the only one of the store')
    .option('--shard <i/n>', 'without a queue: make part i of n of the pieces; default 1/1')
    .option('--stay', 'wait for more when nothing is left')
    .option(
      '--lease <seconds>',
      'a worker that says nothing for so long counts as dead, and its piece goes to another',
      '30',
    )
    .option('--crashes <n>', 'workers that may die of a piece until it counts as failed', '20')
    .option('--patience <seconds>', 'begin a piece again that made no progress for so long', '600')
    .option('--metrics <port>', 'serve metrics for Prometheus on this port')
    .option('--host <address>', 'where metrics are served', '127.0.0.1')
    .action(async (name: string | undefined, options: WorkOptions) => {
      const shard = options.shard === undefined ? { part: 1, parts: 1 } : partOf(options.shard);
      if (options.queue !== undefined && options.shard !== undefined) {
        throw new OptionError('--shard', 'is for work without a queue, which gives each worker its pieces');
      }
      const numbers = {
        lease: least(1, '--lease', number('--lease', options.lease)),
        crashes: least(0, '--crashes', integer('--crashes', options.crashes)),
        stay: options.stay === true,
      };
      const patience = least(1, '--patience', number('--patience', options.patience));
      if (options.queue !== undefined) await requirePackages(packagesOf(options.queue));
      const metrics =
        options.metrics === undefined
          ? undefined
          : await createMetrics(options.host, integer('--metrics', options.metrics));
      if (metrics) console.error(`convscope: metrics: ${metrics.address}.`);
      const { roots, store: address } = enter(options);
      const store = await openStore(address);
      const { id } = await findPlan(store, name);
      const opened = await openPlan(store, id, roots);
      await requirePackages(opened.job.packages);
      const place: Place = { ...roots, store: address, adapter: options.adapter, patience };
      const stop = new AbortController();
      const end = () => stop.abort();
      process.once('SIGTERM', end).once('SIGINT', end);
      try {
        const hooks = hooksFor(options.json === true, stop.signal, metrics);
        const { queue } = options;
        // A machine without a device would take pieces only to fail them.
        if (queue !== undefined) (await openDevice({ adapter: options.adapter }))[dispose]();
        const server = queue === undefined ? undefined : await connectQueue(queue);
        const worked = server
          ? await workQueue(server, place, opened, numbers, hooks).finally(() => server.close())
          : await workShare(place, opened, shard, hooks);
        if (worked.interrupted) process.exitCode = EXIT.interrupted;
        else if (worked.failed + worked.missing > 0) process.exitCode = EXIT.failure;
        if (options.json) printJson({ plan: id, ...worked });
        else {
          const { made, found, failed, missing, interrupted } = worked;
          console.log(
            `plan ${id}: made ${made}, found ${found}${failed > 0 ? `, failed ${failed}` : ''}${missing > 0 ? `; ${missing} pieces are not made: see convscope jobs status, and send them again with convscope jobs plan` : ''}${interrupted ? '; stopped, its piece went back' : ''}`,
          );
        }
      } finally {
        process.removeListener('SIGTERM', end).removeListener('SIGINT', end);
        await metrics?.close();
      }
    });
}

/** Tells people what a worker does, and counts it. */
function hooksFor(json: boolean, signal: AbortSignal, metrics: Metrics | undefined): WorkHooks {
  const tell = (text: string) => {
    if (!json) console.error(`convscope: ${text}`);
  };
  let trouble = '';
  return {
    signal,
    onPiece({ stage, label }, answer) {
      metrics?.finished(answer);
      trouble = '';
      const { made, work, seconds } = answer;
      tell(made ? `${stage} ${label}: ${work} in ${seconds.toFixed(1)} s` : `${stage} ${label}: was there`);
    },
    onProgress: (_, done, work) => metrics?.progressed(done / work),
    onFailure({ stage, label }, reason) {
      metrics?.failed();
      tell(`${stage} ${label} failed: ${reason}`);
    },
    onTrouble(reason) {
      // A server that is away is tried every second.
      if (reason !== trouble) tell(reason);
      trouble = reason;
    },
  };
}

function addStatus(jobs: Command): void {
  withQueue(withStore(jobs.command('status')))
    .description('how far a plan is: pieces, rate, time left; with a queue also workers and failed pieces')
    .argument('[plan]', 'the plan’s name or the beginning of it; default: the only one of the store')
    .action(async (name: string | undefined, options: StoreOptions & QueueOptions) => {
      if (options.queue !== undefined) await requirePackages(packagesOf(options.queue));
      const store = await openStore(options.store);
      const { id, plan } = await findPlan(store, name);
      const server = options.queue === undefined ? undefined : await connectQueue(options.queue);
      try {
        const status = await statusOf(store, id, plan, server);
        if (options.json) printJson(status);
        else for (const line of statusText(status)) console.log(line);
      } finally {
        await server?.close();
      }
    });
}

function statusText({ plan, line, stages, complete, rate, left, queue }: JobStatus): string[] {
  const time = complete
    ? 'done'
    : left === undefined
      ? 'no piece finished lately'
      : `${rate.toFixed(1)}/s, ${Math.ceil(left)} s left`;
  return [
    `plan ${plan}: ${line.join(' ')}`,
    ...stages.map(
      ({ stage, done, pieces, work, total }) => `${stage}: ${done} of ${pieces} pieces, ${work} of ${total}`,
    ),
    time,
    ...(queue
      ? [
          `queue: ${queue.active} active, ${queue.waiting} waiting, ${queue.delayed} later, ${queue.failed} failed`,
          ...queue.workers.map(
            ({ name, pieces, rate, adapter }) => `${name}: ${pieces} pieces, ${rate.toFixed(1)}/s, ${adapter}`,
          ),
          ...queue.failures.map(({ stage, label, text }) => `failed: ${stage} ${label}: ${text}`),
          ...queue.slow.map(({ stage, label, text }) => `slow: ${stage} ${label}: ${text}`),
        ]
      : []),
  ];
}

function addMergeOf(jobs: Command): void {
  withRoot(withStore(jobs.command('merge')))
    .description('bring the pieces of a plan together: what the command itself would have written')
    .argument('[plan]', 'the plan’s name or the beginning of it; default: the only one of the store')
    .requiredOption('--out <folder>', 'folder for the result')
    .option('--parquet', 'write tables of the result as well')
    .action(async (name: string | undefined, options: RootOptions & MergeOptions) => {
      if (options.parquet) await requirePackages(['hyparquet-writer']);
      const folder = resolve(options.out);
      const { roots, store: address } = enter(options);
      const store = await openStore(address);
      const { id } = await findPlan(store, name);
      const { plan, job } = await openPlan(store, id, roots);
      if (options.parquet && (job.tables ?? []).length === 0)
        throw new OptionError('--parquet', `is for tables, and ${plan.line[0]} writes none`);
      const done = await doneIn(store);
      const missing = piecesOf(plan).filter((piece) => !done.has(piece.id));
      if (missing.length > 0) {
        const [{ stage, label }] = missing;
        throw new OptionError(
          'merge',
          `${missing.length} pieces are not made yet, the first is ${label} of ${stage}; convscope jobs status`,
        );
      }
      await makeFolder('--out', folder);
      const files = [...(await job.merge(resultsIn(store, plan), folder))];
      const { tables = [] } = job;
      if (options.parquet) {
        for (const table of tables) {
          const out = join(folder, parquetName(table));
          await writeTable(join(folder, table), out);
          files.push(out);
        }
      }
      if (options.json) printJson({ plan: id, files });
      else console.log(files.join('\n'));
    });
}

function addBoard(jobs: Command): void {
  withQueue(withStore(jobs.command('board')))
    .description('a page that shows progress, workers, failed and slow pieces, and the newest pictures')
    .argument('[plan]', 'the plan’s name or the beginning of it; default: the only one of the store')
    .option('--port <n>', 'port of the page', '8790')
    .option('--host <address>', 'address to listen on; this machine alone by default', '127.0.0.1')
    .addOption(new Option('--token <text>', 'what a reader must know; default: made anew').env('CONVSCOPE_TOKEN'))
    .action(async (name: string | undefined, options: BoardOptions) => {
      if (options.queue !== undefined) await requirePackages(packagesOf(options.queue));
      if (options.token === '') throw new OptionError('--token', 'is empty, which would let everybody in');
      const port = integer('--port', options.port);
      const store = await openStore(options.store);
      const found = await findPlan(store, name);
      const server = options.queue === undefined ? undefined : await connectQueue(options.queue);
      const board = await serveBoard(store, found, server, { host: options.host, port, token: options.token });
      if (options.json) printJson({ plan: found.id, url: board.url });
      else console.log(board.url);
      await new Promise<void>((resolve) => {
        process.once('SIGTERM', () => resolve()).once('SIGINT', () => resolve());
      });
      await board.close();
      await server?.close();
    });
}

/** @throws OptionError */
function least(least: number, option: string, value: number): number {
  if (value < least) throw new OptionError(option, `must be ${least} or more, got ${value}`);
  return value;
}

/** Goes to the folder of a line's files. Other paths of these options are of the folder where the command was started. */
function enter({ root, addresses, store }: RootOptions): { readonly roots: Roots; readonly store: string } {
  const from = /^\w+:\/\//.test(store) ? store : resolve(store);
  try {
    process.chdir(root);
  } catch (error) {
    throw new OptionError('--root', `cannot be ${root}: ${error instanceof Error ? error.message : String(error)}`);
  }
  return { roots: { root: process.cwd(), addresses: addresses === true }, store: from };
}

function withStore(command: Command): Command {
  return command
    .addOption(
      new Option('--store <address>', 'folder that all machines see, or s3://bucket/prefix')
        .env('CONVSCOPE_STORE')
        .makeOptionMandatory(),
    )
    .option('--json', 'print the result as JSON')
    .addHelpText('after', EXIT_CODES);
}

function withQueue(command: Command): Command {
  return command.addOption(
    new Option('--queue <address>', 'postgres://… or redis://…, with name and password').env('CONVSCOPE_QUEUE'),
  );
}

function withRoot(command: Command): Command {
  return command
    .option('--root <folder>', 'folder that the files of the line are in; the current one', '.')
    .option('--addresses', 'allow pictures from http and https addresses');
}
