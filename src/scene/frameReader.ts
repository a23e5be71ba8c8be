// From a frame of a camera, a video or a picture to a net's input without the CPU: copied to a texture, from there to a buffer,
// and brought into the net's shape by one kernel.
import { dispose } from '../core/dispose.js';
import { LimitError, OptionError } from '../core/errors.js';
import type { PictureSource } from '../core/webTypes.js';
import type { Context } from '../gpu/context.js';
import type { Model } from '../graph/model.js';
import { compile } from '../graph/plan.js';
import { createTape, type Tape, type Value } from '../graph/tape.js';
import { binary } from '../kernels/binary/index.js';
import { pointwise } from '../kernels/pointwise/index.js';
import { op as preprocess } from '../kernels/preprocess/index.js';
import { op as reduction } from '../kernels/reduction/index.js';
import { scaleChannels } from '../kernels/scale/index.js';
import { channelScale, imageShape, meanImage } from './input.js';
import { pixelAttrs } from './picture.js';

/** What reading frames may be told. */
export interface FrameReaderOptions {
  /** Size of every frame, in pixels. A source of another size needs another reader. */
  readonly width: number;
  readonly height: number;
  /** How a frame of another shape is fitted; default the model's own. */
  readonly fit?: 'crop' | 'stretch';
  /** Left and right change places, as in a mirror; can be changed from frame to frame. */
  readonly mirror?: boolean;
  /**
   * Stretches each frame's values to 0..255, as the Deep Visualization Toolbox does with a webcam's (image_misc.py). Off by
   * default: it makes activations differ from frame to frame for no cause in the scene.
   */
  readonly stretchContrast?: boolean;
  readonly signal?: AbortSignal;
}

/** Frames of one size on their way into a net. */
export interface FrameReader extends Disposable {
  /** The net's input `[1, C, H, W]` for the frame read last. */
  readonly buffer: GPUBuffer;
  /** Reads what a page can show. Allocates nothing and waits for nothing; the source may be closed at once. */
  read(source: PictureSource): void;
  /** Reads RGBA bytes. */
  readPixels(data: Uint8Array | Uint8ClampedArray): void;
  /** Turns left and right around, as people expect of a camera that shows themselves; acts at the next frame. */
  setMirror(on: boolean): void;
}

/** GPUTextureUsage.COPY_SRC | COPY_DST | RENDER_ATTACHMENT: what copyExternalImageToTexture needs, and to be copied on. */
const TEXTURE_USAGE = 0x01 | 0x02 | 0x10;
/** Rows of a texture copy begin at multiples of this many bytes. */
const ROW_ALIGNMENT = 256;
const BYTES_PER_PIXEL = 4;

/** Prepares to read frames of one size into the input of `model`. @throws OptionError, LimitError, ImageError */
export async function createFrameReader(ctx: Context, model: Model, options: FrameReaderOptions): Promise<FrameReader> {
  const { width, height, fit, mirror = false, stretchContrast = false, signal } = options;
  if (!(Number.isInteger(width) && width > 0 && Number.isInteger(height) && height > 0)) {
    throw new OptionError('frame size', `must be whole numbers above 0, got ${width}x${height}`);
  }
  const { device } = ctx;
  const most = device.limits.maxTextureDimension2D;
  if (Math.max(width, height) > most) {
    throw new LimitError('frame', 'maxTextureDimension2D', Math.max(width, height), most, 'Use a smaller picture.');
  }
  const bytesPerRow = Math.ceil((width * BYTES_PER_PIXEL) / ROW_ALIGNMENT) * ROW_ALIGNMENT;
  const pitch = bytesPerRow / BYTES_PER_PIXEL;

  const tape = createTape();
  const pixels = tape.leaf('pixels', { shape: [height, pitch], dtype: 'u32' });
  const mirrored = tape.param('mirror', 'u32', mirror ? 1 : 0);
  const [C, H, W] = imageShape(model);
  const fitted = fit ? { ...model, preprocessing: { ...model.preprocessing, fit } } : model;
  const attrs = {
    ...pixelAttrs(fitted, height, width),
    width,
    mirror: mirrored,
  };
  const mean = meanImage(model.preprocessing, [C, H, W]);
  const scale = channelScale(model.preprocessing, C);
  const constant = (label: string, shape: readonly number[], data: Float32Array) => tape.constant(label, shape, data);
  const x = stretchContrast
    ? normalized(
        tape,
        stretched(
          tape,
          tape.apply(
            preprocess,
            {
              pixels,
              mean: constant('no mean', [C, H, W], new Float32Array(mean.length)),
              scale: constant('no scale', [C], new Float32Array(C).fill(1)),
            },
            attrs,
          ),
        ),
        constant('mean', [1, C, H, W], mean),
        constant('scale', [C], scale),
      )
    : tape.apply(
        preprocess,
        { pixels, mean: constant('mean', [C, H, W], mean), scale: constant('scale', [C], scale) },
        attrs,
      );
  const plan = await compile(ctx, tape, { keep: [x], ...(signal && { signal }) });
  const target = plan.buffer(pixels);
  const texture = device.createTexture({ size: [width, height], format: 'rgba8unorm', usage: TEXTURE_USAGE });
  const size = [width, height];
  return {
    buffer: plan.buffer(x),
    read(source) {
      ctx.assertAlive();
      device.queue.copyExternalImageToTexture({ source }, { texture }, size);
      const encoder = device.createCommandEncoder({ label: 'frame' });
      encoder.copyTextureToBuffer({ texture }, { buffer: target, bytesPerRow }, size);
      device.queue.submit([encoder.finish()]);
      plan.run();
    },
    readPixels(data) {
      ctx.assertAlive();
      if (data.length !== width * height * BYTES_PER_PIXEL) {
        const wanted = width * height * BYTES_PER_PIXEL;
        throw new OptionError('frame', `${width}x${height} RGBA needs ${wanted} bytes, got ${data.length}`);
      }
      for (let row = 0; row < height; row++) {
        const from = data.byteOffset + row * width * BYTES_PER_PIXEL;
        device.queue.writeBuffer(target, row * bytesPerRow, data.buffer, from, width * BYTES_PER_PIXEL);
      }
      plan.run();
    },
    setMirror: (on) => plan.set(mirrored, on ? 1 : 0),
    [dispose]() {
      texture.destroy();
      plan[dispose]();
    },
  };
}

/** `(x − min) · 255 / (max − min + 1e-6)` over the whole frame. */
function stretched(tape: Tape, x: Value): Value {
  const over = (v: Value, kind: 'min' | 'max') => tape.apply(reduction, { x: v }, { kind, axes: [], keep: true });
  const raised = binary(tape, 'sub', x, over(x, 'min'));
  const range = pointwise(tape, over(raised, 'max'), 'power', { a: 1 / 255, b: 1e-6 / 255 });
  return binary(tape, 'div', raised, range);
}

const normalized = (tape: Tape, x: Value, mean: Value, factor: Value): Value =>
  tape.apply(scaleChannels, { x: binary(tape, 'sub', x, mean), factor }, {});
