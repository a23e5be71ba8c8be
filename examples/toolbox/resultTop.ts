// The top images of the selected unit as a command found them: cropped to what the unit sees, and nothing computed.
import {
  type Context,
  createPreprocessor,
  cropOf,
  cropRegion,
  type Model,
  type Preprocessor,
  receptiveField,
  type TopImage,
  type TopImages,
  topOf,
} from 'convscope';
import { isLoss, type Job, keyOf, textOf, type UnitName } from './jobs.js';
import type { ResultFolder } from './resultFolder.js';
import { namedPicture } from './resultPictures.js';
import type { UnitTop } from './topPictures.js';

/** Shown of each unit, as where they are searched here. */
const MOST = 9;

export class ResultTop implements Job {
  readonly #preprocessor: Preprocessor;
  #wanted: UnitName | undefined;
  #shown = '';
  #disposed = false;

  constructor(
    ctx: Context,
    private readonly model: Model,
    private readonly folder: ResultFolder,
    private readonly top: TopImages,
    private readonly post: (top: UnitTop) => void,
  ) {
    this.#preprocessor = createPreprocessor(ctx, model);
  }

  /** Selects the unit whose pictures are shown. */
  want(wanted: UnitName | undefined): void {
    // The same unit again: what is being read for it goes on.
    if (wanted && this.#wanted && keyOf(wanted) === keyOf(this.#wanted)) return;
    this.#wanted = wanted;
  }

  get pending(): boolean {
    return this.#wanted !== undefined && keyOf(this.#wanted) !== this.#shown;
  }

  async work(): Promise<void> {
    const wanted = this.#wanted;
    if (!wanted) return;
    this.#shown = keyOf(wanted);
    const { scanned, layers } = this.top;
    const isThere = layers.some(({ layer, shape }) => layer === wanted.layer && wanted.unit < shape[0]);
    const images = isThere ? topOf(this.top, wanted.layer, wanted.unit).slice(0, MOST) : [];
    const best = await Promise.all(images.map((image) => this.#shownOf(wanted.layer, image)));
    if (this.#disposed || this.#wanted !== wanted) return;
    const why = `not in these results, which have ${layers.map(({ layer }) => layer).join(', ')}`;
    const said = isThere ? {} : { failed: why };
    this.post({ ...wanted, best, projections: [], scanned, length: scanned, unread: [], results: true, ...said });
  }

  async #shownOf(layer: string, { image, value, at }: TopImage): Promise<UnitTop['best'][number]> {
    const name = typeof image === 'number' ? `world:${image}` : image;
    try {
      const input = await this.#preprocessor.read(await namedPicture(this.folder, image));
      const region = cropRegion(this.model, receptiveField(this.model, layer, ...at));
      return { name, value, crop: cropOf(this.model, input, region) };
    } catch (error) {
      if (isLoss(error)) throw error;
      return { name, value, missing: textOf(error) };
    }
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    this.#wanted = undefined;
    this.#preprocessor[Symbol.dispose]();
  }
}
