// All channels of a layer at once, drawn from the buffer with the activations. This is the toolbox's main pane.
import { OptionError } from '../core/errors.js';
import type { Context } from '../gpu/context.js';
import type { DrawTarget } from './drawTarget.js';
import { type GridLayout, layoutGrid, type Rect, type Spot, tileAt, tileRect } from './layout.js';
import { type Colour, checkIndex, dimensions, type TensorSource, type View, WINDOW_BACKGROUND } from './pane.js';
import {
  createTilesView,
  methodsOf,
  type ShadeOptions,
  type SpriteSheet,
  shadeOf,
  sheetCells,
  type TilesFrame,
} from './tiles.js';

/** Every option may change between draws. Optional ones can be unset with `undefined`. */
export interface GridOptions extends ShadeOptions {
  /** The layer. Without one, only the background is drawn. */
  readonly layer?: TensorSource | undefined;
  /** Which image of the batch. Default 0. */
  readonly image?: number;
  /**
   * `off` and `stale` fill the tiles with one colour: there is no backpropagated signal, or it belongs to another unit. Default
   * `fresh`.
   */
  readonly state?: 'fresh' | 'stale' | 'off';
  /** Pictures to draw instead of the layer's numbers, one per channel. */
  readonly sprites?: SpriteSheet | undefined;
  /** The channel under the cursor; it gets a frame. */
  readonly selected?: number | undefined;
  /** A second channel with a frame: the unit where backpropagation starts. */
  readonly marked?: number | undefined;
  readonly selectedColour?: Colour;
  readonly markedColour?: Colour;
  /** Line width of the frame in canvas pixels. Default 2. */
  readonly border?: number;
  /** Colour between and around the tiles. Default dark gray, or dark blue in mode `difference`. */
  readonly background?: Colour | undefined;
  /** Colour of tiles that are `off`, and of tiles without a sprite. */
  readonly offColour?: Colour;
  readonly staleColour?: Colour;
  /**
   * The number of columns divided by the number of rows, if tiles were square. Default: the canvas's width divided by its
   * height.
   */
  readonly aspect?: number | undefined;
  /** Canvas pixels between tiles. Default 1. */
  readonly gap?: number;
  /** The part of the canvas that is enlarged to fill it, as fractions of the canvas: zoom and pan. Default: all of it. */
  readonly view?: Rect | undefined;
}

/** A canvas for grids. Its size may change between draws. */
export interface GridView extends View {
  /** Changes `options` for the next draws, and keeps all others. @throws OptionError, ShapeError */
  set(options: GridOptions): void;
  /** The positions of the tiles on the canvas at its current size; undefined without a layer. */
  readonly layout: GridLayout | undefined;
  /** The channel and position at a canvas pixel. For pointer events, multiply by `canvas.width / canvas.clientWidth`. */
  tileAt(x: number, y: number): Spot | undefined;
  /** The position of a channel, in canvas pixels. */
  tileRect(channel: number): Rect | undefined;
}

// The toolbox's colours (settings.py): caffevis_layer_clr_back_background, stale_background, caffevis_layer_clr_cursor. Its
// second frame is blue, which is invisible on colormaps that start with blue.
const DIFFERENCE_BACKGROUND: Colour = [0.2, 0.2, 0.5];
const STALE: Colour = [0.3, 0.3, 0.2];
const SELECTED: Colour = [0.5, 1, 0.5];
const MARKED: Colour = [1, 0.6, 0.1];
/** Darker than the background, so that tiles without a picture are visible. */
const EMPTY: Colour = [0.13, 0.13, 0.13];
const BORDER = 2;

/**
 * Draws a grid of all channels of a layer on `canvas`, directly from its buffer. Nothing is read back: the range of the layer
 * is computed on the device in the same submit. NaN and infinity are magenta and do not affect the range.
 *
 * @throws GpuError, OptionError, ShapeError
 */
export function createGridView(ctx: Context, canvas: DrawTarget, options: GridOptions = {}): GridView {
  const view = createTilesView(ctx, canvas, 'grid view', options, (state: GridOptions, width, height) =>
    frameOf(ctx, state, width, height),
  );
  return {
    ...methodsOf(view),
    get layout() {
      return view.frame?.layout;
    },
    tileAt(x, y) {
      const layout = view.frame?.layout;
      return layout && tileAt(layout, x, y);
    },
    tileRect(channel) {
      const layout = view.frame?.layout;
      return layout && tileRect(layout, channel);
    },
  };
}

function frameOf(ctx: Context, options: GridOptions, width: number, height: number): TilesFrame | undefined {
  const { layer, image = 0, state = 'fresh', sprites, aspect, gap = 1, border = BORDER, view } = options;
  const shade = shadeOf(options);
  for (const [name, pixels] of [
    ['gap', gap],
    ['border', border],
  ] as const) {
    if (!(Number.isInteger(pixels) && pixels >= 0)) {
      throw new OptionError(name, `must be a whole number of pixels, 0 or more, got ${pixels}`);
    }
  }
  if (view && !(view.width > 0 && view.height > 0 && Number.isFinite(view.x + view.y + view.width + view.height))) {
    throw new OptionError('view', `must be a rectangle with a size, got ${JSON.stringify(view)}`);
  }
  if (aspect !== undefined && !(aspect > 0 && Number.isFinite(aspect))) {
    throw new OptionError('aspect', `must be above 0, got ${aspect}`);
  }
  if (sprites) sheetCells(sprites);
  if (!layer) return undefined;
  const { N, C, H, W } = dimensions(ctx, 'grid view', layer);
  checkIndex('image', image, N);
  const layout = layoutGrid({
    channels: C,
    height: H,
    width: W,
    canvasWidth: width,
    canvasHeight: height,
    gap,
    margin: Math.max(gap, border),
    ...(aspect !== undefined && { aspect }),
    ...(view && { view }),
  });
  const flat = state === 'stale' ? (options.staleColour ?? STALE) : (options.offColour ?? EMPTY);
  return {
    source: layer,
    n: image,
    layout,
    shade,
    instead: sprites ? 'sprites' : state === 'fresh' ? undefined : 'flat',
    tile: sprites ? (options.offColour ?? EMPTY) : flat,
    background:
      options.background ?? (shade.mode === 'difference' && !sprites ? DIFFERENCE_BACKGROUND : WINDOW_BACKGROUND),
    frames: {
      width: border,
      selected: [options.selected, options.selectedColour ?? SELECTED],
      marked: [options.marked, options.markedColour ?? MARKED],
    },
    sheet: sprites,
  };
}
