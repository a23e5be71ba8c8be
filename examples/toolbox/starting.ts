// The start of an ascent: compiled, and woken where the unit's gradient is zero. That may take as long as the ascent itself, so it goes
// on beside the frames; a job asks whether it is done.
import {
  type Ascent,
  type Context,
  createAscent,
  createRecipe,
  type HostTensor,
  type Model,
  presetFor,
  wake,
} from 'convscope';
import { keyOf, type UnitName } from './jobs.js';
import type { PictureSet } from './pictureSet.js';

/** An ascent at its start. */
export interface Started {
  readonly run: Ascent;
  /** For each seed, whether there is a preferred image at all. */
  readonly dead: readonly boolean[];
  /** What was done about dead starts, one sentence each that follows the unit's name. */
  readonly remarks: readonly string[];
}

/** Steps, of the paper's preset, which has a thousand. */
const STEPS = 300;
/** Pictures of the set that are tried as a start where nothing else helps. */
const TRIED = 48;

export class Starting implements Disposable {
  readonly key: string;
  readonly #control = new AbortController();
  #started: Started | undefined;
  #failure: { readonly error: unknown } | undefined;
  #disposed = false;

  /** Begins at once; `changed` is called when it is done, one way or the other. */
  constructor(
    private readonly ctx: Context,
    private readonly model: Model,
    private readonly inputs: Readonly<Record<string, HostTensor>>,
    private readonly set: PictureSet,
    unit: UnitName,
    seeds: readonly number[],
    changed: () => void,
  ) {
    this.key = keyOf(unit);
    void this.#start(unit, seeds)
      .catch((error: unknown) => {
        this.#failure = { error };
      })
      .finally(() => {
        if (!this.#disposed) changed();
      });
  }

  get isDone(): boolean {
    return this.#started !== undefined || this.#failure !== undefined;
  }

  /** The ascent, which is the caller's from now on. @throws what went wrong */
  take(): Started {
    if (this.#failure) throw this.#failure.error;
    if (!this.#started) throw new Error(`the ascent for ${this.key} has not started yet`);
    const started = this.#started;
    this.#started = undefined;
    return started;
  }

  async #start({ layer, unit }: UnitName, seeds: readonly number[]): Promise<void> {
    const { ctx, model, inputs } = this;
    const { signal } = this.#control;
    const preset = presetFor(model);
    const recipe = createRecipe({
      unit: `${layer}:${unit}`,
      preset,
      seeds,
      ...(preset === 'blur' && { steps: STEPS }),
    });
    const run = await createAscent(ctx, model, recipe, { signal, inputs });
    try {
      const starts = await wake(ctx, model, run, { signal, pictures: this.#pictures() });
      if (signal.aborted) throw signal.reason;
      this.#started = {
        run,
        dead: starts.map(({ by }) => by === 'dead'),
        remarks: starts.filter(({ by }) => by !== 'noise').map(({ text }) => text),
      };
    } catch (error) {
      run[Symbol.dispose]();
      throw error;
    }
  }

  *#pictures() {
    for (let i = 0; i < Math.min(TRIED, this.set.length); i++) yield { id: i, picture: () => this.set.picture(i) };
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    this.#control.abort();
    this.#started?.run[Symbol.dispose]();
    this.#started = undefined;
  }
}
