// Draws the net's input as a picture, on a canvas of any size. This is the toolbox's input pane.
import { dispose } from '../core/dispose.js';
import type { Context } from '../gpu/context.js';
import type { DrawTarget } from './drawTarget.js';
import wgsl from './input.wgsl?raw';
import { fitPicture } from './layout.js';
import { type Colour, createPane, drawViews, type View, WINDOW_BACKGROUND } from './pane.js';
import { createPictureUndo, PICTURE_UNIFORMS, type PictureSource, pictureUniforms } from './picture.js';

/** Every option may change between draws. */
export interface InputOptions {
  /** The net's input, and its preprocessing. Without it, only the background is drawn. */
  readonly picture?: PictureSource | undefined;
  /** Which image of the batch. Default 0. */
  readonly image?: number;
  readonly background?: Colour;
}

/** A canvas for the net's input. Its size may change between draws. */
export interface InputView extends View {
  /** Changes `options` for the next draws, and keeps all others. @throws OptionError, ShapeError */
  set(options: InputOptions): void;
}

/** The uniforms of input.wgsl. */
export const INPUT_UNIFORMS = {
  left: 'i32',
  top: 'i32',
  width: 'u32',
  height: 'u32',
  back_r: 'f32',
  back_g: 'f32',
  back_b: 'f32',
  ...PICTURE_UNIFORMS,
} as const;

/** Draws one image of the net's input on `canvas`, directly from its buffer. @throws GpuError, OptionError, ShapeError */
export function createInputView(ctx: Context, canvas: DrawTarget, options: InputOptions = {}): InputView {
  const pane = createPane(ctx, canvas, {
    label: 'input view',
    wgsl,
    uniforms: INPUT_UNIFORMS,
    bindings: ['uniform', 'read', 'read'],
  });
  const { surface, uniforms, bindings } = pane;
  const undo = createPictureUndo(ctx);
  let state: InputOptions = {};

  const view: InputView = {
    set(changes) {
      const next = { ...state, ...changes };
      if (next.picture) pictureUniforms(ctx, next.picture, next.image ?? 0);
      state = next;
    },
    encode(encoder) {
      const { picture, image = 0, background = WINDOW_BACKGROUND } = state;
      if (!picture) return pane.encode(encoder, background, undefined);
      const values = pictureUniforms(ctx, picture, image);
      const { x, y, width, height } = fitPicture(values.PW, values.PH, surface.width, surface.height);
      const [back_r, back_g, back_b] = background;
      uniforms.set({ left: x, top: y, width, height, back_r, back_g, back_b, ...values });
      undo.set(picture);
      pane.encode(encoder, background, bindings.group(uniforms.buffer, picture.buffer, undo.buffer));
    },
    present: () => surface.present(),
    draw: () => drawViews(ctx, [view]),
    [dispose]() {
      pane.dispose();
      undo.dispose();
    },
  };
  view.set(options);
  return view;
}
