// The progress of a command, redrawn in a terminal. Elsewhere, and with --json, there is none.
import { SingleBar } from 'cli-progress';

/** A bar that shows nothing where nobody looks. */
export interface ProgressBar {
  start(total: number, done: number, values?: object): void;
  update(done: number, values?: object): void;
  setTotal(total: number): void;
  stop(): void;
}

const SILENT: ProgressBar = {
  start: () => undefined,
  update: () => undefined,
  setTotal: () => undefined,
  stop: () => undefined,
};

/** Updates from which the time left is estimated. */
const ESTIMATED_FROM = 50;

/** `format` as cli-progress has it: `{bar} {value}/{total} steps  {eta_formatted} left`, and names of values. */
export function progressBar(format: string, shown: boolean): ProgressBar {
  if (!shown || !process.stderr.isTTY) return SILENT;
  return new SingleBar({ format, stream: process.stderr, hideCursor: true, etaBuffer: ESTIMATED_FROM });
}
