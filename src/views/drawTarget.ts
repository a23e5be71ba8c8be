// What a view draws on: a canvas, or any other target that is given in its place.
import type { TextureFormat } from '../core/webTypes.js';

/** A canvas of the page, or one that a worker was given. */
export type Canvas = HTMLCanvasElement | OffscreenCanvas;

/** A render target that becomes visible. Its size may change from one target to the next. */
export interface Surface {
  readonly format: TextureFormat;
  readonly width: number;
  readonly height: number;
  /** The view to draw the next frame on. */
  target(): GPUTextureView;
  /** Shows what was submitted for the last target. */
  present(): void;
  dispose(): void;
}

/** What a view can be asked to draw on. A surface of the caller's own is one without a canvas: for pictures in files. */
export type DrawTarget = Canvas | Surface;
