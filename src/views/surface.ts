// What a view draws on: the canvas's own WebGPU surface, or any other target that is given in its place.
import { GpuError } from '../core/errors.js';
import type { TextureFormat } from '../core/webTypes.js';
import type { Context } from '../gpu/context.js';
import { createCopiedSurface } from './copiedSurface.js';

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

/** The surface of `canvas`. @throws GpuError */
export function createSurface(ctx: Context, canvas: DrawTarget): Surface {
  if ('target' in canvas) return canvas;
  // See copiedSurface.ts: a device on the CPU may not survive a canvas of its own.
  if (ctx.traits.software) return createCopiedSurface(ctx, canvas);
  const surface = canvas.getContext('webgpu');
  if (!surface || !('configure' in surface)) throw new GpuError('view', 'the canvas gives no WebGPU surface');
  const format = (ctx.gpu ?? navigator.gpu).getPreferredCanvasFormat();
  surface.configure({ device: ctx.device, format, alphaMode: 'premultiplied' });
  return {
    format,
    get width() {
      return canvas.width;
    },
    get height() {
      return canvas.height;
    },
    target: () => surface.getCurrentTexture().createView(),
    // The browser presents at the end of the task.
    present: () => undefined,
    dispose: () => surface.unconfigure(),
  };
}
