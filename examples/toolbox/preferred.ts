// Preferred images of the selected unit, computed in the background and stored, so that they are available at the next visit.
import { type Context, cropOf, type HostTensor, type Model, type Picture, type Run, toPicture } from 'convscope';
import type { PictureSet } from '../shared/pictureSet.js';
import type { Job, UnitName } from './jobs.js';
import { isLoss, keyOf } from './jobs.js';
import { type Pack, seenAtCentre } from './packs.js';
import type { PictureStore } from './pictureStore.js';
import { type Started, Starting } from './starting.js';

/** Pictures of a unit, and the progress of the work. */
export interface PreferredImages extends UnitName {
  /** Undefined for a start that cannot be woken: the picture would be only noise. */
  readonly pictures: readonly Picture[];
  readonly share: number;
  /** What was wrong with starts, and what was done about it: sentences that continue the unit's name. */
  readonly remarks: readonly string[];
}

const SEEDS = [0, 1, 2, 3];
/** Steps between checks for other work: short enough that frames do not wait long. */
const SLICE = 4;

/** Runs a slice of a run. Returns true when it has finished. */
export async function slice(run: Run): Promise<boolean> {
  run.run(SLICE);
  await run.records();
  return run.done;
}

/** The current pictures of a run, cropped to the unit's receptive field. */
export async function picturesOf({ run, seen, contrast }: Started, model: Model): Promise<Picture[]> {
  const images = await run.read('last');
  const size = images.length / run.recipe.seeds.length;
  return run.recipe.seeds.map((_, n) => {
    const picture = toPicture(images.subarray(n * size, (n + 1) * size), model, contrast);
    return seen ? cropOf(model, picture, seen) : picture;
  });
}

/** Whether each image has ended where the unit has no gradient: what is left is no picture of it. */
export const stuckOf = async (run: Run): Promise<readonly boolean[]> => (await run.outcome()).map(({ stuck }) => stuck);

/** Reading the pictures back costs more than a slice, so it happens only every so many slices. */
const SHOWN_EVERY = 8;

export class Preferred implements Job {
  readonly #known = new Map<string, PreferredImages>();
  #wanted: UnitName | undefined;
  #starting: Starting | undefined;
  #current: ({ readonly key: string } & Started) | undefined;
  #failed = '';
  #disposed = false;

  constructor(
    private readonly ctx: Context,
    private readonly model: Model,
    private readonly inputs: Readonly<Record<string, HostTensor>>,
    /** Where they are kept, and those that were made before; nothing else is shown of `results`. */
    private readonly kept: { readonly store: PictureStore; readonly pack: Pack | undefined; readonly results: boolean },
    private readonly set: PictureSet,
    private readonly post: (images: PreferredImages) => void,
    /** Called when there is work again. */
    private readonly changed: () => void,
  ) {}

  /** Selects the unit to work for. */
  want(wanted: UnitName | undefined): void {
    this.#wanted = wanted;
    const known = wanted && this.#known.get(keyOf(wanted));
    if (known) this.post(known);
  }

  get pending(): boolean {
    const key = this.#wanted && keyOf(this.#wanted);
    if (key === undefined || key === this.#failed || this.#known.get(key)?.share === 1) return false;
    return this.#starting?.key !== key || this.#starting.isDone;
  }

  async work(): Promise<void> {
    const wanted = this.#wanted;
    if (!wanted || !this.pending) return;
    const key = keyOf(wanted);
    try {
      if (this.#current?.key === key) await this.#goOn(this.#current, wanted);
      else if (this.#starting?.key === key) this.#take(this.#starting);
      else await this.#begin(wanted);
    } catch (error) {
      if (isLoss(error)) throw error;
      // A layer without a gradient has no preferred image. The panes continue.
      this.#failed = key;
    }
  }

  async #begin(wanted: UnitName): Promise<void> {
    const { store, pack, results } = this.kept;
    const packed = await pack?.pictures(wanted);
    if (this.#disposed) return;
    if (packed) {
      const seen = packed.pictures.length > 0 ? seenAtCentre(this.model, wanted.layer) : undefined;
      const pictures = packed.pictures.map((picture) => (seen ? cropOf(this.model, picture, seen) : picture));
      this.#tell({ ...wanted, pictures, share: 1, remarks: packed.remarks });
      return;
    }
    if (results) {
      const there = pack ? `, which have images of ${pack.layers.join(', ')}` : '';
      this.#tell({ ...wanted, pictures: [], share: 1, remarks: [`not in these results${there}`] });
      return;
    }
    const kept = await store.get('preferred', wanted);
    if (this.#disposed) return;
    if (kept) {
      const remarks = parseRemarks(await store.text(remarksOf(wanted)));
      this.#tell({ ...wanted, pictures: kept, share: 1, remarks });
      return;
    }
    this.#starting?.[Symbol.dispose]();
    this.#starting = new Starting(this.ctx, this.model, this.inputs, this.set, wanted, SEEDS, this.changed);
  }

  #take(starting: Starting): void {
    this.#starting = undefined;
    const started = starting.take();
    this.#current?.run[Symbol.dispose]();
    this.#current = { key: starting.key, ...started };
  }

  async #goOn(started: Started, wanted: UnitName): Promise<void> {
    const { run, dead } = started;
    const isDead = dead.every((is) => is);
    const done = isDead || (await slice(run));
    if (!done && Math.floor(run.steps / SLICE) % SHOWN_EVERY !== 0) return;
    const stuck = done && !isDead ? await stuckOf(run) : [];
    const pictures = isDead ? [] : (await picturesOf(started, this.model)).filter((_, n) => !dead[n] && !stuck[n]);
    const remarks = [
      ...started.remarks,
      ...(stuck.includes(true) ? ['its gradient is exactly zero at the end of the run: it could not be raised'] : []),
    ];
    this.#tell({ ...wanted, pictures, share: done ? 1 : run.steps / run.recipe.steps, remarks });
    if (!done) return;
    run[Symbol.dispose]();
    this.#current = undefined;
    const { store } = this.kept;
    await store.keep(remarksOf(wanted), JSON.stringify(remarks));
    await store.set('preferred', wanted, pictures);
  }

  #tell(images: PreferredImages): void {
    this.#known.set(keyOf(images), images);
    this.post(images);
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    this.#starting?.[Symbol.dispose]();
    this.#current?.run[Symbol.dispose]();
    this.#current = undefined;
    this.#wanted = undefined;
  }
}

const remarksOf = (unit: UnitName): string => `remarks-${keyOf(unit)}`;

function parseRemarks(kept: string | undefined): string[] {
  const remarks: unknown = JSON.parse(kept ?? '[]');
  return Array.isArray(remarks) ? remarks.map(String) : [];
}
