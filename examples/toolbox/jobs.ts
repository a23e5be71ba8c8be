// Background work in slices: each call does a little and says whether there is more.

/** A unit of a net. */
export interface UnitName {
  readonly layer: string;
  readonly unit: number;
}

export interface Job extends Disposable {
  /** True while there is work. */
  readonly pending: boolean;
  /** One slice of work, short enough that frames do not wait long. */
  work(): Promise<void>;
}

export const keyOf = ({ layer, unit }: UnitName): string => `${layer}:${unit}`;

/** A lost device is handled elsewhere. Work on it ends silently. */
export const isLoss = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'device-lost';

export const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Divides time between incoming frames and background work. */
export class Share {
  #owed = 0;

  /** `share`: milliseconds of work per millisecond of frames. */
  constructor(private readonly share: number) {}

  /** True if the work has had less than its share. */
  get isDue(): boolean {
    return this.#owed > 0;
  }

  /** Records that frames took `ms`. */
  frames(ms: number): void {
    // Unused time does not accumulate, because frames would stand still for it later.
    this.#owed = Math.min(ms, this.#owed) + this.share * ms;
  }

  /** Records that the work took `ms`. */
  work(ms: number): void {
    // After a long slice, such as a compilation, work does not pause for as long again.
    this.#owed = Math.max(-ms, -LONGEST_WAIT, this.#owed - ms);
  }
}

/** Maximum milliseconds that work waits after a long slice while frames arrive. */
const LONGEST_WAIT = 500;

/** Several jobs that take turns, one slice each. */
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
      // Ignore the error if the net was replaced in the meantime.
      if (!this.#disposed) throw error;
    }
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    for (const job of this.jobs) job[Symbol.dispose]();
  }
}
