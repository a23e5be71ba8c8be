// Turns frames into a net's input. There is a reader for each size and fit, and a fallback for devices that do not accept video
// frames.
import { arrangeInput, type Context, createFrameReader, type FrameReader, type Model } from 'convscope';
import { type ArrayFrame, isArrayFrame } from './arrayFile.js';
import type { FrameMessage } from './protocol.js';
import type { ToolboxState } from './state.js';

export class FrameInput implements Disposable {
  #reader: { readonly key: string; readonly frames: FrameReader } | undefined;
  /** The last given array. */
  #array: GPUBuffer | undefined;
  /** True if the last input was the array. */
  #isArray = false;
  /** False once the device has refused a VideoFrame. */
  #takesVideo = true;

  constructor(
    private readonly ctx: Context,
    private readonly model: Model,
  ) {}

  /** The last frame as the net's input; undefined before the first. */
  get buffer(): GPUBuffer | undefined {
    return this.#isArray ? this.#array : this.#reader?.frames.buffer;
  }

  /**
   * Reads a frame. A new size or fit creates a new reader. Returns the milliseconds spent waiting for a reader or for the
   * browser to decode.
   */
  async read({ frame, mirror }: FrameMessage, { fit, contrast }: ToolboxState): Promise<number> {
    if (isArrayFrame(frame)) {
      this.#readArray(frame);
      return 0;
    }
    this.#isArray = false;
    let waited = 0;
    const wait = async <T>(work: Promise<T>): Promise<T> => {
      const from = performance.now();
      const result = await work;
      waited += performance.now() - from;
      return result;
    };
    const isVideo = 'displayWidth' in frame;
    const [width, height] = isVideo ? [frame.displayWidth, frame.displayHeight] : [frame.width, frame.height];
    const key = JSON.stringify([width, height, fit, contrast]);
    if (this.#reader?.key !== key) {
      const options = { width, height, fit, stretchContrast: contrast };
      const frames = await wait(createFrameReader(this.ctx, this.model, options));
      this.#forgetReader();
      this.#reader = { key, frames };
    }
    const { frames } = this.#reader;
    frames.setMirror(mirror);
    if (this.#takesVideo || !isVideo) {
      try {
        frames.read(frame);
        return waited;
      } catch (error) {
        if (!isVideo) throw error;
        // Chromium's SwiftShader adapter fails with 'Failed to copy content from video element', but it can copy bitmaps.
        this.#takesVideo = false;
      }
    }
    const bitmap = await wait(createImageBitmap(frame));
    frames.read(bitmap);
    bitmap.close();
    return waited;
  }

  #readArray(frame: ArrayFrame): void {
    const { data } = arrangeInput(this.model.input, frame);
    this.#array ??= this.ctx.createBuffer('array input', data.byteLength);
    this.ctx.device.queue.writeBuffer(this.#array, 0, new Float32Array(data));
    this.#isArray = true;
  }

  #forgetReader(): void {
    this.#reader?.frames[Symbol.dispose]();
    this.#reader = undefined;
  }

  [Symbol.dispose](): void {
    this.#array?.destroy();
    this.#array = undefined;
    this.#forgetReader();
  }
}
