// A surface without a canvas, for views in tests. Its pixels can be read.
import type { Context } from '../../src/gpu/context.js';
import { COPY_DST, COPY_SRC } from '../../src/gpu/flags.js';
import { createReadback } from '../../src/gpu/readback.js';
import type { Surface } from '../../src/views/index.js';

export interface OffscreenSurface extends Surface {
  /** RGBA bytes, row by row. */
  pixels(): Promise<Uint8Array>;
  resize(width: number, height: number): void;
}

/** GPUTextureUsage.COPY_SRC | RENDER_ATTACHMENT. */
const TEXTURE_USAGE = 0x01 | 0x10;
/** Rows of a texture copy begin at multiples of this. */
const ROW_ALIGNMENT = 256;

export function offscreenSurface(ctx: Context, startWidth: number, startHeight: number): OffscreenSurface {
  const { device } = ctx;
  const format = 'rgba8unorm';
  const make = (width: number, height: number) =>
    device.createTexture({ size: [width, height], format, usage: TEXTURE_USAGE });
  let texture = make(startWidth, startHeight);
  return {
    format,
    get width() {
      return texture.width;
    },
    get height() {
      return texture.height;
    },
    target: () => texture.createView(),
    present: () => undefined,
    resize(width, height) {
      texture.destroy();
      texture = make(width, height);
    },
    async pixels() {
      const { width, height } = texture;
      const bytesPerRow = Math.ceil((width * 4) / ROW_ALIGNMENT) * ROW_ALIGNMENT;
      const buffer = device.createBuffer({ size: bytesPerRow * height, usage: COPY_SRC | COPY_DST });
      const readback = createReadback(ctx, 'pixels', bytesPerRow * height);
      try {
        const encoder = device.createCommandEncoder();
        encoder.copyTextureToBuffer({ texture }, { buffer, bytesPerRow }, [width, height]);
        device.queue.submit([encoder.finish()]);
        const rows = new Uint8Array(await readback.read(buffer));
        const out = new Uint8Array(width * height * 4);
        for (let y = 0; y < height; y++) {
          out.set(rows.subarray(y * bytesPerRow, y * bytesPerRow + width * 4), y * width * 4);
        }
        return out;
      } finally {
        readback.dispose();
        buffer.destroy();
      }
    },
    dispose: () => texture.destroy(),
  };
}
