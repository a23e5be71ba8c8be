// Draws tiles of a layer on a target. The grid of all channels and the view of one channel use it.

import { COLORMAP_SIZE, COLORMAPS, type Colormap, checkColormap, colormapTable } from '../core/colormaps.js';
import { dispose } from '../core/dispose.js';
import { OptionError } from '../core/errors.js';
import type { Context } from '../gpu/context.js';
import { COPY_DST, STORAGE, TEXTURE_USAGE } from '../gpu/flags.js';
import type { DrawTarget } from './drawTarget.js';
import { type GridLayout, tileRect } from './layout.js';
import {
  type Colour,
  checkRange,
  createPane,
  dimensions,
  drawViews,
  type TensorSource,
  type View,
  WINDOW_BACKGROUND,
} from './pane.js';
import { createPictureUndo, PICTURE_UNIFORMS, type PictureSource, pictureUniforms } from './picture.js';
import { createStatistics } from './statistics.js';
import wgsl from './tiles.wgsl?raw';

/** How values become colours: the numerics of the toolbox (Yosinski et al. 2015, image_misc.py). */
export interface ShadeOptions {
  /**
   * `activation`: `(x − min) / (max − min)` over the whole layer, through a colormap. `difference`, for gradients: `x` divided
   * by the layer's largest magnitude, green if positive and red if negative. Default `activation`.
   */
  readonly mode?: 'activation' | 'difference';
  /** The individual boost b, from 0 to 1: each channel is multiplied by its own maximum to the power −b. Default 0. */
  readonly boost?: number;
  /** Exponent applied to values from 0 to 1; above 0. Default 1. */
  readonly gamma?: number;
  /** For activations. Default `gray`. */
  readonly colormap?: Colormap;
}

/** The values that the toolbox's keys T and t step through. */
export const BOOSTS: readonly number[] = [0, 0.3, 0.5, 0.8, 1];
/** The gammas that a key of the toolbox goes through. */
export const GAMMAS: readonly number[] = [1, 0.7, 0.5, 0.3];

/**
 * Pictures of the channels, as cells of equal size in a texture, row by row: cell i is for channel i. A flag tells if a cell
 * has its picture yet, so pictures may arrive one by one. After changing flags in place, pass a new sheet object to the view.
 */
export interface SpriteSheet {
  /** Filterable, as `rgba8unorm` is, with usage TEXTURE_BINDING. */
  readonly texture: GPUTexture;
  /** Size of a cell in texels. */
  readonly cell: readonly [width: number, height: number];
  /** Cells per row. Default: as many as fit. */
  readonly columns?: number;
  /** Which cells contain a picture (true or nonzero). Default: all that fit. */
  readonly present?: ArrayLike<boolean | number>;
}

/** A frame: what is drawn, where, and the values of the shader's other uniforms. */
export interface TilesFrame {
  readonly source: TensorSource;
  readonly n: number;
  /** The only channel to draw; all channels if undefined. */
  readonly channel?: number | undefined;
  readonly layout: GridLayout;
  readonly shade: Required<ShadeOptions>;
  /** Draws one colour or sprites instead of the layer's numbers. Cells without a sprite get the colour. */
  readonly instead?: 'flat' | 'sprites' | undefined;
  readonly tile: Colour;
  readonly background: Colour;
  readonly relative?: boolean;
  readonly smooth?: boolean;
  readonly frames?: {
    readonly width: number;
    readonly selected: readonly [channel: number | undefined, colour: Colour];
    readonly marked: readonly [channel: number | undefined, colour: Colour];
  };
  readonly sheet?: SpriteSheet | undefined;
  readonly overlay?:
    | { readonly picture: PictureSource; readonly alpha: number; readonly style: OverlayStyle }
    | undefined;
}

/**
 * How an activation is drawn over the input. `blend` mixes in its colours. `active` shows the input where the unit is active
 * and darkens the rest; `inactive` does the opposite.
 */
export type OverlayStyle = (typeof OVERLAYS)[number];

/** In the order of the shader's numbers, which start at 1. */
const OVERLAYS = ['blend', 'active', 'inactive'] as const;
const MODES = { activation: 0, difference: 1, sprites: 2, flat: 3 };
/** Initial room for the flags of this many cells. */
const CELLS = 4096;

/** The shader without and with features that few frames need. */
const PLAIN = { RICH: 0 };
const RICH = { RICH: 1 };

/** The uniforms of tiles.wgsl. */
export const TILES_UNIFORMS = {
  first: 'u32',
  range: 'u32',
  C: 'u32',
  H: 'u32',
  W: 'u32',
  columns: 'u32',
  tile_w: 'u32',
  tile_h: 'u32',
  gap: 'u32',
  left: 'i32',
  top: 'i32',
  mode: 'u32',
  relative: 'u32',
  map: 'u32',
  boost: 'f32',
  gamma: 'f32',
  smooth_: 'u32',
  selected_x: 'i32',
  selected_y: 'i32',
  selected_border: 'i32',
  marked_x: 'i32',
  marked_y: 'i32',
  marked_border: 'i32',
  marked_from: 'i32',
  back_r: 'f32',
  back_g: 'f32',
  back_b: 'f32',
  tile_r: 'f32',
  tile_g: 'f32',
  tile_b: 'f32',
  selected_r: 'f32',
  selected_g: 'f32',
  selected_b: 'f32',
  marked_r: 'f32',
  marked_g: 'f32',
  marked_b: 'f32',
  cell_w: 'u32',
  cell_h: 'u32',
  cell_columns: 'u32',
  cells: 'u32',
  box_x: 'u32',
  box_y: 'u32',
  box_w: 'u32',
  box_h: 'u32',
  overlay: 'u32',
  alpha: 'f32',
  ...PICTURE_UNIFORMS,
} as const;

const SHADE: Required<ShadeOptions> = { mode: 'activation', boost: 0, gamma: 1, colormap: 'gray' };

/** `options` with defaults for missing ones. @throws OptionError, UnknownNameError */
export function shadeOf(options: ShadeOptions): Required<ShadeOptions> {
  const { mode = SHADE.mode, boost = SHADE.boost, gamma = SHADE.gamma, colormap = SHADE.colormap } = options;
  checkRange('boost', boost, 0, 1);
  if (!(gamma > 0 && gamma < Number.POSITIVE_INFINITY)) {
    throw new OptionError('gamma', `must be above 0, got ${gamma}`);
  }
  checkColormap(colormap);
  return { mode, boost, gamma, colormap };
}

/** The number of cells in a sheet that have flags. @throws OptionError */
export function sheetCells({ texture, cell, columns: wanted, present }: SpriteSheet) {
  const [width, height] = cell;
  const most = Math.floor(texture.width / width);
  const rows = Math.floor(texture.height / height);
  if (!(Number.isInteger(width) && Number.isInteger(height) && most >= 1 && rows >= 1)) {
    throw new OptionError(
      'sprites',
      `cells must be whole texels within the texture's ${texture.width}×${texture.height}, got ${width}×${height}`,
    );
  }
  const columns = wanted ?? most;
  if (!(Number.isInteger(columns) && columns >= 1 && columns <= most)) {
    throw new OptionError('sprites', `columns must be from 1 to ${most}, got ${columns}`);
  }
  return { columns, cells: Math.min(columns * rows, present?.length ?? columns * rows) };
}

/** A view whose frames consist of tiles. */
export interface TilesView<O> extends View {
  set(changes: O): void;
  /** The frame for the canvas at its current size. */
  readonly frame: TilesFrame | undefined;
}

/**
 * A view of the frames that `frameOf` computes from the options and the canvas's size. `frameOf` throws for wrong options, and
 * returns undefined if there is nothing to draw.
 */
export function createTilesView<O extends { readonly background?: Colour | undefined }>(
  ctx: Context,
  target: DrawTarget,
  label: string,
  options: O,
  frameOf: (options: O, width: number, height: number) => TilesFrame | undefined,
): TilesView<O> {
  // Reports wrong options before anything is created.
  let frame = frameOf(options, 1, 1);
  let state = options;
  const tiles = createTiles(ctx, target, label);
  const { surface } = tiles;
  /** The canvas size of `frame`, and whether it was uploaded. */
  let size: readonly [number, number] | undefined;
  let known = false;

  const update = (): TilesFrame | undefined => {
    if (size && size[0] === surface.width && size[1] === surface.height) return frame;
    size = [surface.width, surface.height];
    // A hidden canvas may have no pixels.
    frame = frameOf(state, Math.max(1, surface.width), Math.max(1, surface.height));
    known = false;
    return frame;
  };

  const view: TilesView<O> = {
    set(changes) {
      const next = { ...state, ...changes };
      frameOf(next, 1, 1);
      state = next;
      size = undefined;
    },
    get frame() {
      return update();
    },
    encode(encoder) {
      const current = update();
      if (!current) return tiles.clear(encoder, state.background ?? WINDOW_BACKGROUND);
      if (!known) tiles.set(current);
      known = true;
      tiles.encode(encoder, current);
    },
    present: () => surface.present(),
    draw: () => drawViews(ctx, [view]),
    [dispose]: () => tiles.dispose(),
  };
  return view;
}

/** The methods that a public view takes over from its tiles. */
export const methodsOf = <O>(view: TilesView<O>): Omit<TilesView<O>, 'frame'> => ({
  set: view.set,
  encode: view.encode,
  present: view.present,
  draw: view.draw,
  [dispose]: view[dispose],
});

/** Prepares for drawing tiles on `target`. @throws GpuError */
function createTiles(ctx: Context, target: DrawTarget, label: string) {
  const { device } = ctx;
  const pane = createPane(ctx, target, {
    label,
    wgsl,
    uniforms: TILES_UNIFORMS,
    bindings: ['uniform', 'read', 'read', 'read', 'read', 'read', 'texture', 'texture', 'sampler'],
    variants: [PLAIN, RICH],
  });
  const statistics = createStatistics(ctx);
  const undo = createPictureUndo(ctx);
  const makeFlags = (cells: number) =>
    ctx.createBuffer(`${label} flags`, Math.ceil(cells / 32) * 4, STORAGE | COPY_DST);
  const format = 'rgba8unorm';
  const maps = device.createTexture({ label, size: [COLORMAP_SIZE, COLORMAPS.length], format, usage: TEXTURE_USAGE });
  COLORMAPS.forEach((name, y) => {
    const row = { bytesPerRow: COLORMAP_SIZE * 4 };
    device.queue.writeTexture({ texture: maps, origin: [0, y] }, colormapTable(name), row, [COLORMAP_SIZE, 1]);
  });
  const noSheet = device.createTexture({ label, size: [1, 1], format, usage: TEXTURE_USAGE });
  const sampler = device.createSampler({ label, magFilter: 'linear', minFilter: 'linear' });
  let flags = makeFlags(CELLS);
  let flagsOf: SpriteSheet | undefined;

  const setSheet = (sheet: SpriteSheet, layout: GridLayout): void => {
    const { cell, present } = sheet;
    const { columns, cells } = sheetCells(sheet);
    const scale = Math.min(layout.tileWidth / cell[0], layout.tileHeight / cell[1]);
    const box_w = Math.max(1, Math.round(cell[0] * scale));
    const box_h = Math.max(1, Math.round(cell[1] * scale));
    pane.uniforms.set({
      cell_w: cell[0],
      cell_h: cell[1],
      cell_columns: columns,
      cells,
      box_w,
      box_h,
      box_x: Math.floor((layout.tileWidth - box_w) / 2),
      box_y: Math.floor((layout.tileHeight - box_h) / 2),
    });
    if (flagsOf === sheet) return;
    const bits = new Uint32Array(Math.ceil(cells / 32));
    for (let i = 0; i < cells; i++) if (!present || present[i]) bits[i >> 5] |= 1 << (i & 31);
    if (flags.size < bits.byteLength) {
      flags.destroy();
      flags = makeFlags(cells);
    }
    device.queue.writeBuffer(flags, 0, bits);
    flagsOf = sheet;
  };

  return {
    surface: pane.surface,
    /** Clears the target, if there is nothing to draw. */
    clear: (encoder: GPUCommandEncoder, background: Colour) => pane.encode(encoder, background, undefined),
    /** Writes `frame` to the uniforms. Needed before the first `encode` and after each change. */
    set(frame: TilesFrame): void {
      const { source, n, channel, layout, shade, instead, tile, background, frames, sheet, overlay } = frame;
      const { C, H, W } = dimensions(ctx, label, source);
      const start = channel ?? 0;
      const selected = frames?.selected ?? [undefined, background];
      const marked = frames?.marked ?? [undefined, background];
      const around = selected[0] === undefined ? undefined : tileRect(layout, selected[0]);
      const second = marked[0] === undefined ? undefined : tileRect(layout, marked[0]);
      const border = frames?.width ?? 0;
      pane.uniforms.set({
        first: (n * C + start) * H * W,
        range: 1 + start,
        C: channel === undefined ? C : 1,
        H,
        W,
        columns: layout.columns,
        tile_w: layout.tileWidth,
        tile_h: layout.tileHeight,
        gap: layout.gap,
        left: layout.left,
        top: layout.top,
        mode: MODES[instead ?? shade.mode],
        relative: frame.relative ? 1 : 0,
        map: COLORMAPS.indexOf(shade.colormap),
        boost: shade.boost,
        gamma: shade.gamma,
        smooth_: frame.smooth ? 1 : 0,
        selected_x: around?.x ?? 0,
        selected_y: around?.y ?? 0,
        selected_border: around ? border : 0,
        marked_x: second?.x ?? 0,
        marked_y: second?.y ?? 0,
        marked_border: second ? border : 0,
        // If both frames are on one tile, the second one goes around the first.
        marked_from: second && marked[0] === selected[0] ? border : 0,
        back_r: background[0],
        back_g: background[1],
        back_b: background[2],
        tile_r: tile[0],
        tile_g: tile[1],
        tile_b: tile[2],
        selected_r: selected[1][0],
        selected_g: selected[1][1],
        selected_b: selected[1][2],
        marked_r: marked[1][0],
        marked_g: marked[1][1],
        marked_b: marked[1][2],
        overlay: overlay ? 1 + OVERLAYS.indexOf(overlay.style) : 0,
        alpha: overlay?.alpha ?? 0,
      });
      if (sheet) setSheet(sheet, layout);
      if (!overlay) return;
      pane.uniforms.set(pictureUniforms(ctx, overlay.picture, n));
      undo.set(overlay.picture);
    },
    /** Encodes the ranges and the tiles of the current frame. */
    encode(encoder: GPUCommandEncoder, frame: TilesFrame): void {
      const { source, n, instead, background, sheet, overlay } = frame;
      const { C, H, W } = dimensions(ctx, label, source);
      const x = source.buffer;
      if (!instead) statistics.encode(encoder, x, n * C * H * W, C, H * W);
      const picture = overlay?.picture.buffer ?? x;
      const texture = sheet?.texture ?? noSheet;
      const { uniforms, bindings } = pane;
      const group = bindings.group(
        uniforms.buffer,
        x,
        statistics.buffer,
        picture,
        undo.buffer,
        flags,
        maps,
        texture,
        sampler,
      );
      pane.encode(encoder, background, group, sheet || overlay || frame.smooth ? RICH : PLAIN);
    },
    dispose(): void {
      pane.dispose();
      statistics.dispose();
      undo.dispose();
      flags.destroy();
      maps.destroy();
      noSheet.destroy();
    },
  };
}
