// Work that goes on behind the panes, in slices: each does a little when it is asked and says whether there is more.

/** A unit of a net. */
export interface UnitName {
  readonly layer: string;
  readonly unit: number;
}

export interface Job extends Disposable {
  /** True while there is something to do. */
  readonly pending: boolean;
  /** A slice of the work, short enough for a frame not to wait long. */
  work(): Promise<void>;
}

export const keyOf = ({ layer, unit }: UnitName): string => `${layer}:${unit}`;

/** The device's end is handled where it is heard of: work on it ends without a word. */
export const isLoss = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'device-lost';

export const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Deals out time between frames that keep coming and the work behind them. */
export class Share {
  #owed = 0;

  /** `share`: milliseconds of work for each that frames take. */
  constructor(private readonly share: number) {}

  /** True where the work has had less than its share. */
  get isDue(): boolean {
    return this.#owed > 0;
  }

  /** Frames took `ms`. */
  frames(ms: number): void {
    // What was not used is not saved up: frames would stand still for it later.
    this.#owed = Math.min(ms, this.#owed) + this.share * ms;
  }

  /** The work took `ms`. */
  work(ms: number): void {
    // A long slice, such as a compilation, does not stop the work for as long again.
    this.#owed = Math.max(-ms, -LONGEST_WAIT, this.#owed - ms);
  }
}

/** Milliseconds that work waits at most after a long slice, while frames keep coming. */
const LONGEST_WAIT = 500;

/** Several jobs, a slice of each in turn. */
export class Jobs implements Disposable {
  #turn = 0;
  #disposed = false;
  constructor(private readonly jobs: readonly Job[]) {}

  get pending(): boolean {
    return this.jobs.some((job) => job.pending);
  }

  async work(): Promise<void> {
    const { jobs } = this;
    const order = jobs.map((_, i) => jobs[(this.#turn + i) % jobs.length]);
    const next = order.find((job) => job.pending);
    if (!next) return;
    this.#turn = jobs.indexOf(next) + 1;
    try {
      await next.work();
    } catch (error) {
      // What it worked on was taken away meanwhile, for another net.
      if (!this.#disposed) throw error;
    }
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    for (const job of this.jobs) job[Symbol.dispose]();
  }
}
