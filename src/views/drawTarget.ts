// What a view draws on: a canvas, or any other target that is given in its place.
import type { TextureFormat } from '../core/webTypes.js';

/** A canvas of the page, or one that was transferred to a worker. */
export type Canvas = HTMLCanvasElement | OffscreenCanvas;

/** A render target that becomes visible. Its size may change between frames. */
export interface Surface {
  readonly format: TextureFormat;
  readonly width: number;
  readonly height: number;
  /** The texture view for the next frame. */
  target(): GPUTextureView;
  /** Shows what was submitted for the last frame. */
  present(): void;
  /** Lets the canvas go, which then belongs to nobody. */
  dispose(): void;
}

/** The possible targets of a view. A caller's own surface needs no canvas; use it to draw into files. */
export type DrawTarget = Canvas | Surface;
