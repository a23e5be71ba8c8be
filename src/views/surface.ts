// The surface of a canvas: its own WebGPU surface, or a copied one if the device would not survive that.
import { GpuError } from '../core/errors.js';
import type { Context } from '../gpu/context.js';
import { createCopiedSurface } from './copiedSurface.js';
import type { DrawTarget, Surface } from './drawTarget.js';

/** The surface of `canvas`. @throws GpuError */
export function createSurface(ctx: Context, canvas: DrawTarget): Surface {
  if ('target' in canvas) return canvas;
  // See copiedSurface.ts: a CPU device may not survive a canvas surface of its own.
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
    // The browser presents the frame at the end of the task.
    present: () => undefined,
    dispose: () => surface.unconfigure(),
  };
}
