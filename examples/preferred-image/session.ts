// One net on one device: the run, its canvas, and the loop that keeps both the page and the GPU responsive.
import {
  type Context,
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
import { statisticsFor } from '../shared/statistics.js';

export interface SessionEvents {
  /** A run is compiled; nothing has been computed yet. */
  onOpen(run: Run, starts: readonly StartReport[]): void;
  onTrace(rows: readonly (readonly StepRecord[])[], stepsPerSecond: number): void;
  /** A new picture is on the canvas. */
  onDraw(canvas: HTMLCanvasElement): void;
  /** The run has ended, or has come as far as it was asked to. */
  onDone(): void;
  onError(error: unknown): void;
}

/** How colours are shown: as the pixels are, or stretched about mid-grey. */
export type Contrast = 'pixels' | 'stretched';

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

export class Session {
  run: Run | undefined;
  running = false;
  contrast: Contrast = 'pixels';
  #view: ImageView | undefined;
  #batch = 1;
  #turn = 0;
  /** Standard deviation of the last recorded image, in levels of 0..255. */
  #deviation = 10;
  /** Pictures that a run may start from. */
  #pictures: readonly SetImage[] = [];

  constructor(
    private canvas: HTMLCanvasElement,
    private readonly events: SessionEvents,
  ) {}

  /**
   * Compiles a run of `study`, shows its start image, and frees the previous run. Returns false if another run was opened in
   * the meantime.
   */
  async open(model: Model, study: Study, pictures: readonly SetImage[] = []): Promise<boolean> {
    const turn = ++this.#turn;
    const ctx = await pageContext();
    const statistics = await statisticsFor(study);
    if (turn !== this.#turn) return false;
    const run = await createRun(ctx, model, { recipe: study, compose: (s) => s }, { statistics });
    const starts = await wake(ctx, model, run, { pictures }).catch((error: unknown) => {
      run[Symbol.dispose]();
      throw error;
    });
    if (turn !== this.#turn) {
      run[Symbol.dispose]();
      return false;
    }
    this.#free();
    this.run = run;
    this.#pictures = pictures;
    this.#deviation = 10;
    // A canvas keeps its surface. A new canvas for each run allows sizes and devices to change.
    const fresh = document.createElement('canvas');
    for (const { name, value } of this.canvas.attributes) fresh.setAttribute(name, value);
    this.canvas.replaceWith(fresh);
    this.canvas = fresh;
    this.#view = createImageView(ctx, fresh, {
      shape: run.shape,
      mean: run.space.mean,
      order: model.preprocessing.order,
    });
    this.events.onOpen(run, starts);
    this.draw();
    return true;
  }

  /** Frees the run, and lets one that is being opened go. */
  close(): void {
    this.#turn++;
    this.#free();
  }

  #free(): void {
    // The loop of the previous run must not keep the next one from starting.
    this.running = false;
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
    const { run } = this;
    if (this.running || !run) return;
    this.running = true;
    try {
      while (this.running && this.run === run && !run.done && run.steps < until) {
        if (document.hidden) await nextVisible();
        const start = performance.now();
        const steps = run.run(Math.min(this.#batch, until - run.steps));
        const rows = await run.records();
        const took = performance.now() - start;
        if (this.run !== run) return;
        this.#deviation = rows[0].at(-1)?.deviation ?? this.#deviation;
        this.draw();
        this.events.onTrace(rows, (1000 * steps) / took);
        this.#batch = Math.max(1, Math.min(50, Math.round((this.#batch * BATCH_MS) / took)));
        await nextFrame();
      }
      if (this.run === run && (run.done || run.steps >= until)) {
        this.running = false;
        this.events.onDone();
      }
    } catch (error) {
      if (this.run === run) await this.#recover(error, run, until);
    } finally {
      if (this.run === run) this.running = false;
    }
  }

  stop(): void {
    this.running = false;
  }

  /** Opens a lost device again and restarts the recipe. Other errors are shown. */
  async #recover(error: unknown, { model, recipe, plan }: Run, until: number): Promise<void> {
    if (!(error instanceof DeviceLostError)) {
      this.events.onError(error);
      return;
    }
    try {
      // Whoever comes first opens the next device for all.
      if ((await context) === plan.context) context = undefined;
      this.running = false;
      if (await this.open(model, recipe, this.#pictures)) void this.go(until);
    } catch (again) {
      this.events.onError(again);
    }
  }
}

const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve));
const nextVisible = () =>
  new Promise<void>((resolve) => document.addEventListener('visibilitychange', () => resolve(), { once: true }));
