// Frames as a net's input: a reader for every size and fit that comes, and another way round where the device takes no video.
import { type Context, createFrameReader, type FrameReader, type Model } from 'convscope';
import type { FrameMessage } from './protocol.js';
import type { ToolboxState } from './state.js';

export class FrameInput implements Disposable {
  #reader: { readonly key: string; readonly frames: FrameReader } | undefined;
  /** False once the device has refused a VideoFrame. */
  #takesVideo = true;

  constructor(
    private readonly ctx: Context,
    private readonly model: Model,
  ) {}

  /** The last frame as the net sees it; none before the first. */
  get buffer(): GPUBuffer | undefined {
    return this.#reader?.frames.buffer;
  }

  /**
   * Reads a frame; a reader is made where size or fit are new. Gives the milliseconds that were not its own: spent waiting for a
   * reader, or for the browser to decode.
   */
  async read({ frame, mirror }: FrameMessage, { fit, contrast }: ToolboxState): Promise<number> {
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
      this[Symbol.dispose]();
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
        // Chromium's SwiftShader adapter: 'Failed to copy content from video element'. Bitmaps it can copy.
        this.#takesVideo = false;
      }
    }
    const bitmap = await wait(createImageBitmap(frame));
    frames.read(bitmap);
    bitmap.close();
    return waited;
  }

  [Symbol.dispose](): void {
    this.#reader?.frames[Symbol.dispose]();
    this.#reader = undefined;
  }
}
