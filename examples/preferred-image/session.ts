// One net on one device: the run, its canvas, and the loop that keeps both the page and the GPU responsive.
import {
  type Ascent,
  type Context,
  createAscent,
  DeviceLostError,
  imageShape,
  type Model,
  meanImage,
  openContext,
  type Recipe,
  type StartReport,
  type StepRecord,
  wake,
} from 'convscope';
import { createImageView, type ImageView } from 'convscope/views';

export interface SessionEvents {
  /** How the images start, before the first step. */
  onStarts(starts: readonly StartReport[]): void;
  onTrace(rows: readonly (readonly StepRecord[])[], stepsPerSecond: number): void;
  onDone(): void;
  onError(error: unknown): void;
  onContext(ctx: Context): void;
}

/** The target time of a batch of steps: long enough to be worth a submit, short enough that sliders react at once. */
const BATCH_MS = 80;
/** Mid-gray, and the number of standard deviations from it to black and white. */
const MIDDLE = 127.5;
const SPREAD = 4;

export class Session {
  ascent: Ascent | undefined;
  running = false;
  #ctx: Context | undefined;
  #view: ImageView | undefined;
  #batch = 1;
  #turn = 0;
  /** Standard deviation of the last recorded image, in levels of 0..255. */
  #deviation = 10;

  constructor(
    private canvas: HTMLCanvasElement,
    private readonly events: SessionEvents,
  ) {}

  /**
   * Compiles a run of `recipe`, shows its start image, and frees the previous run. Returns false if another run was opened in
   * the meantime.
   */
  async open(model: Model, recipe: Recipe): Promise<boolean> {
    const turn = ++this.#turn;
    this.#ctx ??= await this.#openContext();
    const ascent = await createAscent(this.#ctx, model, recipe, { adjustable: true });
    const starts = await wake(this.#ctx, model, ascent);
    if (turn !== this.#turn) {
      ascent[Symbol.dispose]();
      return false;
    }
    this.close();
    this.events.onStarts(starts);
    this.ascent = ascent;
    // A canvas keeps its surface. A new canvas for each run allows sizes and devices to change.
    const fresh = document.createElement('canvas');
    for (const { name, value } of this.canvas.attributes) fresh.setAttribute(name, value);
    this.canvas.replaceWith(fresh);
    this.canvas = fresh;
    const shape = imageShape(model);
    this.#view = createImageView(this.#ctx, fresh, {
      shape: ascent.shape,
      mean: meanImage(model.preprocessing, shape),
      order: model.preprocessing.order,
    });
    this.draw();
    return true;
  }

  close(): void {
    // The loop of the previous run must not keep the next one from starting.
    this.running = false;
    this.#view?.[Symbol.dispose]();
    this.ascent?.[Symbol.dispose]();
    this.#view = undefined;
    this.ascent = undefined;
  }

  /** Draws the current image with its contrast stretched. */
  draw(): void {
    if (this.ascent) this.#view?.draw(this.ascent.image.buffer, MIDDLE / (SPREAD * Math.max(this.#deviation, 1)));
  }

  /** Runs until stopped, done, hidden or replaced. */
  async run(): Promise<void> {
    const { ascent } = this;
    if (this.running || !ascent) return;
    this.running = true;
    try {
      while (this.running && this.ascent === ascent && !ascent.done) {
        if (document.hidden) await nextVisible();
        const start = performance.now();
        const steps = ascent.run(this.#batch);
        const rows = await ascent.records();
        const took = performance.now() - start;
        this.#deviation = rows[0][rows[0].length - 1]?.deviation ?? this.#deviation;
        this.draw();
        this.events.onTrace(rows, (1000 * steps) / took);
        this.#batch = Math.max(1, Math.min(50, Math.round((this.#batch * BATCH_MS) / took)));
        await nextFrame();
      }
      if (this.ascent === ascent && ascent.done) this.events.onDone();
    } catch (error) {
      if (this.ascent === ascent) await this.#recover(error, ascent);
    } finally {
      if (this.ascent === ascent) this.running = false;
    }
  }

  stop(): void {
    this.running = false;
  }

  async #openContext(): Promise<Context> {
    const ctx = await openContext();
    this.events.onContext(ctx);
    return ctx;
  }

  /** Opens a lost device again and restarts the recipe. Other errors are shown. */
  async #recover(error: unknown, lost: Ascent): Promise<void> {
    if (!(error instanceof DeviceLostError)) {
      this.events.onError(error);
      return;
    }
    try {
      this.#ctx = undefined;
      const { model, recipe } = lost;
      await this.open(model, recipe);
      this.running = false;
      void this.run();
    } catch (again) {
      this.events.onError(again);
    }
  }
}

const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve));
const nextVisible = () =>
  new Promise<void>((resolve) => document.addEventListener('visibilitychange', () => resolve(), { once: true }));
