// Starts a run for a unit's preferred image: compiles it, and wakes it if the unit's gradient is zero. This may take as long as the run
// itself, so it happens while frames continue; a job polls for the result.
import {
  type Context,
  type Contrast,
  createRun,
  type HostTensor,
  imageShape,
  type Model,
  preferredStudy,
  presetFor,
  type Region,
  type Run,
  rowFor,
  wake,
} from 'convscope';
import type { PictureSet } from '../shared/pictureSet.js';
import { statisticsFor } from '../shared/statistics.js';
import { keyOf, type UnitName } from './jobs.js';
import { seenAtCentre } from './packs.js';

/** A run before its first step. */
export interface Started {
  readonly run: Run;
  /** What of the image the unit sees; undefined where that is not known. */
  readonly seen: Region | undefined;
  /** How its images are shown. */
  readonly contrast: Contrast;
  /** For each seed, whether there is no preferred image. */
  readonly dead: readonly boolean[];
  /** What was done about dead starts: sentences that continue the unit's name. */
  readonly remarks: readonly string[];
}

/** Steps of the paper's presets, which have up to a thousand. */
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

  /** Hands the run over to the caller. @throws the error, if starting failed */
  take(): Started {
    if (this.#failure) throw this.#failure.error;
    if (!this.#started) throw new Error(`the run for ${this.key} has not started yet`);
    const started = this.#started;
    this.#started = undefined;
    return started;
  }

  async #start({ layer, unit }: UnitName, seeds: readonly number[]): Promise<void> {
    const { ctx, model, inputs } = this;
    const { signal } = this.#control;
    // Statistics of pictures are of colours, or of grey.
    const isPicture = [1, 3].includes(imageShape(model)[0]);
    const preset = isPicture ? presetFor(model) : rowFor(model);
    const study = preferredStudy(model, {
      unit: `${layer}:${unit}`,
      preset,
      seeds,
      ...(preset === 'blur' && { steps: STEPS }),
    });
    const statistics = await statisticsFor(study);
    if (signal.aborted) throw signal.reason;
    const run = await createRun(ctx, model, { recipe: study, compose: (s) => s }, { signal, inputs, statistics });
    try {
      const starts = await wake(ctx, model, run, { signal, pictures: this.#pictures() });
      if (signal.aborted) throw signal.reason;
      this.#started = {
        run,
        seen: seenAtCentre(model, layer),
        contrast: isPicture ? 'pixels' : 'auto',
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
