// Pattern mode: shows the preferred image of each unit of a layer instead of its activations. They are computed one after
// another and stored.
import { type Context, cropOf, type HostTensor, imageShape, type Model, type Picture } from 'convscope';
import type { SpriteSheet } from 'convscope/views';
import type { PictureSet } from '../shared/pictureSet.js';
import { isLoss, type Job, keyOf } from './jobs.js';
import { type Pack, seenAtCentre } from './packs.js';
import type { PictureStore } from './pictureStore.js';
import { picturesOf, slice, stuckOf } from './preferred.js';
import { type Started, Starting } from './starting.js';

/** The progress of a layer. */
export interface PatternProgress {
  readonly layer: string;
  readonly done: number;
  readonly units: number;
}

/** Side of a sprite in texels: more units get smaller sprites. */
const SIDES = [
  { units: 256, side: 96 },
  { units: 1024, side: 64 },
  { units: Number.POSITIVE_INFINITY, side: 32 },
];
/** A second seed would only give another picture of the same feature. */
const SEED = [0];
const KIND = 'pattern';

interface Sheet {
  readonly layer: string;
  readonly sprites: SpriteSheet;
  readonly present: Uint8Array;
  readonly columns: number;
  readonly done: number;
}

/** The unit whose picture is being computed. */
interface Current extends Started {
  readonly unit: number;
}

export class Patterns implements Job {
  #sheet: Sheet | undefined;
  #wanted: { readonly layer: string; readonly units: number; readonly first: number } | undefined;
  #starting: { readonly unit: number; readonly start: Starting } | undefined;
  #run: Current | undefined;
  #disposed = false;

  constructor(
    private readonly ctx: Context,
    private readonly model: Model,
    private readonly inputs: Readonly<Record<string, HostTensor>>,
    /** Where they are kept, and those that were made before; nothing else is shown of `results`. */
    private readonly kept: { readonly store: PictureStore; readonly pack: Pack | undefined; readonly results: boolean },
    private readonly set: PictureSet,
    private readonly post: (progress: PatternProgress) => void,
    /** Called when there is work again. */
    private readonly changed: () => void,
  ) {}

  /** Selects the layer whose `units` are drawn, starting with `first`. Undefined: none. */
  want(wanted: { readonly layer: string; readonly units: number; readonly first: number } | undefined): void {
    this.#wanted = wanted;
  }

  /** The pictures of the layer that exist so far. */
  sprites(layer: string): SpriteSheet | undefined {
    return this.#sheet?.layer === layer ? this.#sheet.sprites : undefined;
  }

  get pending(): boolean {
    const [wanted, sheet] = [this.#wanted, this.#sheet];
    if (!wanted || (this.#starting && sheet?.layer === wanted.layer && !this.#starting.start.isDone)) return false;
    return sheet?.layer === wanted.layer ? sheet.done < wanted.units : true;
  }

  async work(): Promise<void> {
    const wanted = this.#wanted;
    if (!wanted || !this.pending) return;
    if (this.#sheet?.layer !== wanted.layer) {
      this.#free();
      this.#sheet = this.#newSheet(wanted.layer, wanted.units);
      this.post({ layer: wanted.layer, done: 0, units: wanted.units });
      await this.#unpack(wanted.layer);
      if (!this.pending) return;
    }
    if (this.#run) await this.#goOn(this.#sheet, this.#run);
    else if (this.#starting) this.#take(this.#sheet, this.#starting);
    else await this.#begin(this.#sheet, wanted.first);
  }

  /** Puts all units of a layer that were made before. */
  async #unpack(layer: string): Promise<void> {
    const { pack } = this.kept;
    if (!pack?.layers.includes(layer)) return;
    const seen = seenAtCentre(this.model, layer);
    for (let unit = 0; ; unit++) {
      const sheet = this.#sheet;
      if (this.#disposed || sheet?.layer !== layer || unit >= sheet.present.length) return;
      const packed = await pack.pictures({ layer, unit }).catch(() => undefined);
      if (!packed || this.#sheet !== sheet) continue;
      const [first] = packed.pictures;
      this.#put(sheet, unit, first && seen ? cropOf(this.model, first, seen) : first);
    }
  }

  async #begin(sheet: Sheet, first: number): Promise<void> {
    const { layer, present } = sheet;
    const unit = present[first] === 0 ? first : present.indexOf(0);
    if (this.kept.results) {
      this.#put(sheet, unit, undefined);
      return;
    }
    const kept = await this.kept.store.get(KIND, { layer, unit });
    if (this.#disposed) return;
    if (kept) {
      this.#put(sheet, unit, kept[0]);
      return;
    }
    const start = new Starting(this.ctx, this.model, this.inputs, this.set, { layer, unit }, SEED, this.changed);
    this.#starting = { unit, start };
  }

  #take(sheet: Sheet, { unit, start }: { readonly unit: number; readonly start: Starting }): void {
    this.#starting = undefined;
    try {
      const started = start.take();
      if (!started.dead[0]) {
        this.#run = { unit, ...started };
        return;
      }
      started.run[Symbol.dispose]();
    } catch (error) {
      if (isLoss(error)) throw error;
    }
    // A unit without a gradient has no picture, but others may.
    this.#put(sheet, unit, undefined);
  }

  async #goOn(sheet: Sheet, current: Current): Promise<void> {
    const { unit, run } = current;
    if (!(await slice(run))) return;
    const [isStuck] = await stuckOf(run);
    const [picture] = await picturesOf(current, this.model);
    if (this.#disposed) return;
    run[Symbol.dispose]();
    this.#run = undefined;
    this.#put(sheet, unit, isStuck ? undefined : picture);
    if (isStuck) return;
    await this.kept.store.set(KIND, { layer: sheet.layer, unit }, [picture]);
  }

  #put(sheet: Sheet, unit: number, picture: Picture | undefined): void {
    const { sprites, columns, layer, present } = sheet;
    const [side] = sprites.cell;
    if (picture) {
      const data = shrunk(picture, side);
      const origin = { x: (unit % columns) * side, y: Math.floor(unit / columns) * side };
      this.ctx.device.queue.writeTexture(
        { texture: sprites.texture, origin },
        data,
        { bytesPerRow: side * 4 },
        { width: side, height: side },
      );
    }
    // 1 means tried, 2 means present.
    present[unit] = picture ? 2 : 1;
    const done = sheet.done + 1;
    // A new object makes the view check the flags again.
    this.#sheet = { ...sheet, done, sprites: { ...sprites, present: Array.from(present, (flag) => flag === 2) } };
    this.post({ layer, done, units: present.length });
  }

  #newSheet(layer: string, units: number): Sheet {
    const [, H, W] = imageShape(this.model);
    const most = SIDES.find((s) => units <= s.units)?.side ?? 32;
    const side = Math.min(most, Math.max(H, W));
    const columns = Math.min(units, Math.floor(this.ctx.device.limits.maxTextureDimension2D / side));
    const texture = this.ctx.device.createTexture({
      label: keyOf({ layer, unit: units }),
      size: [columns * side, Math.ceil(units / columns) * side],
      format: 'rgba8unorm',
      usage: GPUTextureUsage.TEXTURE_BINDING | GPUTextureUsage.COPY_DST,
    });
    const present = new Uint8Array(units);
    const sprites = { texture, cell: [side, side], columns, present: new Uint8Array(units) } as const;
    return { layer, sprites, present, columns, done: 0 };
  }

  #free(): void {
    this.#starting?.start[Symbol.dispose]();
    this.#starting = undefined;
    this.#run?.run[Symbol.dispose]();
    this.#run = undefined;
    this.#sheet?.sprites.texture.destroy();
    this.#sheet = undefined;
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    this.#free();
    this.#wanted = undefined;
  }
}

/** Shrinks a picture to a square of `side` texels with the browser's smoothing. */
function shrunk({ width, height, data }: Picture, side: number): Uint8ClampedArray<ArrayBuffer> {
  const whole = new OffscreenCanvas(width, height);
  whole.getContext('2d')?.putImageData(new ImageData(new Uint8ClampedArray(data), width, height), 0, 0);
  const context = new OffscreenCanvas(side, side).getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('the browser has no 2D canvas for the sprites');
  context.imageSmoothingQuality = 'high';
  context.drawImage(whole, 0, 0, side, side);
  return new Uint8ClampedArray(context.getImageData(0, 0, side, side).data);
}
