// The chains on the device: one run of all of them, and the loop that keeps both the page and the GPU responsive.
import {
  type Context,
  createRun,
  type Model,
  type Picture,
  type Run,
  type RunOptions,
  type Study,
  toPicture,
} from 'convscope';

/** How the chains are to be started. */
export interface Walk {
  readonly model: Model;
  readonly study: Study;
  readonly given: Pick<RunOptions, 'nets' | 'references' | 'numbers'>;
  /** Codes in place of those that the seeds give, one for each chain. */
  readonly starts?: readonly Float32Array[] | undefined;
}

/** All chains after some steps. */
export interface Frame {
  readonly step: number;
  /** What the generator draws, one for each chain. */
  readonly pictures: readonly Picture[];
  /** What the condition says of each chain's image before its last step; none at the start. */
  readonly objectives: readonly number[];
  readonly stepsPerSecond: number;
}

export interface ChainEvents {
  onFrame(frame: Frame): void;
  /** The chains stopped: all steps are done, or they cannot move. */
  onStop(): void;
  onError(error: unknown): void;
}

/** Steps between the images that are kept: the loop looks at each of them. */
export const EVERY = 10;
/** Target time between frames: short enough that sliders react at once. */
const FRAME_MS = 100;

export class Chains {
  run: Run | undefined;
  running = false;
  #turn = 0;
  #looping: number | undefined;
  #batch = 1;

  constructor(private readonly events: ChainEvents) {}

  get steps(): number {
    return this.run?.steps ?? 0;
  }

  get done(): boolean {
    return this.run?.done === true;
  }

  /** Compiles a walk and shows where it starts. Returns false if another one was opened meanwhile. @throws OptionError, ShapeError */
  async open(ctx: Context, { model, study, given, starts }: Walk): Promise<boolean> {
    const turn = ++this.#turn;
    this.running = false;
    const run = await createRun(ctx, model, { recipe: study, compose: (s) => s }, given);
    if (turn !== this.#turn) {
      run[Symbol.dispose]();
      return false;
    }
    this.run?.[Symbol.dispose]();
    this.run = run;
    if (starts) run.from(new Map(starts.map((code, i) => [i, [code]])));
    this.events.onFrame({ step: 0, pictures: await picturesOf(run), objectives: [], stepsPerSecond: 0 });
    return turn === this.#turn;
  }

  /** Walks until stopped, hidden or replaced, or until so many steps are done. */
  async go(until = Number.POSITIVE_INFINITY): Promise<void> {
    const turn = this.#turn;
    this.running = true;
    // A loop that has been told to stop and has not come to it yet goes on.
    if (this.#looping === turn) return;
    this.#looping = turn;
    try {
      while (this.running && this.#turn === turn && this.run && !this.run.done && this.steps < until) {
        if (document.hidden) await nextVisible();
        await this.#advance(this.run, until);
      }
    } catch (error) {
      if (this.#turn === turn) this.events.onError(error);
    } finally {
      if (this.#looping === turn) this.#looping = undefined;
      if (this.#turn === turn) {
        this.running = false;
        this.events.onStop();
      }
    }
  }

  async #advance(run: Run, until: number): Promise<void> {
    const began = performance.now();
    const steps = run.run(Math.min(this.#batch, until - run.steps, EVERY - (run.steps % EVERY)));
    const rows = await run.records();
    const pictures = await picturesOf(run);
    if (this.run !== run) return;
    const took = performance.now() - began;
    this.events.onFrame({
      step: run.steps,
      pictures,
      objectives: rows.map((own) => own.at(-1)?.objective ?? Number.NaN),
      stepsPerSecond: (1000 * steps) / took,
    });
    this.#batch = Math.max(1, Math.min(EVERY, Math.round((this.#batch * FRAME_MS) / took)));
    await new Promise((resolve) => requestAnimationFrame(resolve));
  }

  stop(): void {
    this.running = false;
  }

  /** Frees the run, and lets one that is being opened go. */
  close(): void {
    this.#turn++;
    this.running = false;
    this.run?.[Symbol.dispose]();
    this.run = undefined;
  }
}

async function picturesOf(run: Run): Promise<readonly Picture[]> {
  const [N, , H, W] = run.shape;
  const all = await run.read('last');
  const size = all.length / N;
  return Array.from({ length: N }, (_, n) =>
    toPicture(all.subarray(n * size, (n + 1) * size), run.model, 'pixels', [H, W]),
  );
}

const nextVisible = () =>
  new Promise<void>((resolve) => document.addEventListener('visibilitychange', () => resolve(), { once: true }));
