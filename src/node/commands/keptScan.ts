// A scan of the command: with a progress bar, and with its state in a file from time to time and at the end, from which it can go on.
import type { ImageError } from '../../core/errors.js';
import type { Model } from '../../graph/model.js';
import type { ScanProgress } from '../../scan/scan.js';
import type { ImageId, SetImage } from '../../scene/images.js';
import { writeWhole } from '../outputs.js';
import type { Skipped } from './inputs.js';
import { progressBar } from './progressBar.js';
import { markOf } from './shared.js';

/** Milliseconds between two writes of the state. */
const SAVE_EVERY = 30_000;

/** Where a scan is kept, and how far it is. */
export interface KeptScan {
  readonly file: string;
  readonly bar: boolean;
  readonly skipped: Skipped;
  /** Pictures to be searched, and those of them that were searched before. */
  readonly total: number;
  readonly before: number;
}

/** What a scan is told and tells while it runs. */
export interface Hooks<T> {
  readonly signal: AbortSignal;
  readonly onUnreadable: (image: ImageId, error: ImageError) => void;
  readonly onProgress: (progress: Omit<ScanProgress, 'state'> & { state(): T }) => void;
}

/** Runs a scan with a progress bar. The first interrupt ends it and keeps the current state in the file. */
export async function keptScan<T extends object>(
  model: Model,
  set: readonly SetImage[],
  { file, bar: showBar, skipped, total, before }: KeptScan,
  run: (set: readonly SetImage[], hooks: Hooks<T>) => Promise<T>,
): Promise<T> {
  const interrupt = new AbortController();
  const stop = () => interrupt.abort();
  process.once('SIGINT', stop);
  const bar = progressBar('{bar} {value}/{total} pictures  {eta_formatted} left', showBar);
  const save = (state: T) => writeWhole(file, JSON.stringify({ ...state, ...markOf(model) }));
  let saving: Promise<void> = Promise.resolve();
  let saved = performance.now();
  let latest: (() => T) | undefined;
  bar.start(total, before);
  try {
    const found = await run(set, {
      signal: interrupt.signal,
      onUnreadable: (image, error) => skipped.add(String(image), error),
      onProgress: ({ done, state }) => {
        bar.update(done);
        latest = state;
        if (performance.now() - saved < SAVE_EVERY) return;
        saved = performance.now();
        const now = state();
        saving = saving.then(() => save(now));
        // The promise is awaited later; until then a rejection would be unhandled.
        saving.catch(() => undefined);
      },
    });
    await saving;
    await save(found);
    return found;
  } catch (error) {
    // If a file cannot be read late in a long search, the results so far must be saved.
    if (latest) await save(latest());
    throw error;
  } finally {
    process.removeListener('SIGINT', stop);
    bar.stop();
  }
}
