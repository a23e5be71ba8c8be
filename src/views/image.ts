// Draws images on a canvas directly from the plan's buffer, with a render pipeline.
import { dispose } from '../core/dispose.js';
import type { Shape } from '../core/shape.js';
import type { Context } from '../gpu/context.js';
import { COPY_DST, STAGE_FRAGMENT, UNIFORM } from '../gpu/flags.js';
import type { Preprocessing } from '../graph/model.js';
import type { Canvas } from './drawTarget.js';
import wgsl from './image.wgsl?raw';
import { createSurface } from './surface.js';

/** What a view of an image may be told. */
export interface ImageViewOptions {
  /** `[N, C, H, W]`, the shape of the buffers. */
  readonly shape: Shape;
  /** The mean image `[C, H, W]` in the net's channel order. */
  readonly mean: Float32Array;
  readonly order: Preprocessing['order'];
  /** Pixels between the images of a batch. */
  readonly gap?: number;
}

/** Byte offset of `gain` in the shader's uniforms. */
const GAIN_OFFSET = 28;

/** A canvas for images of one shape. */
export interface ImageView extends Disposable {
  /**
   * Draws the batch in `buffer`. The canvas shows it at the next frame. With `gain`, the image is multiplied by it and centred
   * on mid-gray. Without it, the mean is added, which gives the real pixels.
   */
  draw(buffer: GPUBuffer, gain?: number): void;
}

/** Sets the canvas's size to the grid of the batch and prepares for drawing. @throws GpuError */
export function createImageView(ctx: Context, canvas: Canvas, options: ImageViewOptions): ImageView {
  const { device } = ctx;
  const { shape, mean, order, gap = 2 } = options;
  const [N, C, H, W] = shape;
  const columns = Math.ceil(Math.sqrt(N));
  const rows = Math.ceil(N / columns);
  canvas.width = columns * (W + gap) - gap;
  canvas.height = rows * (H + gap) - gap;
  const surface = createSurface(ctx, canvas);
  const { format } = surface;

  const meanBuffer = ctx.acquireConstant('view mean', mean);
  const uniforms = device.createBuffer({ label: 'image view', size: 32, usage: UNIFORM | COPY_DST });
  device.queue.writeBuffer(uniforms, 0, Uint32Array.of(N, C, H, W, columns, gap, order === 'bgr' ? 1 : 0, 0));
  const bindGroupLayout = device.createBindGroupLayout({
    entries: [
      { binding: 0, visibility: STAGE_FRAGMENT, buffer: { type: 'read-only-storage' } },
      { binding: 1, visibility: STAGE_FRAGMENT, buffer: { type: 'read-only-storage' } },
      { binding: 2, visibility: STAGE_FRAGMENT, buffer: { type: 'uniform' } },
    ],
  });
  const module = device.createShaderModule({ label: 'image view', code: wgsl });
  const pipeline = device.createRenderPipeline({
    label: 'image view',
    layout: device.createPipelineLayout({ bindGroupLayouts: [bindGroupLayout] }),
    vertex: { module, entryPoint: 'vertex' },
    fragment: { module, entryPoint: 'fragment', targets: [{ format }] },
  });
  const bindGroups = new WeakMap<GPUBuffer, GPUBindGroup>();

  return {
    draw(buffer, gain = 0) {
      ctx.assertAlive();
      device.queue.writeBuffer(uniforms, GAIN_OFFSET, Float32Array.of(gain));
      let bindGroup = bindGroups.get(buffer);
      if (!bindGroup) {
        bindGroup = device.createBindGroup({
          layout: bindGroupLayout,
          entries: [
            { binding: 0, resource: { buffer } },
            { binding: 1, resource: { buffer: meanBuffer } },
            { binding: 2, resource: { buffer: uniforms } },
          ],
        });
        bindGroups.set(buffer, bindGroup);
      }
      const encoder = device.createCommandEncoder({ label: 'image view' });
      const view = surface.target();
      const pass = encoder.beginRenderPass({ colorAttachments: [{ view, loadOp: 'clear', storeOp: 'store' }] });
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bindGroup);
      pass.draw(3);
      pass.end();
      device.queue.submit([encoder.finish()]);
      surface.present();
    },
    [dispose]() {
      uniforms.destroy();
      ctx.releaseConstant(mean);
      surface.dispose();
    },
  };
}
