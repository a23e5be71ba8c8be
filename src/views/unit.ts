// One enlarged channel of a layer, optionally over the net's input. This is the toolbox's auxiliary pane.
import type { Context } from '../gpu/context.js';
import type { DrawTarget } from './drawTarget.js';
import { fitPicture, type GridLayout, type Rect, tileAt, tileRect } from './layout.js';
import {
  type Colour,
  checkIndex,
  checkRange,
  dimensions,
  type TensorSource,
  type View,
  WINDOW_BACKGROUND,
} from './pane.js';
import { type PictureSource, pictureUniforms } from './picture.js';
import { createTilesView, methodsOf, type OverlayStyle, type ShadeOptions, shadeOf, type TilesFrame } from './tiles.js';

/** Every option may change between draws. Optional ones can be unset with `undefined`. */
export interface UnitOptions extends ShadeOptions {
  /** The layer. Without one, only the background is drawn. */
  readonly layer?: TensorSource | undefined;
  /** Which image of the batch. Default 0. */
  readonly image?: number;
  /** Default 0. */
  readonly channel?: number;
  /** The range of the colours: that of the whole layer, as in the grid, or the channel's own. Default `layer`. */
  readonly relativeTo?: 'layer' | 'unit';
  /** Interpolate between the map's pixels. Default false. */
  readonly smooth?: boolean;
  /**
   * The net's input, drawn together with the map, which is stretched to its size. `alpha` is from 0 (only the input) to 1;
   * default 0.5. Default style: `blend`.
   */
  readonly overlay?:
    | { readonly picture: PictureSource; readonly alpha?: number; readonly style?: OverlayStyle }
    | undefined;
  readonly background?: Colour;
}

/** A canvas for single channels. Its size may change between draws. */
export interface UnitView extends View {
  /** Changes `options` for the next draws, and keeps all others. @throws OptionError, ShapeError */
  set(options: UnitOptions): void;
  /** The position in the map at a canvas pixel. */
  spotAt(x: number, y: number): { readonly h: number; readonly w: number } | undefined;
  /** The position of the map on the canvas at its current size. */
  readonly rect: Rect | undefined;
}

/** Draws one channel of a layer on `canvas`, directly from its buffer. @throws GpuError, OptionError, ShapeError */
export function createUnitView(ctx: Context, canvas: DrawTarget, options: UnitOptions = {}): UnitView {
  const view = createTilesView(ctx, canvas, 'unit view', options, (state: UnitOptions, width, height) =>
    frameOf(ctx, state, width, height),
  );
  return {
    ...methodsOf(view),
    get rect() {
      return view.frame && tileRect(view.frame.layout, 0);
    },
    spotAt(x, y) {
      const spot = view.frame && tileAt(view.frame.layout, x, y);
      return spot && { h: spot.h, w: spot.w };
    },
  };
}

function frameOf(ctx: Context, options: UnitOptions, width: number, height: number): TilesFrame | undefined {
  const { layer, image = 0, channel = 0, overlay, background = WINDOW_BACKGROUND } = options;
  const shade = shadeOf(options);
  if (!layer) return undefined;
  const { N, C, H, W } = dimensions(ctx, 'unit view', layer);
  checkIndex('image', image, N);
  checkIndex('channel', channel, C);
  checkRange('alpha', overlay?.alpha ?? 0, 0, 1);
  const picture = overlay && pictureUniforms(ctx, overlay.picture, image);
  const rect = fitPicture(picture?.PW ?? W, picture?.PH ?? H, width, height);
  const layout: GridLayout = {
    channels: 1,
    height: H,
    width: W,
    columns: 1,
    rows: 1,
    tileWidth: rect.width,
    tileHeight: rect.height,
    gap: 0,
    left: rect.x,
    top: rect.y,
  };
  return {
    source: layer,
    n: image,
    channel,
    layout,
    shade,
    tile: background,
    background,
    relative: options.relativeTo === 'unit',
    smooth: options.smooth ?? false,
    overlay: overlay && { picture: overlay.picture, alpha: overlay.alpha ?? 0.5, style: overlay.style ?? 'blend' },
  };
}
