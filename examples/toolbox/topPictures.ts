// The top images of the selected unit and what it responds to in them: the Deep Visualization Toolbox's top images and their
// deconvolutions. The search runs in the background for all units at once.
import {
  type Context,
  createPreprocessor,
  createProjector,
  cropOf,
  findTopImages,
  type HostTensor,
  ImageError,
  type Model,
  type Picture,
  type Preprocessor,
  type Projector,
  parseTopImages,
  projectionPicture,
  type TopImages,
  topOf,
} from 'convscope';
import type { PictureSet } from '../shared/pictureSet.js';
import { isLoss, type Job, keyOf, textOf, type UnitName } from './jobs.js';
import type { PictureStore } from './pictureStore.js';

/** The top images of a unit so far. */
export interface UnitTop extends UnitName {
  readonly best: readonly {
    /** Absent for a picture that results name and that is not to be had: `missing` says why. */
    readonly crop?: Picture;
    readonly missing?: string;
    readonly value: number;
    readonly name: string;
  }[];
  /** What the unit responds to in each of them. */
  readonly projections: readonly Picture[];
  /** Number of pictures searched. */
  readonly scanned: number;
  readonly length: number;
  /** Names of pictures that could not be read and were skipped. */
  readonly unread: readonly string[];
  /** The reason, if there are none. */
  readonly failed?: string;
  /** They are of results, which have no projections. */
  readonly results?: true;
}

const K = 9;
/** Pictures between checks for other work. A CPU adapter is slower. */
const BATCH = { gpu: 16, software: 4 };
/** Milliseconds between updates of a running search. */
const SHOWN_EVERY = 2000;
/** Number of cached inputs: a unit's top images change little during a search. */
const KEPT = 64;

/** Pauses a search until it may continue. */
class Gate {
  #isOpen = false;
  #waiting: (() => void) | undefined;
  #arrived: (() => void) | undefined;

  /** Resolves when the search may continue. */
  pass(): Promise<void> {
    if (this.#isOpen) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting = resolve;
      this.#arrived?.();
    });
  }

  /** Lets the search continue once. Resolves at its next pause, or at its end. */
  async letPass(end: Promise<void>): Promise<void> {
    const arrival = new Promise<void>((resolve) => {
      this.#arrived = resolve;
    });
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.();
    await Promise.race([arrival, end]);
    this.#arrived = undefined;
  }

  /** Removes the pause for good. */
  open(): void {
    this.#isOpen = true;
    this.#waiting?.();
  }
}

export class TopPictures implements Job {
  readonly #gate = new Gate();
  readonly #stop = new AbortController();
  readonly #inputs = new Map<number, Promise<Float32Array>>();
  readonly #preprocessor: Preprocessor;
  #projector: { readonly layer: string; readonly projector: Projector } | undefined;
  readonly #batch: number;
  #search: Promise<void> | undefined;
  #state: (() => TopImages) | undefined;
  #scanned = 0;
  #complete = false;
  #failed = '';
  #wanted: UnitName | undefined;
  /** The last update: its unit, the searched part of the set, and the time. */
  #shown = { key: '', scanned: 0, at: 0 };

  constructor(
    private readonly ctx: Context,
    private readonly model: Model,
    private readonly inputs: Readonly<Record<string, HostTensor>>,
    private readonly layers: readonly string[],
    /** Where searches are kept, and one that was made before. */
    private readonly kept: { readonly store: PictureStore; readonly found: string | undefined },
    private readonly set: PictureSet,
    private readonly post: (top: UnitTop) => void,
  ) {
    this.#preprocessor = createPreprocessor(ctx, model);
    this.#batch = ctx.traits.software ? BATCH.software : BATCH.gpu;
  }

  /** Selects the unit whose pictures are shown. */
  want(wanted: UnitName | undefined): void {
    if (wanted && this.#wanted && keyOf(wanted) === keyOf(this.#wanted)) return;
    this.#wanted = wanted;
    if (wanted && this.#failed) this.#sayFailed(wanted);
  }

  get pending(): boolean {
    if (this.#failed) return false;
    return this.#wanted !== undefined && (!this.#complete || this.#isDue);
  }

  /** True if the shown pictures are older than the search. */
  get #isDue(): boolean {
    const { key, scanned, at } = this.#shown;
    if (!this.#wanted || this.#scanned === 0) return false;
    if (key !== keyOf(this.#wanted)) return true;
    if (scanned === this.#scanned) return false;
    return this.#complete || performance.now() - at > SHOWN_EVERY;
  }

  async work(): Promise<void> {
    try {
      if (this.#isDue) await this.#show();
      else await this.#scan();
    } catch (error) {
      if (isLoss(error)) throw error;
      this.#failed = textOf(error);
      if (this.#wanted) this.#sayFailed(this.#wanted);
    }
  }

  /** One search serves all units, so if it failed no unit has pictures. */
  #sayFailed(unit: UnitName): void {
    const { length } = this.set;
    this.post({ ...unit, best: [], projections: [], unread: [], scanned: this.#scanned, length, failed: this.#failed });
  }

  async #scan(): Promise<void> {
    this.#search ??= this.#run();
    await this.#gate.letPass(this.#search);
  }

  async #run(): Promise<void> {
    const { store, found } = this.kept;
    const kept = found ?? (await store.text(`top-${this.set.name}`));
    if (kept !== undefined) {
      const top = parseTopImages(kept);
      this.#state = () => top;
      this.#scanned = top.scanned;
      this.#complete = true;
      return;
    }
    const top = await findTopImages(this.ctx, this.model, this.#pictures(), {
      k: K,
      batch: this.#batch,
      layers: this.layers,
      inputs: this.inputs,
      // They are reported with the result.
      onUnreadable: () => undefined,
      signal: this.#stop.signal,
      onProgress: ({ done, state }) => {
        this.#scanned = done;
        this.#state = state;
      },
    });
    if (!top.complete) return;
    this.#state = () => top;
    this.#complete = true;
    await store.keep(`top-${this.set.name}`, JSON.stringify(top));
  }

  async *#pictures() {
    for (let i = 0; i < this.set.length; i++) {
      if (i % this.#batch === 0) await this.#gate.pass();
      yield { id: i, picture: () => this.#pictureOf(i) };
    }
  }

  /** An unreadable picture is left out of the search. */
  #pictureOf(index: number): Promise<Picture> {
    return this.set.picture(index).catch((error: unknown) => {
      throw new ImageError(textOf(error));
    });
  }

  async #show(): Promise<void> {
    const wanted = this.#wanted;
    const top = this.#state?.();
    if (!wanted || !top) return;
    const best = topOf(top, wanted.layer, wanted.unit);
    const inputs = await Promise.all(best.map(({ image }) => this.#inputOf(Number(image))));
    const projector = await this.#projectorOf(wanted.layer);
    const found = await projector.projectTop(wanted.unit, best, inputs);
    this.#shown = { key: keyOf(wanted), scanned: top.scanned, at: performance.now() };
    if (this.#wanted !== wanted) return;
    this.post({
      ...wanted,
      best: found.map(({ region, value, image }, i) => ({
        crop: cropOf(this.model, inputs[i], region),
        value,
        name: this.set.describe(Number(image)),
      })),
      projections: found.map(({ gradient }) => projectionPicture(this.model, gradient)),
      scanned: top.scanned,
      length: this.set.length,
      unread: (top.skipped ?? []).map((image) => this.set.describe(Number(image))),
    });
  }

  async #inputOf(index: number): Promise<Float32Array> {
    const known = this.#inputs.get(index);
    if (known) return known;
    const input = this.set.picture(index).then((picture) => this.#preprocessor.read(picture));
    this.#inputs.set(index, input);
    const [oldest] = this.#inputs.keys();
    if (this.#inputs.size > KEPT) this.#inputs.delete(oldest);
    return input;
  }

  async #projectorOf(layer: string): Promise<Projector> {
    if (this.#projector?.layer === layer) return this.#projector.projector;
    const projector = await createProjector(this.ctx, this.model, layer, { mode: 'deconv', inputs: this.inputs });
    this.#projector?.projector[Symbol.dispose]();
    this.#projector = { layer, projector };
    return projector;
  }

  [Symbol.dispose](): void {
    this.#stop.abort();
    this.#gate.open();
    this.#wanted = undefined;
    this.#projector?.projector[Symbol.dispose]();
    this.#projector = undefined;
    this.#preprocessor[Symbol.dispose]();
  }
}
