// How far a plan is, by what its store has: the same with a queue and without.
import { doneIn } from './maker.js';
import type { JobPlan } from './plan.js';
import type { Answer, QueueServer } from './queue.js';
import type { Store } from './store.js';

/** How far a stage is. */
export interface StageStatus {
  readonly stage: string;
  /** Pieces, finished and in all. */
  readonly done: number;
  readonly pieces: number;
  /** Pictures or images, finished and in all. */
  readonly work: number;
  readonly total: number;
}

/** A piece that took much longer than most, or failed. */
export interface PieceNote {
  readonly stage: string;
  readonly label: string;
  readonly text: string;
}

/** What the queue says. */
export interface QueueStatus {
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
  readonly failed: number;
  /** Pictures or images per second of each worker over its last pieces. */
  readonly workers: readonly {
    readonly name: string;
    readonly pieces: number;
    readonly rate: number;
    readonly adapter: string;
  }[];
  readonly failures: readonly PieceNote[];
  readonly slow: readonly PieceNote[];
}

export interface JobStatus {
  readonly plan: string;
  readonly line: readonly string[];
  readonly stages: readonly StageStatus[];
  readonly complete: boolean;
  /** Pictures or images per second over the last minutes; 0 where nothing was finished in them. */
  readonly rate: number;
  /** Seconds that the rest will take at this rate, where there is one. */
  readonly left: number | undefined;
  readonly queue?: QueueStatus;
}

/** Milliseconds that the rate looks back. */
const WINDOW = 300_000;
/** Finished pieces of which the queue is asked. */
const LATEST = 500;
/** A piece is slow that took this many times as long as the median. */
const SLOW = 3;
/** Failures and slow pieces that are told. */
const NOTES = 20;

export async function statusOf(
  store: Store,
  id: string,
  plan: JobPlan,
  server?: QueueServer,
  now = Date.now(),
): Promise<JobStatus> {
  const done = await doneIn(store);
  const stages = plan.stages.map(({ name, pieces }): StageStatus => {
    const finished = pieces.filter(({ id }) => done.has(id));
    return { stage: name, done: finished.length, pieces: pieces.length, work: workOf(finished), total: workOf(pieces) };
  });
  const recent = plan.stages
    .flatMap(({ pieces }) => pieces)
    .flatMap(({ id, work }) => {
      const written = done.get(id);
      return written !== undefined && now - written < WINDOW ? [{ work, written }] : [];
    })
    .sort((a, b) => a.written - b.written);
  // From the first of them on: its own work was done before.
  const seconds = recent.length > 1 ? (now - recent[0].written) / 1000 : 0;
  const rate = seconds > 0 ? workOf(recent.slice(1)) / seconds : 0;
  const rest = stages.reduce((sum, { work, total }) => sum + total - work, 0);
  return {
    plan: id,
    line: plan.line,
    stages,
    complete: rest === 0,
    rate,
    left: rest === 0 ? 0 : rate > 0 ? rest / rate : undefined,
    ...(server && { queue: await queueStatus(server, id, plan) }),
  };
}

const workOf = (pieces: readonly { readonly work: number }[]): number =>
  pieces.reduce((sum, { work }) => sum + work, 0);

async function queueStatus(server: QueueServer, id: string, plan: JobPlan): Promise<QueueStatus> {
  const names = new Map(
    plan.stages.flatMap(({ name, pieces }) => pieces.map((piece) => [piece.id, { stage: name, label: piece.label }])),
  );
  const nameOf = (piece: string) => names.get(piece) ?? { stage: '', label: piece };
  const queue = await server.openQueue(id);
  queue.on('error', () => undefined);
  try {
    const {
      waiting = 0,
      active = 0,
      delayed = 0,
      failed = 0,
    } = await queue.getJobCounts('waiting', 'active', 'delayed', 'failed');
    const completed = (await queue.getJobs(['completed'], 0, LATEST - 1)).filter(
      ({ returnvalue }) => returnvalue?.made,
    );
    const failures = (await queue.getJobs(['failed'], 0, NOTES - 1)).map(({ data, failedReason }) => ({
      ...nameOf(data.piece),
      text: failedReason,
    }));
    const times = completed.map(({ returnvalue }) => returnvalue.seconds).sort((a, b) => a - b);
    const median = times[Math.floor(times.length / 2)] ?? 0;
    const slow = completed
      .filter(({ returnvalue }) => returnvalue.seconds > SLOW * median)
      .slice(0, NOTES)
      .map(({ data, returnvalue, processedBy = '' }) => ({
        ...nameOf(data.piece),
        text: `${returnvalue.seconds.toFixed(1)} s on ${processedBy}, the median is ${median.toFixed(1)} s`,
      }));
    const byWorker = new Map<string, Answer[]>();
    for (const { processedBy = '', returnvalue } of completed) {
      byWorker.set(processedBy, [...(byWorker.get(processedBy) ?? []), returnvalue]);
    }
    const workers = [...byWorker].map(([name, answers]) => ({
      name,
      pieces: answers.length,
      rate: workOf(answers) / answers.reduce((sum, { seconds }) => sum + seconds, 0),
      adapter: answers[0].adapter,
    }));
    return { waiting, active, delayed, failed, workers, failures, slow };
  } finally {
    await queue.close();
  }
}
