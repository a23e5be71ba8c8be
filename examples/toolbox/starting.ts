// Starts an ascent: compiles it, and wakes it if the unit's gradient is zero. This may take as long as the ascent itself, so it
// runs while frames continue; a job polls for the result.
import {
  type Ascent,
  type Context,
  createAscent,
  createRecipe,
  type HostTensor,
  type Model,
  rowFor,
  wake,
} from 'convscope';
import { keyOf, type UnitName } from './jobs.js';
import type { PictureSet } from './pictureSet.js';

/** An ascent before its first step. */
export interface Started {
  readonly run: Ascent;
  /** For each seed, whether there is no preferred image. */
  readonly dead: readonly boolean[];
  /** What was done about dead starts: sentences that continue the unit's name. */
  readonly remarks: readonly string[];
}

/** Number of steps. The paper's preset has a thousand. */
const STEPS = 300;
/** Number of pictures of the set to try as a start if nothing else helps. */
const TRIED = 48;

export class Starting implements Disposable {
  readonly key: string;
  readonly #control = new AbortController();
  #started: Started | undefined;
  #failure: { readonly error: unknown } | undefined;
  #disposed = false;

  /** Starts immediately. `changed` is called when it has finished or failed. */
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

  /** Hands the ascent over to the caller. @throws the error, if starting failed */
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
    const preset = rowFor(model);
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
