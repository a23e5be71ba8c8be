// The process that computes: BullMQ starts it, and sends it one piece after another. The process that started it keeps the pieces' leases,
// so that no long step of the device can make one run out.
import type { SandboxedJob } from 'bullmq';
import { createMaker, type Maker, PLACE, type Place } from './maker.js';
import type { Answer, Message } from './queue.js';

/** Milliseconds between two reports of progress. */
const REPORT_EVERY = 1000;
/** Milliseconds until a piece is looked at again whose earlier stage is not finished. */
const TOO_EARLY = 2000;

let maker: Promise<Maker> | undefined;
/** When the piece that is being made last got on, in milliseconds. */
let progressed: number | undefined;

// Nobody keeps the lease any more: another worker has the piece, or soon will.
process.on('disconnect', () => process.exit(1));

function watch(patience: number): void {
  setInterval(() => {
    if (progressed === undefined || performance.now() - progressed < patience * 1000) return;
    console.error(`convscope: no progress for ${patience} s; this piece is begun again`);
    process.exit(1);
  }, 1000).unref();
}

async function start(): Promise<Maker> {
  const place = JSON.parse(process.env[PLACE] ?? '{}') as Place;
  watch(place.patience);
  return createMaker(place);
}

// biome-ignore lint/style/noDefaultExport: BullMQ looks for it.
export default async function makePiece(
  job: SandboxedJob<Message>,
  token: string,
  signal: AbortSignal,
): Promise<Answer> {
  maker ??= start();
  const { plan, piece } = job.data;
  let reported = 0;
  progressed = performance.now();
  const making = (await maker).make(plan, piece, {
    signal,
    onProgress(done, work) {
      progressed = performance.now();
      if (performance.now() - reported < REPORT_EVERY) return;
      reported = performance.now();
      void job.updateProgress({ done, work });
    },
  });
  const outcome = await making.finally(() => {
    progressed = undefined;
  });
  if (typeof outcome === 'object') return outcome;
  if (outcome === 'cancelled') await job.moveToWait(token);
  else await job.moveToDelayed(Date.now() + TOO_EARLY, token);
  // BullMQ tells by an error's name, since only that crosses from process to process.
  throw Object.assign(new Error(outcome), { name: outcome === 'cancelled' ? 'WaitingError' : 'DelayedError' });
}
