// Draws a map of attribution over the net's input: what in it made a unit respond.
import { COLORMAP_SIZE, colormapTable } from '../core/colormaps.js';
import { dispose } from '../core/dispose.js';
import { AGAINST, FOR } from '../core/heat.js';
import type { Context } from '../gpu/context.js';
import { TEXTURE_USAGE } from '../gpu/flags.js';
import type { DrawTarget } from './drawTarget.js';
import wgsl from './heat.wgsl?raw';
import { INPUT_UNIFORMS } from './input.js';
import { fitPicture } from './layout.js';
import {
  type Colour,
  checkIndex,
  checkRange,
  createPane,
  dimensions,
  drawViews,
  type TensorSource,
  type View,
  WINDOW_BACKGROUND,
} from './pane.js';
import { createPictureUndo, PICTURE_UNIFORMS, type PictureSource, pictureUniforms } from './picture.js';

/** Every option may change between draws. */
export interface HeatOptions {
  /** The net's input. Without it, or without a map, only the background is drawn. */
  readonly picture?: PictureSource | undefined;
  /** `[N, 1, h, w]`, as `liveMap` has it: from 0 to 1 of `size` maps, from −1 to 1 of `signed` ones. Stretched over the picture. */
  readonly map?: TensorSource | undefined;
  /** Default `size`. */
  readonly drawn?: 'signed' | 'size';
  /** From 0 (only the picture) to 1 (as `attributionPicture` has it); default 1. */
  readonly alpha?: number;
  /** Which image of the batch. Default 0. */
  readonly image?: number;
  readonly background?: Colour;
}

/** A canvas for maps of attribution. Its size may change between draws. */
export interface HeatView extends View {
  /** Changes `options` for the next draws, and keeps all others. @throws OptionError, ShapeError */
  set(options: HeatOptions): void;
}

const { left, top, width, height, back_r, back_g, back_b } = INPUT_UNIFORMS;
/** The uniforms of heat.wgsl. */
export const HEAT_UNIFORMS = {
  ...{ left, top, width, height, back_r, back_g, back_b },
  first: 'u32',
  H: 'u32',
  W: 'u32',
  signed_: 'u32',
  alpha: 'f32',
  for_r: 'f32',
  for_g: 'f32',
  for_b: 'f32',
  against_r: 'f32',
  against_g: 'f32',
  against_b: 'f32',
  ...PICTURE_UNIFORMS,
} as const;

/** Draws a map over one image of the net's input on `canvas`, directly from the buffers. @throws GpuError, OptionError, ShapeError */
export function createHeatView(ctx: Context, canvas: DrawTarget, options: HeatOptions = {}): HeatView {
  const pane = createPane(ctx, canvas, {
    label: 'heat view',
    wgsl,
    uniforms: HEAT_UNIFORMS,
    bindings: ['uniform', 'read', 'read', 'read', 'texture'],
  });
  const { surface, uniforms, bindings } = pane;
  const undo = createPictureUndo(ctx);
  const colours = ctx.device.createTexture({
    label: 'heat view',
    size: [COLORMAP_SIZE, 1],
    format: 'rgba8unorm',
    usage: TEXTURE_USAGE,
  });
  const row = { bytesPerRow: COLORMAP_SIZE * 4 };
  ctx.device.queue.writeTexture({ texture: colours }, colormapTable('inferno'), row, [COLORMAP_SIZE, 1]);
  const [for_r, for_g, for_b] = FOR.map((v) => v / 255);
  const [against_r, against_g, against_b] = AGAINST.map((v) => v / 255);
  uniforms.set({ for_r, for_g, for_b, against_r, against_g, against_b });
  let state: HeatOptions = {};

  const view: HeatView = {
    set(changes) {
      const next = { ...state, ...changes };
      const { picture, map, image = 0, alpha = 1 } = next;
      if (picture) pictureUniforms(ctx, picture, image);
      if (map) checkIndex('image', image, dimensions(ctx, 'heat view', map).N);
      checkRange('alpha', alpha, 0, 1);
      state = next;
    },
    encode(encoder) {
      const { picture, map, drawn = 'size', alpha = 1, image = 0, background = WINDOW_BACKGROUND } = state;
      if (!picture || !map) return pane.encode(encoder, background, undefined);
      const { C, H, W } = dimensions(ctx, 'heat view', map);
      const values = pictureUniforms(ctx, picture, image);
      const { x, y, width, height } = fitPicture(values.PW, values.PH, surface.width, surface.height);
      const [back_r, back_g, back_b] = background;
      const place = { left: x, top: y, width, height, back_r, back_g, back_b };
      uniforms.set({ ...place, first: image * C * H * W, H, W, signed_: drawn === 'signed' ? 1 : 0, alpha, ...values });
      undo.set(picture);
      const group = bindings.group(uniforms.buffer, picture.buffer, undo.buffer, map.buffer, colours);
      pane.encode(encoder, background, group);
    },
    present: () => surface.present(),
    draw: () => drawViews(ctx, [view]),
    [dispose]() {
      pane.dispose();
      undo.dispose();
      colours.destroy();
    },
  };
  view.set(options);
  return view;
}
