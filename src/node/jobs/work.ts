// A worker: takes pieces of a plan until none is left, from a queue or as its share of them.
import { hostname } from 'node:os';
import { join } from 'node:path';
import { createMaker, doneIn, PLACE, type Place } from './maker.js';
import { openStore } from './openStore.js';
import type { OpenPlan } from './plan.js';
import { type Answer, piecesOf, type QueueServer, type WorkerChoices, workerName } from './queue.js';

/** What a worker tells while it works. */
export interface WorkHooks {
  /** Ends the work: the piece that is being made goes back. */
  readonly signal: AbortSignal;
  onPiece(piece: { readonly stage: string; readonly label: string }, answer: Answer): void;
  onProgress(piece: { readonly stage: string; readonly label: string }, done: number, work: number): void;
  onFailure(piece: { readonly stage: string; readonly label: string }, reason: string): void;
  /** Of the queue's server, to which the worker connects again. */
  onTrouble(reason: string): void;
}

/** What a worker has done. */
export interface Worked {
  readonly made: number;
  readonly found: number;
  readonly failed: number;
  /** Pieces of the plan that nobody has made, where that was looked at. */
  readonly missing: number;
  readonly interrupted: boolean;
}

/** Milliseconds between looks at work that others have to finish first. */
const LOOK_EVERY = 2000;
/** Looks after which pieces count as lost that are neither in the queue nor in the store. */
const MOST_LOST = 5;

/**
 * Makes part `part` of `parts` of a plan's pieces in this process, without a queue. A later stage waits for other parts. @throws what a
 * piece throws
 */
export async function workShare(
  place: Place,
  opened: OpenPlan,
  { part, parts }: { readonly part: number; readonly parts: number },
  hooks: WorkHooks,
): Promise<Worked> {
  const { id, plan } = opened;
  const { make } = await createMaker(place, opened);
  const own = plan.stages.flatMap(({ name, pieces }) =>
    pieces.filter((_, i) => i % parts === part - 1).map((piece) => ({ stage: name, ...piece })),
  );
  let [made, found] = [0, 0];
  for (const piece of own) {
    for (;;) {
      const { signal } = hooks;
      const outcome = signal.aborted
        ? 'cancelled'
        : await make(id, piece.id, { signal, onProgress: (done, work) => hooks.onProgress(piece, done, work) });
      if (outcome === 'cancelled') return { made, found, failed: 0, missing: 0, interrupted: true };
      if (outcome === 'too early') {
        await pause(LOOK_EVERY, signal);
        continue;
      }
      if (outcome.made) made++;
      else found++;
      hooks.onPiece(piece, outcome);
      break;
    }
  }
  return { made, found, failed: 0, missing: 0, interrupted: false };
}

/** Milliseconds without questions after the server had none but a refusal. */
const REST = 1000;

/** What a worker of a queue may be told. */
export interface QueueWork {
  /** Seconds after which a worker that says nothing counts as dead. */
  readonly lease: number;
  /** Workers that may die of a piece until it counts as failed. */
  readonly crashes: number;
  /** Wait for more when nothing is left. */
  readonly stay: boolean;
}

/** Takes pieces from a queue until none is left there. Another process computes them. */
export async function workQueue(
  server: QueueServer,
  place: Place,
  { id, plan }: OpenPlan,
  { lease, crashes, stay }: QueueWork,
  { signal, onPiece, onProgress, onFailure, onTrouble }: WorkHooks,
): Promise<Worked> {
  const { stages } = plan;
  const pieces = new Map(piecesOf(plan).map((piece) => [piece.id, piece]));
  const pieceOf = (piece: string) => pieces.get(piece) ?? { stage: '', label: piece };
  let [made, found, failed] = [0, 0, 0];
  const stopped = { made, found, failed, missing: 0, interrupted: true };
  const queue = await connected(() => server.openQueue(id), onTrouble, signal);
  if (!queue) return stopped;
  const options: WorkerChoices = {
    autorun: false,
    name: workerName(hostname(), process.pid),
    concurrency: 1,
    lockDuration: lease * 1000,
    stalledInterval: lease * 1000,
    maxStalledCount: crashes,
    runRetryDelay: 1000,
    workerForkOptions: {
      env: { ...process.env, [PLACE]: JSON.stringify(place) },
      // The very descriptor that drivers write to, so that quiet.ts filters what they say there too.
      stdio: ['ignore', 'ignore', 2, 'ipc'],
    },
  };
  const processor = join(import.meta.dirname, 'piece.js');
  const worker = await connected(() => server.openWorker(id, processor, options), onTrouble, signal);
  if (!worker) {
    await queue.close();
    return stopped;
  }
  // BullMQ asks again at once where a server says that it is shutting down or starting, which would keep it from doing so.
  let resting = false;
  worker.on('error', () => {
    if (resting) return;
    resting = true;
    void worker.pause(true);
    setTimeout(() => {
      resting = false;
      worker.resume();
    }, REST);
  });
  worker.on('completed', (job, answer) => {
    if (answer.made) made++;
    else found++;
    onPiece(pieceOf(job.data.piece), answer);
  });
  worker.on('progress', (job, progress) => {
    const { done, work } = progress as { readonly done: number; readonly work: number };
    onProgress(pieceOf(job.data.piece), done, work);
  });
  worker.on('failed', (job, { message }) => {
    // What is tried again is no failure yet. One whose workers died has ended whatever its attempts.
    if (job && !job.finishedOn && job.attemptsMade < (job.opts.attempts ?? 1))
      onTrouble(`${pieceOf(job.data.piece).label}: ${message}`);
    else {
      failed++;
      onFailure(pieceOf(job?.data.piece ?? ''), message);
    }
  });
  worker.run().catch(({ message }: Error) => onTrouble(message));
  const store = await openStore(place.store);
  let missing = 0;
  // Looks that found neither work nor its results.
  let lost = 0;
  try {
    while (!signal.aborted) {
      await pause(LOOK_EVERY, signal);
      if (stay) continue;
      const counts = await queue
        .getJobCounts('waiting', 'active', 'delayed', 'prioritized', 'failed')
        .catch(() => undefined);
      // A server that cannot be asked is asked again.
      if (!counts) continue;
      const { failed: given, delayed, ...running } = counts;
      if (Object.values(running).some((count) => count > 0)) {
        lost = 0;
        continue;
      }
      const done = await doneIn(store);
      const missingOf = stages.map((stage) => stage.pieces.filter((piece) => !done.has(piece.id)).length);
      missing = missingOf.reduce((sum, count) => sum + count, 0);
      if (delayed > 0) {
        // What is only waiting may be waiting for an earlier stage that will never be whole, because what it lacks has failed.
        const first = missingOf.findIndex((count) => count > 0);
        const isHopeless = first >= 0 && first < stages.length - 1 && missingOf[first] <= given;
        if (isHopeless) break;
        lost = 0;
        continue;
      }
      // A piece on its way from one list of the queue to another is in none of them: the store has the last word.
      if (missing <= given || ++lost === MOST_LOST) break;
    }
    if (signal.aborted) worker.cancelAllJobs('the worker was told to stop');
  } finally {
    await worker.close();
    await queue.close();
  }
  return { made, found, failed, missing, interrupted: signal.aborted };
}

interface Connection {
  waitUntilReady(): Promise<unknown>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  close(): Promise<void>;
}

/** A connection that has been made, with a server that may be away at first: BullMQ tries a first time only once. Undefined where stopped. */
async function connected<T extends Connection>(
  open: () => Promise<T>,
  onTrouble: (reason: string) => void,
  signal: AbortSignal,
): Promise<T | undefined> {
  while (!signal.aborted) {
    const connection = await open();
    connection.on('error', ({ message }) => onTrouble(message));
    try {
      await connection.waitUntilReady();
      return connection;
    } catch (error) {
      onTrouble(error instanceof Error ? error.message : String(error));
      await connection.close().catch(() => undefined);
      await pause(REST, signal);
    }
  }
  return undefined;
}

const pause = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', done);
  });
