// All channels of a layer at once: the toolbox's main pane, drawn where the activations are.
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

/** Every option may change between draws; `undefined` takes back what may be missing. */
export interface GridOptions extends ShadeOptions {
  /** The layer; nothing but the background without one. */
  readonly layer?: TensorSource | undefined;
  /** Which image of the batch. Default 0. */
  readonly image?: number;
  /** `off` and `stale` fill the tiles with a colour: differences that are not computed, or not of this unit. Default `fresh`. */
  readonly state?: 'fresh' | 'stale' | 'off';
  /** In place of the layer's numbers, a picture per channel. */
  readonly sprites?: SpriteSheet | undefined;
  /** The channel under the cursor, framed. */
  readonly selected?: number | undefined;
  /** A second framed channel: the unit of a frozen back-projection. */
  readonly marked?: number | undefined;
  readonly selectedColour?: Colour;
  readonly markedColour?: Colour;
  /** Canvas pixels of a frame's line. Default 2. */
  readonly border?: number;
  /** Between and around the tiles. Default dark grey, for differences dark blue. */
  readonly background?: Colour | undefined;
  /** Of tiles that are `off`, and of those without a sprite. */
  readonly offColour?: Colour;
  readonly staleColour?: Colour;
  /** Columns per row if tiles were square; default the canvas's width by its height. */
  readonly aspect?: number | undefined;
  /** Canvas pixels between tiles. Default 1. */
  readonly gap?: number;
  /** The part of the canvas, as fractions of it, that is to fill it: zoom and pan. Default all of it. */
  readonly view?: Rect | undefined;
}

/** A canvas set up for grids. Its size may change between draws. */
export interface GridView extends View {
  /** Takes on `options`, and keeps all others as they are, for the draws to come. @throws OptionError, ShapeError */
  set(options: GridOptions): void;
  /** Where the tiles lie on the canvas as it is now; undefined without a layer. */
  readonly layout: GridLayout | undefined;
  /** What is at a canvas pixel; for pointers, multiply by `canvas.width / canvas.clientWidth`. */
  tileAt(x: number, y: number): Spot | undefined;
  /** Where a channel is, in canvas pixels. */
  tileRect(channel: number): Rect | undefined;
}

// The toolbox's colours (settings.py): caffevis_layer_clr_back_background, stale_background, caffevis_layer_clr_cursor. Its
// second frame is blue, which cannot be seen on maps that begin in blue.
const DIFFERENCE_BACKGROUND: Colour = [0.2, 0.2, 0.5];
const STALE: Colour = [0.3, 0.3, 0.2];
const SELECTED: Colour = [0.5, 1, 0.5];
const MARKED: Colour = [1, 0.6, 0.1];
/** Darker than the background, so that tiles without a picture are seen. */
const EMPTY: Colour = [0.13, 0.13, 0.13];
const BORDER = 2;

/**
 * A grid of all channels of a layer on `canvas`, drawn from its buffer: nothing is read back, and the layer's range is
 * computed on the device, in the same submit. NaN and infinity are magenta and do not count for the range.
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
