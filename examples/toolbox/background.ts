// Background work for the selected unit of an open net: preferred images, top images, patterns.
import type { Context, HostTensor, Live, LiveLayer } from 'convscope';
import type { SpriteSheet } from 'convscope/views';
import type { PictureSet } from '../shared/pictureSet.js';
import { Jobs, type UnitName } from './jobs.js';
import type { Pack } from './packs.js';
import { type PatternProgress, Patterns } from './patterns.js';
import { PictureStore } from './pictureStore.js';
import { Preferred, type PreferredImages } from './preferred.js';
import type { OfOpenNet } from './protocol.js';
import type { Results } from './results.js';
import { ResultTop } from './resultTop.js';
import type { ToolboxState } from './state.js';
import { TopPictures, type UnitTop } from './topPictures.js';

/** Messages about the work. The receiver adds which net it is. */
export type BackgroundNews = OfOpenNet extends infer Message
  ? Message extends { readonly type: 'preferred' | 'top' | 'patterns' }
    ? Omit<Message, 'net'>
    : never
  : never;

/** What is shown of units, and of which pictures. */
interface Shown {
  readonly set: PictureSet;
  readonly isOwn: boolean;
  readonly pack: Pack | undefined;
  readonly results: Results | undefined;
}

export class Background implements Disposable {
  readonly #live: Live;
  readonly #preferred: Preferred;
  readonly #top: TopPictures | ResultTop;
  readonly #patterns: Patterns;
  readonly #jobs: Jobs;
  #disposed = false;

  /**
   * `layers`: those with units. `inputs`: values of further inputs. `hash`: of the net's files and of these values. `set`: the
   * pictures to search for top images. `pack`: what was made before. `results`: what a
   * command made, shown in place of it.
   */
  constructor(
    ctx: Context,
    live: Live,
    layers: readonly LiveLayer[],
    inputs: Readonly<Record<string, HostTensor>>,
    hash: string,
    { set, isOwn, pack, results }: Shown,
    private readonly post: (news: BackgroundNews) => void,
    /** Called when there is work again. */
    changed: () => void,
  ) {
    const { model } = live;
    const { order, mean, scale, fit } = model.preprocessing;
    // Another preprocessing gives other pictures.
    const way = JSON.stringify([order, 'shape' in mean ? mean.shape : mean, scale, fit]);
    const store = new PictureStore(`${hash}-${way}`);
    const searched = layers.filter(({ seesImage }) => seesImage).map(({ name }) => name);
    this.#live = live;
    const telling = (images: PreferredImages) => this.#tell({ type: 'preferred', images });
    // What results do not have is shown as without them.
    const kept = { store, pack: results?.pack ?? pack, results: results?.pack !== undefined };
    this.#preferred = new Preferred(ctx, model, inputs, kept, set, telling, changed);
    const topping = (top: UnitTop) => this.#tell({ type: 'top', top });
    const found = isOwn ? undefined : pack?.top;
    this.#top = results?.top
      ? new ResultTop(ctx, model, results.folder, results.top, topping)
      : new TopPictures(ctx, model, inputs, searched, { store, found }, set, topping);
    const counting = (progress: PatternProgress) => this.#tell({ type: 'patterns', progress });
    this.#patterns = new Patterns(ctx, model, inputs, kept, set, counting, changed);
    this.#jobs = new Jobs([this.#top, this.#preferred, this.#patterns]);
  }

  /** Work that was in progress when the net was closed sends no messages. */
  #tell(news: BackgroundNews): void {
    if (!this.#disposed) this.post(news);
  }

  get pending(): boolean {
    return this.#jobs.pending;
  }

  work(): Promise<void> {
    return this.#jobs.work();
  }

  /** Selects the work for what `state` shows. It must be a state of this net. */
  want({ layer, unit, unitPane, shown }: ToolboxState): void {
    // A unit that does not depend on the picture has no top images.
    const units = this.#live.layers.find((l) => l.name === layer && l.seesImage)?.shape[1];
    const wanted: UnitName | undefined = unitPane && units !== undefined && unit < units ? { layer, unit } : undefined;
    this.#preferred.want(wanted);
    this.#top.want(wanted);
    this.#patterns.want(shown === 'patterns' && units ? { layer, units, first: unit } : undefined);
  }

  sprites(layer: string): SpriteSheet | undefined {
    return this.#patterns.sprites(layer);
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    this.#jobs[Symbol.dispose]();
  }
}
