// One channel of a layer, large: the toolbox's auxiliary pane, with the net's input under it where that is wanted.
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

/** Every option may change between draws; `undefined` takes back what may be missing. */
export interface UnitOptions extends ShadeOptions {
  /** The layer; nothing but the background without one. */
  readonly layer?: TensorSource | undefined;
  /** Which image of the batch. Default 0. */
  readonly image?: number;
  /** Default 0. */
  readonly channel?: number;
  /** What the colours are stretched by: the whole layer's range, as in the grid, or the channel's own. Default `layer`. */
  readonly relativeTo?: 'layer' | 'unit';
  /** Interpolate between the map's pixels. Default false. */
  readonly smooth?: boolean;
  /**
   * The net's input, seen with the map, which is stretched to its size. Default alpha 0.5, from 0 (the input alone) to 1,
   * and style `blend`.
   */
  readonly overlay?:
    | { readonly picture: PictureSource; readonly alpha?: number; readonly style?: OverlayStyle }
    | undefined;
  readonly background?: Colour;
}

/** A canvas set up for single channels. Its size may change between draws. */
export interface UnitView extends View {
  /** Takes on `options`, and keeps all others as they are, for the draws to come. @throws OptionError, ShapeError */
  set(options: UnitOptions): void;
  /** The place in the map at a canvas pixel. */
  spotAt(x: number, y: number): { readonly h: number; readonly w: number } | undefined;
  /** Where the map is on the canvas as it is now. */
  readonly rect: Rect | undefined;
}

/** One channel of a layer on `canvas`, drawn from its buffer. @throws GpuError, OptionError, ShapeError */
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
