// A workaround: frames of a CPU adapter are copied to a 2D canvas.
//
// What breaks: in Chromium started with --use-webgpu-adapter=swiftshader (headless tests, machines without a GPU), the first
// frame drawn on a canvas's WebGPU surface destroys the device without an error; `lost` says 'Device was destroyed'. Seen in
// Chromium 147 and 156 on Linux. It does not happen with --enable-features=Vulkan --use-vulkan=swiftshader --use-angle=vulkan.
// Cost: one copy and one readback per shown frame, at most one at a time; on such adapters the memory is the host's anyway.
// Delete this file when a page with a WebGPU canvas survives in that Chromium.
import { GpuError } from '../core/errors.js';
import type { Context } from '../gpu/context.js';
import { COPY_DST, COPY_SRC } from '../gpu/flags.js';
import { createReadback, type Readback } from '../gpu/readback.js';
import type { Canvas, Surface } from './drawTarget.js';

/** GPUTextureUsage.COPY_SRC | RENDER_ATTACHMENT. */
const TEXTURE_USAGE = 0x01 | 0x10;
/** Rows of a texture copy start at multiples of this. */
const ROW_ALIGNMENT = 256;

/** The memory for a frame of one size. */
interface Frame {
  readonly width: number;
  readonly height: number;
  readonly bytesPerRow: number;
  readonly texture: GPUTexture;
  readonly buffer: GPUBuffer;
  readonly readback: Readback;
}

/** The current picture of each canvas. Several surfaces may draw on one canvas alternately. */
const shown = new WeakMap<Canvas, ImageData>();

export function createCopiedSurface(ctx: Context, canvas: Canvas): Surface {
  const { device } = ctx;
  const page = canvas.getContext('2d');
  if (!page || !('putImageData' in page)) throw new GpuError('view', 'the canvas gives no 2D context');
  let frame: Frame | undefined;
  /** Frames of earlier sizes. One of them may still be on its way to the page, and is freed after it has arrived. */
  let former: Frame[] = [];
  let busy = false;
  let waiting = false;
  let disposed = false;

  const show = async (): Promise<void> => {
    busy = true;
    try {
      await showWaiting();
    } finally {
      // Later frames may be shown even after a frame that failed.
      busy = false;
      for (const old of former) destroyFrame(old);
      former = [];
    }
  };

  const showWaiting = async (): Promise<void> => {
    while (waiting && frame && !disposed) {
      waiting = false;
      const { width, height, bytesPerRow, texture, buffer, readback } = frame;
      const encoder = device.createCommandEncoder({ label: 'frame' });
      encoder.copyTextureToBuffer({ texture }, { buffer, bytesPerRow }, [width, height]);
      device.queue.submit([encoder.finish()]);
      const rows = new Uint8Array(await readback.read(buffer));
      const image = new ImageData(width, height);
      for (let y = 0; y < height; y++) {
        image.data.set(rows.subarray(y * bytesPerRow, y * bytesPerRow + width * 4), y * width * 4);
      }
      page.putImageData(image, 0, 0);
      shown.set(canvas, image);
    }
  };

  /** Resizing clears a canvas. Show the last frame, stretched, until the first frame of the new size has been copied. */
  const keepShown = (): void => {
    const image = shown.get(canvas);
    if (!image) return;
    const last = new OffscreenCanvas(image.width, image.height);
    last.getContext('2d')?.putImageData(image, 0, 0);
    page.drawImage(last, 0, 0, canvas.width, canvas.height);
  };

  return {
    format: 'rgba8unorm',
    get width() {
      return canvas.width;
    },
    get height() {
      return canvas.height;
    },
    target() {
      if (!frame || canvas.width !== frame.width || canvas.height !== frame.height) {
        if (frame) former.push(frame);
        frame = createFrame(ctx, canvas.width, canvas.height);
        keepShown();
      }
      return frame.texture.createView();
    },
    present() {
      waiting = true;
      // Ignore a frame that cannot be shown: the run that produced it reports what is wrong with the device.
      if (!busy) void show().catch(() => undefined);
    },
    dispose() {
      disposed = true;
      if (frame) former.push(frame);
      for (const old of former) destroyFrame(old);
      former = [];
    },
  };
}

function createFrame(ctx: Context, width: number, height: number): Frame {
  const bytesPerRow = Math.ceil((width * 4) / ROW_ALIGNMENT) * ROW_ALIGNMENT;
  const bytes = bytesPerRow * height;
  return {
    width,
    height,
    bytesPerRow,
    texture: ctx.device.createTexture({ size: [width, height], format: 'rgba8unorm', usage: TEXTURE_USAGE }),
    buffer: ctx.device.createBuffer({ size: bytes, usage: COPY_SRC | COPY_DST }),
    readback: createReadback(ctx, 'frame', bytes),
  };
}

function destroyFrame({ texture, buffer, readback }: Frame): void {
  texture.destroy();
  buffer.destroy();
  readback.dispose();
}
