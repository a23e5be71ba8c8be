// One net on one device: the run, its canvas, and the loop that keeps both the page and the GPU responsive.
import {
  type Context,
  type Contrast,
  createRun,
  DeviceLostError,
  type Model,
  openContext,
  type Run,
  type SetImage,
  type StartReport,
  type StepRecord,
  type Study,
  wake,
} from 'convscope';
import { createImageView, type ImageView } from 'convscope/views';
import { statisticsFor } from './statistics.js';

export interface SessionEvents {
  /** A run is compiled; nothing has been computed yet. */
  onOpen(run: Run, starts: readonly StartReport[]): void;
  /** The next phase has begun, from the images of the one before. */
  onPhase(run: Run, phase: number): void;
  onTrace(rows: readonly (readonly StepRecord[])[], stepsPerSecond: number): void;
  /** A new picture is on the canvas. */
  onDraw(canvas: HTMLCanvasElement): void;
  /** The run has ended, or has come as far as it was asked to. */
  onDone(): void;
  onError(error: unknown): void;
}

/** The target time of a batch of steps: long enough to be worth a submit, short enough that sliders react at once. */
const BATCH_MS = 80;
/** Mid-gray, and the number of standard deviations from it to black and white. */
const MIDDLE = 127.5;
const SPREAD = 4;

let context: Promise<Context> | undefined;

/** The device of the page, which all sides share. */
export function pageContext(): Promise<Context> {
  context ??= openContext();
  return context;
}

/** After the loss of a device: whoever comes first opens the next one for all. */
export async function renewContext(lost: Context): Promise<void> {
  if ((await context) === lost) context = undefined;
}

/** What was opened, to be opened again on another device. */
interface Opened {
  readonly model: Model;
  readonly study: Study;
  readonly pictures: readonly SetImage[];
}

export class Session {
  run: Run | undefined;
  running = false;
  contrast: Contrast = 'pixels';
  #view: ImageView | undefined;
  #batch = 1;
  #turn = 0;
  /** The turn whose loop has not ended. */
  #looping: number | undefined;
  /** Standard deviation of the last recorded image, in levels of 0..255. */
  #deviation = 10;
  #opened: Opened | undefined;
  /** Steps of the phases before the one that runs. */
  #before = 0;
  /** Number of the phase that runs, from 0. */
  phase = 0;

  constructor(
    private canvas: HTMLCanvasElement,
    private readonly events: SessionEvents,
  ) {}

  /** Steps done, of all phases. */
  get steps(): number {
    return this.#before + (this.run?.steps ?? 0);
  }

  /** No image can move any more, or all steps of all phases are done. */
  get done(): boolean {
    return this.run?.done === true && this.phase >= (this.#opened?.study.phases?.length ?? 0);
  }

  /**
   * Compiles a run of `study`, shows its start image, and frees the previous run. Returns false if another run was opened in
   * the meantime.
   */
  async open(model: Model, study: Study, pictures: readonly SetImage[] = []): Promise<boolean> {
    const turn = ++this.#turn;
    const ctx = await pageContext();
    const statistics = await statisticsFor(study);
    if (turn !== this.#turn) return false;
    const run = await createRun(ctx, model, { recipe: phaseOf(study, 0), compose: (s) => s }, { statistics });
    const starts = await wake(ctx, model, run, { pictures }).catch((error: unknown) => {
      run[Symbol.dispose]();
      throw error;
    });
    if (turn !== this.#turn) {
      run[Symbol.dispose]();
      return false;
    }
    this.#free();
    this.#opened = { model, study, pictures };
    this.#show(ctx, run);
    this.events.onOpen(run, starts);
    this.draw();
    return true;
  }

  /** Goes over to the next phase, which begins with the images of this one. */
  async #nextPhase(run: Run): Promise<void> {
    const { study } = this.#opened ?? {};
    if (!study) return;
    const ctx = await pageContext();
    const { model, recipe } = run;
    const { starts: _, ...phase } = phaseOf({ ...study, seeds: recipe.seeds }, this.phase + 1);
    const statistics = await statisticsFor(phase);
    const next = await createRun(ctx, model, { recipe: phase, compose: (s) => s }, { statistics });
    const variables = await run.variables();
    if (this.run !== run) {
      next[Symbol.dispose]();
      return;
    }
    const { resize } = next.parts.params;
    const isSame = run.space.shape.join() === next.space.shape.join();
    next.from(
      isSame || !resize
        ? variables
        : new Map([...variables].map(([n, own]) => [n, resize(own, run.space, next.space)])),
    );
    this.#before += run.steps;
    this.phase++;
    this.#freeRun();
    this.#show(ctx, next);
    this.events.onPhase(next, this.phase);
  }

  /** The run, on a canvas of its own: a canvas keeps its surface, and sizes and devices change. */
  #show(ctx: Context, run: Run): void {
    this.run = run;
    const fresh = document.createElement('canvas');
    for (const { name, value } of this.canvas.attributes) fresh.setAttribute(name, value);
    this.canvas.replaceWith(fresh);
    this.canvas = fresh;
    const { shape, space, model } = run;
    this.#view = createImageView(ctx, fresh, { shape, mean: space.mean, order: model.preprocessing.order });
  }

  /** Frees the run, and lets one that is being opened go. */
  close(): void {
    this.#turn++;
    this.#free();
  }

  #free(): void {
    // The loop of the previous run must not keep the next one from starting.
    this.running = false;
    this.#before = 0;
    this.phase = 0;
    this.#deviation = 10;
    this.#freeRun();
  }

  #freeRun(): void {
    this.#view?.[Symbol.dispose]();
    this.run?.[Symbol.dispose]();
    this.#view = undefined;
    this.run = undefined;
  }

  /** Draws the current images. The canvas can be read in the same task. */
  draw(): HTMLCanvasElement {
    if (this.run) {
      const gain = this.contrast === 'pixels' ? 0 : MIDDLE / (SPREAD * Math.max(this.#deviation, 1));
      this.#view?.draw(this.run.image.buffer, gain);
      this.events.onDraw(this.canvas);
    }
    return this.canvas;
  }

  /** Runs until stopped, done, hidden or replaced, or until so many steps are done. */
  async go(until = Number.POSITIVE_INFINITY): Promise<void> {
    if (!this.run) return;
    this.running = true;
    const turn = this.#turn;
    // A loop that has been told to stop and has not come to it yet goes on.
    if (this.#looping === turn) return;
    this.#looping = turn;
    const goesOn = () => this.running && this.#turn === turn && !this.done && this.steps < until;
    try {
      for (let { run } = this; run && goesOn(); run = this.run) {
        if (document.hidden) await nextVisible();
        if (run.done) await this.#nextPhase(run);
        else if (!(await this.#advance(run, until))) return;
      }
      if (this.#turn === turn && (this.done || this.steps >= until)) {
        this.running = false;
        this.events.onDone();
      }
    } catch (error) {
      if (this.#turn === turn) await this.#recover(error, until);
    } finally {
      if (this.#turn === turn) this.running = false;
      if (this.#looping === turn) this.#looping = undefined;
    }
  }

  /** Some steps, and their picture. Returns false if another run has been opened. */
  async #advance(run: Run, until: number): Promise<boolean> {
    const start = performance.now();
    const steps = run.run(Math.min(this.#batch, until - this.steps));
    const rows = await run.records();
    const took = performance.now() - start;
    if (this.run !== run) return false;
    this.#deviation = rows[0].at(-1)?.deviation ?? this.#deviation;
    this.draw();
    const before = this.#before;
    this.events.onTrace(
      rows.map((own) => own.map((row) => ({ ...row, step: row.step + before }))),
      (1000 * steps) / took,
    );
    this.#batch = Math.max(1, Math.min(50, Math.round((this.#batch * BATCH_MS) / took)));
    await nextFrame();
    return true;
  }

  stop(): void {
    this.running = false;
  }

  /** Opens a lost device again and restarts the recipe. Other errors are shown. */
  async #recover(error: unknown, until: number): Promise<void> {
    const { run } = this;
    if (!(error instanceof DeviceLostError) || !run || !this.#opened) {
      this.events.onError(error);
      return;
    }
    const { model, study, pictures } = this.#opened;
    try {
      await renewContext(run.plan.context);
      this.running = false;
      if (await this.open(model, study, pictures)) void this.go(until);
    } catch (again) {
      this.events.onError(again);
    }
  }
}

/** A phase of a study, as a study. */
export function phaseOf({ phases = [], ...first }: Study, index: number): Study {
  return index === 0 ? first : { ...first, ...phases[index - 1] };
}

/** A study with a change to one of its phases. */
export function withPhase(study: Study, index: number, change: Partial<Study>): Study {
  if (index === 0) return { ...study, ...change };
  const phases = study.phases?.map((phase, i) => (i === index - 1 ? { ...phase, ...change } : phase));
  return { ...study, ...(phases && { phases }) };
}

const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve));
const nextVisible = () =>
  new Promise<void>((resolve) => document.addEventListener('visibilitychange', () => resolve(), { once: true }));
