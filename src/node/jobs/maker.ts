// Makes pieces of plans with one device, which is opened once, as are the nets of plans.
import { DeviceLostError, OptionError } from '../../core/errors.js';
import type { Context } from '../../gpu/context.js';
import { openDevice } from '../commands/shared.js';
import { requirePackages } from '../packages.js';
import type { Roots } from './line.js';
import { openStore } from './openStore.js';
import { type OpenPlan, openPlan, pieceKey, resultsIn, storePiece } from './plan.js';
import type { Answer } from './queue.js';
import type { Store } from './store.js';

/** Where a worker reads and writes, and computes. Plain data, which is handed to the process that computes. */
export interface Place extends Roots {
  readonly store: string;
  readonly adapter: string;
  /** Seconds without progress after which the process that computes gives up. */
  readonly patience: number;
}

/** The environment variable that hands it over, as JSON. */
export const PLACE = 'CONVSCOPE_JOBS_PLACE';

export interface MakeHooks {
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, work: number) => void;
}

/** What became of a piece: an earlier stage may not be finished, or the signal ended it. */
export type Outcome = Answer | 'too early' | 'cancelled';

export interface Maker {
  /** Makes a piece and stores it, where the store has not got it. @throws OptionError where this machine would make something else */
  make(plan: string, piece: string, hooks: MakeHooks): Promise<Outcome>;
}

/** A plan that is open already is not opened again. */
export async function createMaker(place: Place, opened?: OpenPlan): Promise<Maker> {
  const store = await openStore(place.store);
  const plans = new Map<string, Promise<OpenPlan>>(opened ? [[opened.id, Promise.resolve(opened)]] : []);
  let device: Promise<Context> | undefined;
  const open = (id: string): Promise<OpenPlan> => {
    const there = plans.get(id) ?? openPlan(store, id, place);
    plans.set(id, there);
    // A store or a disk that was not there may be there the next time.
    there.catch(() => plans.delete(id));
    return there;
  };
  return {
    async make(id, piece, { signal, onProgress }) {
      const { plan, job, parts } = await open(id);
      const part = parts.get(piece);
      if (!part) throw new OptionError('piece', `${piece} is none of plan ${id}`);
      const about = { work: part.work, adapter: '' };
      if (await store.has(pieceKey(piece))) return { ...about, made: false, seconds: 0 };
      const results = resultsIn(store, plan);
      if (!(await earlierStagesDone(store, plan.stages, piece))) return 'too early';
      await requirePackages(job.packages);
      device ??= openDevice({ adapter: place.adapter });
      const ctx = await device.catch((error: unknown) => {
        device = undefined;
        throw error;
      });
      const began = performance.now();
      const made = await part
        .make(ctx, { signal, results, onProgress: (done) => onProgress(done, part.work) })
        .catch((error: unknown) => {
          // The next piece opens another one.
          if (error instanceof DeviceLostError) device = undefined;
          // What the signal broke off is no failure.
          if (signal.aborted) return undefined;
          throw error;
        });
      if (!made) return 'cancelled';
      await storePiece(store, piece, made);
      return { work: part.work, adapter: ctx.adapterName, made: true, seconds: (performance.now() - began) / 1000 };
    },
  };
}

async function earlierStagesDone(store: Store, stages: OpenPlan['plan']['stages'], piece: string): Promise<boolean> {
  const stage = stages.findIndex(({ pieces }) => pieces.some(({ id }) => id === piece));
  if (stage <= 0) return true;
  const there = await doneIn(store);
  return stages.slice(0, stage).every(({ pieces }) => pieces.every(({ id }) => there.has(id)));
}

/** Names of all finished pieces of a store, and when they were finished, in milliseconds since 1970. */
export async function doneIn(store: Store): Promise<ReadonlyMap<string, number>> {
  const ENDING = '.json';
  const all = await store.list('pieces/');
  return new Map(
    all
      .filter(({ key }) => key.endsWith(ENDING))
      .map(({ key, written }) => [key.slice('pieces/'.length, -ENDING.length), written] as const),
  );
}
