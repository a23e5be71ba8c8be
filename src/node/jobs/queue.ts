// The queue of a plan: BullMQ, in PostgreSQL or in Redis and what speaks its protocol (Valkey). A message is the name of a piece, and all
// else stands in the store.
import { createHash } from 'node:crypto';
import type { Processor, Queue, Worker, WorkerOptions } from 'bullmq';
import { OptionError } from '../../core/errors.js';
import { importPackage, type OptionalPackage } from '../packages.js';
import type { JobPlan } from './plan.js';

/** What a worker is sent. */
export interface Message {
  readonly plan: string;
  readonly piece: string;
}

/** What a worker answers. */
export interface Answer {
  /** False where another one had made it. */
  readonly made: boolean;
  /** Pictures, or images. */
  readonly work: number;
  readonly seconds: number;
  readonly adapter: string;
}

/** What a worker is told, besides where its server is. */
export type WorkerChoices = Omit<WorkerOptions, 'connection'>;

/** A connection to a queue's server. */
export interface QueueServer {
  openQueue(plan: string): Promise<Queue<Message, Answer>>;
  /** The processor is a file, which another process runs, or a function. */
  openWorker(
    plan: string,
    processor: string | Processor<Message, Answer>,
    options: WorkerChoices,
  ): Promise<Worker<Message, Answer>>;
  close(): Promise<void>;
}

/** Times that a piece is begun again after an error, and how long it waits, in milliseconds, doubling each time. */
const ATTEMPTS = 3;
const BACKOFF = 2000;
/** PostgreSQL's schema with the queue's tables. */
const SCHEMA = 'convscope';
/** Pieces sent at once. */
const CHUNK = 500;

/** The packages that a queue's address needs. @throws OptionError for an address of no such server */
export function packagesOf(address: string): readonly OptionalPackage[] {
  if (/^postgres(ql)?:\/\//.test(address)) return ['bullmq', 'pg'];
  if (/^rediss?:\/\//.test(address)) return ['bullmq', 'ioredis'];
  throw new OptionError('--queue', `must be postgres://… or redis://…, got '${address.replace(/:[^:@/]*@/, ':…@')}'`);
}

/** Connects; `migrate` makes the tables that PostgreSQL needs. @throws OptionError, ConvscopeError where a package is missing */
export async function connectQueue(address: string, migrate = false): Promise<QueueServer> {
  const [, database] = packagesOf(address);
  const bullmq = await importPackage('bullmq', () => import('bullmq'));
  // One name for one plan, whatever the server.
  const nameOf = (plan: string) => `convscope-${plan}`;
  if (database === 'pg') {
    await importPackage('pg', () => import('pg'));
    // One connection for questions and, made by BullMQ, one that listens.
    const connection = { connectionString: address, max: 1, keepAlive: true, schema: SCHEMA, migrate };
    const { Queue, Worker } = bullmq.withBackend(bullmq.createPostgresBackend);
    return {
      // The classes differ from Redis's in the type of their connection alone.
      openQueue: async (plan) =>
        new Queue<Message, Answer>(nameOf(plan), { connection }) as unknown as Queue<Message, Answer>,
      openWorker: async (plan, processor, options) =>
        new Worker<Message, Answer>(nameOf(plan), processor, { ...options, connection }) as unknown as Worker<
          Message,
          Answer
        >,
      close: async () => undefined,
    };
  }
  const { Redis } = await importPackage('ioredis', () => import('ioredis'));
  // A worker waits for its next piece as long as it takes.
  const redis = new Redis(address, {
    maxRetriesPerRequest: null,
    retryStrategy: (times) => Math.min(100 * times, 2000),
  });
  redis.on('error', () => undefined);
  return {
    openQueue: async (plan) => new bullmq.Queue<Message, Answer>(nameOf(plan), { connection: redis }),
    openWorker: async (plan, processor, options) =>
      new bullmq.Worker<Message, Answer>(nameOf(plan), processor, { ...options, connection: redis }),
    close: async () => {
      redis.disconnect();
    },
  };
}

/** Sends pieces that are not made. Those that failed, or that the queue has as done, are sent as new ones; those under way stay. */
export async function sendPieces(
  queue: Queue<Message, Answer>,
  plan: string,
  pieces: readonly string[],
): Promise<void> {
  const { completed = 0, failed = 0 } = await queue.getJobCounts('completed', 'failed');
  // BullMQ takes no second job of one name, whatever became of the first. One that a worker has cannot be removed.
  if (completed + failed > 0) for (const piece of pieces) await queue.remove(jobIdOf(piece));
  for (let from = 0; from < pieces.length; from += CHUNK) {
    await queue.addBulk(
      pieces.slice(from, from + CHUNK).map((piece) => ({
        name: 'piece',
        data: { plan, piece },
        opts: { jobId: jobIdOf(piece), attempts: ATTEMPTS, backoff: { type: 'exponential', delay: BACKOFF } },
      })),
    );
  }
}

/** A name that BullMQ takes: no number, no colon. */
const jobIdOf = (piece: string): string => `piece-${piece}`;

/** A name for this process among others: the machine's, and something short. */
export const workerName = (host: string, pid: number): string =>
  `${host}-${createHash('sha256').update(`${host} ${pid} ${Date.now()}`).digest('hex').slice(0, 6)}`;

/** All pieces of a plan, in the order of stages. */
export const piecesOf = ({ stages }: JobPlan) =>
  stages.flatMap(({ name, pieces }) => pieces.map((piece) => ({ stage: name, ...piece })));
