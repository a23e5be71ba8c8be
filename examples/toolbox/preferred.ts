// Preferred images of the unit that is looked at, made in the background and kept: a net's pictures are there at the next visit.
import {
  type Ascent,
  type Context,
  createAscent,
  createRecipe,
  cropOf,
  cropRegion,
  type HostTensor,
  type Model,
  type Picture,
  presetFor,
  receptiveField,
  toPicture,
} from 'convscope';
import type { Job, UnitName } from './jobs.js';
import { isLoss, keyOf } from './jobs.js';
import type { PictureStore } from './pictureStore.js';

/** Pictures of a unit, and how much of the work is done. */
export interface PreferredImages extends UnitName {
  readonly pictures: readonly Picture[];
  readonly share: number;
}

const SEEDS = [0, 1, 2, 3];
/** Steps between looks at what else is to do: short enough for a frame not to wait long. */
const SLICE = 4;
/** Of the paper's preset, which has a thousand. */
const STEPS = 300;

/** An ascent for a unit, as the toolbox makes them: a picture per seed. */
export function ascentOf(
  ctx: Context,
  model: Model,
  inputs: Readonly<Record<string, HostTensor>>,
  { layer, unit }: UnitName,
  seeds: readonly number[],
): Promise<Ascent> {
  const preset = presetFor(model);
  const recipe = createRecipe({
    unit: `${layer}:${unit}`,
    preset,
    seeds,
    ...(preset === 'blur' && { steps: STEPS }),
  });
  return createAscent(ctx, model, recipe, { inputs });
}

/** A slice of an ascent. True when it is done. */
export async function slice(run: Ascent): Promise<boolean> {
  run.run(SLICE);
  await run.trace();
  return run.done;
}

/** The ascent's pictures as they are now: of each, what the unit sees of it. */
export async function picturesOf(run: Ascent, model: Model): Promise<Picture[]> {
  const images = await run.read('last');
  const size = images.length / run.recipe.seeds.length;
  const { layer, at } = run.unit;
  const seen = cropRegion(model, receptiveField(model, layer, ...at));
  return run.recipe.seeds.map((_, n) =>
    cropOf(model, toPicture(images.subarray(n * size, (n + 1) * size), model, 'auto'), seen),
  );
}

/** Reading the pictures back costs more than a slice: every so many slices is enough. */
const SHOWN_EVERY = 8;

export class Preferred implements Job {
  readonly #known = new Map<string, PreferredImages>();
  #wanted: UnitName | undefined;
  #ascent: { readonly key: string; readonly run: Ascent } | undefined;
  #failed = '';
  #disposed = false;

  constructor(
    private readonly ctx: Context,
    private readonly model: Model,
    private readonly inputs: Readonly<Record<string, HostTensor>>,
    private readonly store: PictureStore,
    private readonly post: (images: PreferredImages) => void,
  ) {}

  /** From now on it is this unit that work is done for. */
  want(wanted: UnitName | undefined): void {
    this.#wanted = wanted;
    const known = wanted && this.#known.get(keyOf(wanted));
    if (known) this.post(known);
  }

  get pending(): boolean {
    const key = this.#wanted && keyOf(this.#wanted);
    return key !== undefined && key !== this.#failed && this.#known.get(key)?.share !== 1;
  }

  async work(): Promise<void> {
    const wanted = this.#wanted;
    if (!wanted || !this.pending) return;
    const key = keyOf(wanted);
    try {
      if (this.#ascent?.key === key) await this.#goOn(this.#ascent.run, wanted);
      else await this.#begin(wanted);
    } catch (error) {
      if (isLoss(error)) throw error;
      // A layer that has no gradient has no preferred image; the panes go on.
      this.#failed = key;
    }
  }

  async #begin(wanted: UnitName): Promise<void> {
    const kept = await this.store.get('preferred', wanted);
    if (kept) {
      this.#tell({ ...wanted, pictures: kept, share: 1 });
      return;
    }
    const run = await ascentOf(this.ctx, this.model, this.inputs, wanted, SEEDS);
    if (this.#disposed) {
      run[Symbol.dispose]();
      return;
    }
    this.#ascent?.run[Symbol.dispose]();
    this.#ascent = { key: keyOf(wanted), run };
  }

  async #goOn(run: Ascent, wanted: UnitName): Promise<void> {
    const done = await slice(run);
    if (!done && Math.floor(run.steps / SLICE) % SHOWN_EVERY !== 0) return;
    const pictures = await picturesOf(run, this.model);
    this.#tell({ ...wanted, pictures, share: done ? 1 : run.steps / run.recipe.steps });
    if (!done) return;
    run[Symbol.dispose]();
    this.#ascent = undefined;
    await this.store.set('preferred', wanted, pictures);
  }

  #tell(images: PreferredImages): void {
    this.#known.set(keyOf(images), images);
    this.post(images);
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    this.#ascent?.run[Symbol.dispose]();
    this.#ascent = undefined;
    this.#wanted = undefined;
  }
}
