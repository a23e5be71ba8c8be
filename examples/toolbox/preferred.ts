// Preferred images of the unit that is looked at, made in the background and kept: a net's pictures are there at the next visit.
import {
  type Ascent,
  type Context,
  createAscent,
  createRecipe,
  imageShape,
  indexedDbStore,
  type Model,
  type Picture,
  toPicture,
} from 'convscope';

/** Pictures of a unit, and how much of the work is done. */
export interface PreferredImages {
  readonly layer: string;
  readonly unit: number;
  readonly pictures: readonly Picture[];
  readonly share: number;
}

const SEEDS = [0, 1, 2, 3];
/** Steps between looks at what else is to do: short enough for a frame not to wait long. */
const SLICE = 4;
/** Rows of images that the paper's presets are too strong for. */
const SMALL = 128;
const STEPS = 300;
/** Raised when the same unit would get other pictures. */
const VERSION = 1;

export class Preferred implements Disposable {
  readonly #store = indexedDbStore();
  readonly #known = new Map<string, PreferredImages>();
  #wanted: { readonly layer: string; readonly unit: number } | undefined;
  #ascent: { readonly key: string; readonly run: Ascent } | undefined;
  #failed = '';

  constructor(
    private readonly ctx: Context,
    private readonly model: Model,
    /** Tells one file from another. */
    private readonly hash: string,
    private readonly post: (images: PreferredImages) => void,
  ) {}

  /** From now on it is this unit that work is done for. */
  want(layer: string, unit: number): void {
    this.#wanted = { layer, unit };
    const known = this.#known.get(keyOf(layer, unit));
    if (known) this.post(known);
  }

  /** True while there is something to do. */
  get pending(): boolean {
    const key = this.#wanted && keyOf(this.#wanted.layer, this.#wanted.unit);
    return key !== undefined && key !== this.#failed && this.#known.get(key)?.share !== 1;
  }

  /** A slice of the work. */
  async work(): Promise<void> {
    const wanted = this.#wanted;
    if (!wanted || !this.pending) return;
    const { layer, unit } = wanted;
    const key = keyOf(layer, unit);
    try {
      if (this.#ascent?.key !== key) await this.#begin(key, layer, unit);
      else await this.#goOn(this.#ascent.run, key, layer, unit);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'device-lost') throw error;
      // A layer that has no gradient has no preferred image; the panes go on.
      this.#failed = key;
    }
  }

  async #begin(key: string, layer: string, unit: number): Promise<void> {
    const kept = await this.#store.get(this.#nameOf(key)).catch(() => undefined);
    if (kept !== undefined) {
      this.#tell(key, { layer, unit, pictures: unpack(kept), share: 1 });
      return;
    }
    const [, H] = imageShape(this.model);
    const small = H < SMALL;
    const recipe = createRecipe({
      unit: `${layer}:${unit}`,
      preset: small ? 'small' : 'blur',
      seeds: SEEDS,
      ...(!small && { steps: STEPS }),
    });
    const run = await createAscent(this.ctx, this.model, recipe);
    this.#ascent?.run[Symbol.dispose]();
    this.#ascent = { key, run };
  }

  async #goOn(run: Ascent, key: string, layer: string, unit: number): Promise<void> {
    run.run(SLICE);
    await run.trace();
    // Reading the pictures back costs more than a slice: now and then is enough.
    if (!run.done && Math.floor(run.steps / SLICE) % 8 !== 0) return;
    const images = await run.read('last');
    const size = images.length / SEEDS.length;
    const pictures = SEEDS.map((_, n) => toPicture(images.subarray(n * size, (n + 1) * size), this.model, 'auto'));
    const share = run.done ? 1 : run.steps / run.recipe.steps;
    this.#tell(key, { layer, unit, pictures, share });
    if (!run.done) return;
    run[Symbol.dispose]();
    this.#ascent = undefined;
    // A full or forbidden store loses nothing but time.
    await this.#store.set(this.#nameOf(key), pack(pictures)).catch(() => undefined);
  }

  #tell(key: string, images: PreferredImages): void {
    this.#known.set(key, images);
    this.post(images);
  }

  #nameOf(key: string): string {
    return `preferred-${VERSION}-${this.hash}-${key}`;
  }

  [Symbol.dispose](): void {
    this.#ascent?.run[Symbol.dispose]();
    this.#ascent = undefined;
    this.#wanted = undefined;
  }
}

const keyOf = (layer: string, unit: number): string => `${layer}:${unit}`;

/** Pictures as text: sizes, and bytes in base64. */
function pack(pictures: readonly Picture[]): string {
  return JSON.stringify(
    pictures.map(({ width, height, data }) => {
      let bytes = '';
      for (const byte of data) bytes += String.fromCharCode(byte);
      return { width, height, data: btoa(bytes) };
    }),
  );
}

function unpack(text: string): Picture[] {
  const packed: { width: number; height: number; data: string }[] = JSON.parse(text);
  return packed.map(({ width, height, data }) => ({
    width,
    height,
    data: Uint8ClampedArray.from(atob(data), (c) => c.charCodeAt(0)),
  }));
}
