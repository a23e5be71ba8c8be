// What a view draws on: the canvas's own WebGPU surface.
import { GpuError } from '../core/errors.js';
import type { Context } from '../gpu/context.js';
import { createCopiedSurface } from './copiedSurface.js';

/** A canvas of the page, or one that a worker was given. */
export type Canvas = HTMLCanvasElement | OffscreenCanvas;

/** A render target that becomes visible. */
export interface Surface {
  readonly format: GPUTextureFormat;
  /** The view to draw the next frame on. */
  target(): GPUTextureView;
  /** Shows what was submitted for the last target. */
  present(): void;
  dispose(): void;
}

/** The surface of `canvas`, which has its final size. @throws GpuError */
export function createSurface(ctx: Context, canvas: Canvas): Surface {
  // See copiedSurface.ts: a device on the CPU may not survive a canvas of its own.
  if (ctx.traits.software) return createCopiedSurface(ctx, canvas);
  const surface = canvas.getContext('webgpu');
  if (!surface || !('configure' in surface)) throw new GpuError('view', 'the canvas gives no WebGPU surface');
  const format = (ctx.gpu ?? navigator.gpu).getPreferredCanvasFormat();
  surface.configure({ device: ctx.device, format, alphaMode: 'premultiplied' });
  return {
    format,
    target: () => surface.getCurrentTexture().createView(),
    // The browser presents at the end of the task.
    present: () => undefined,
    dispose: () => surface.unconfigure(),
  };
}
