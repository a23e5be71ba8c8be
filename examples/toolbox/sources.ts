// Sources of pictures: the toy world, files, a camera, a video, a drawing pad. Each produces frames that can be transferred to
// the worker. The page never reads their pixels.
import type { ArrayFrame } from './arrayFile.js';
import type { PictureFile } from './imageList.js';
import type { PadInk } from './padInk.js';
import type { WorldAnswer, WorldQuestion } from './worldWorker.js';

export interface Frame {
  readonly frame: ImageBitmap | VideoFrame | ArrayFrame;
  /** A description in words. */
  readonly name: string;
  /** Milliseconds, from timeNow(). */
  readonly at: number;
  /** True for a stream, whose frames may be dropped. */
  readonly live: boolean;
}

/** Milliseconds since 1970, to a fraction of one. */
const timeNow = (): number => performance.timeOrigin + performance.now();

export type OnFrame = (frame: Frame) => void;

export interface Source extends Disposable {
  /** Picture `index`, or the current frame of a stream; undefined if there is none yet. */
  show(index: number): Promise<Frame | undefined>;
  /** Number of pictures; Infinity for endless sources, 1 for streams. */
  readonly count: number;
}

/** World pictures that no embedded net was trained on. */
const WORLD_SEED = 2;

/** Pictures of the toy world at the size that the net needs. A worker draws them, so that the page does not block. */
export function worldSource(size: number): Source {
  const drawn = Math.min(Math.max(Math.round(size), 32), 256);
  const painter = new Worker(new URL('./worldWorker.ts', import.meta.url), { type: 'module' });
  const broken = new Promise<WorldAnswer>((resolve) => {
    painter.onerror = ({ message }) => resolve({ failed: message || 'the worker that paints could not be started' });
  });
  const ask = (index: number): Promise<WorldAnswer> => {
    const { port1, port2 } = new MessageChannel();
    const answer = new Promise<WorldAnswer>((resolve) => {
      port1.onmessage = ({ data }: MessageEvent<WorldAnswer>) => resolve(data);
    });
    const question: WorldQuestion = { seed: WORLD_SEED, index, size: drawn };
    painter.postMessage(question, [port2]);
    return Promise.race([answer, broken]).finally(() => port1.close());
  };
  return {
    count: Number.POSITIVE_INFINITY,
    async show(index) {
      const at = timeNow();
      const answer = await ask(index);
      if ('failed' in answer) throw new Error(`world picture ${index}: ${answer.failed}`);
      return { frame: answer.bitmap, name: answer.caption, at, live: false };
    },
    [Symbol.dispose]: () => painter.terminate(),
  };
}

/** Pictures, one after another. */
export function fileSource(pictures: readonly PictureFile[]): Source {
  return {
    count: pictures.length,
    async show(index) {
      const at = timeNow();
      const { name, decode } = pictures[index % pictures.length];
      const decoded = await decode();
      const { note } = decoded;
      const frame = 'array' in decoded ? decoded.array : decoded.bitmap;
      return { frame, name: note ? `${name}: ${note}` : name, at, live: false };
    },
    [Symbol.dispose]: () => undefined,
  };
}

/** A stream of a video element. Each new frame is used once. */
function videoSource(video: HTMLVideoElement, name: string, onFrame: OnFrame, release: () => void): Source {
  let handle = 0;
  const frameNow = (live: boolean): Frame => ({ frame: new VideoFrame(video), name, at: timeNow(), live });
  const each = (): void => {
    onFrame(frameNow(true));
    handle = video.requestVideoFrameCallback(each);
  };
  handle = video.requestVideoFrameCallback(each);
  return {
    count: 1,
    show: async () => (video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA ? frameNow(false) : undefined),
    [Symbol.dispose]() {
      video.cancelVideoFrameCallback(handle);
      release();
    },
  };
}

function newVideo(): HTMLVideoElement {
  const video = document.createElement('video');
  video.muted = true;
  video.loop = true;
  video.playsInline = true;
  return video;
}

/** A camera. The browser asks the user; if they refuse, it rejects with the browser's own error. */
export async function cameraSource(deviceId: string, onFrame: OnFrame): Promise<Source> {
  const stream = await navigator.mediaDevices.getUserMedia({
    video: { width: { ideal: 640 }, height: { ideal: 480 }, ...(deviceId && { deviceId: { exact: deviceId } }) },
  });
  const [track] = stream.getVideoTracks();
  const video = newVideo();
  video.srcObject = stream;
  await video.play();
  return videoSource(video, track.label || 'camera', onFrame, () => {
    for (const t of stream.getTracks()) t.stop();
    video.srcObject = null;
  });
}

/** A video file in a loop. */
export async function videoFileSource(file: File, onFrame: OnFrame): Promise<Source> {
  const video = newVideo();
  const url = URL.createObjectURL(file);
  video.src = url;
  await video.play();
  return videoSource(video, file.name, onFrame, () => {
    video.pause();
    URL.revokeObjectURL(url);
  });
}

/** Width of the pen as a fraction of the pad: as thick as strokes in MNIST's pictures. */
const PEN = 1 / 12;

/** A pad for drawing with mouse, pen or finger. `inkNow` returns the colour. */
export function padSource(pad: HTMLCanvasElement, inkNow: () => PadInk, onFrame: OnFrame): Source & { clear(): void } {
  const context = pad.getContext('2d');
  let { ink } = inkNow();
  const fill = (style: string) => {
    if (!context) return;
    context.fillStyle = style;
    context.fillRect(0, 0, pad.width, pad.height);
  };
  const follow = (): string => {
    const { ink: wanted, name } = inkNow();
    if (wanted !== ink && context) {
      // Inverts the existing drawing.
      context.globalCompositeOperation = 'difference';
      fill('white');
      context.globalCompositeOperation = 'source-over';
    }
    ink = wanted;
    return name;
  };
  const drawn = async (live: boolean): Promise<Frame> => {
    const at = timeNow();
    const name = follow();
    return { frame: await createImageBitmap(pad), name, at, live };
  };
  // While drawing, frames may be dropped. The result is always shown when the pen is lifted.
  const give = async (live: boolean) => onFrame(await drawn(live));
  const clear = () => {
    follow();
    fill(ink === 'white' ? 'black' : 'white');
    void give(false);
  };
  const place = (event: PointerEvent): [number, number] => {
    const box = pad.getBoundingClientRect();
    return [
      ((event.clientX - box.left) / box.width) * pad.width,
      ((event.clientY - box.top) / box.height) * pad.height,
    ];
  };
  const listening = new AbortController();
  const { signal } = listening;
  let last: [number, number] | undefined;
  pad.addEventListener(
    'pointerdown',
    (event) => {
      pad.setPointerCapture(event.pointerId);
      last = place(event);
    },
    { signal },
  );
  pad.addEventListener(
    'pointermove',
    (event) => {
      if (!last || !context) return;
      const now = place(event);
      context.strokeStyle = ink;
      context.lineWidth = pad.width * PEN;
      context.lineCap = 'round';
      context.beginPath();
      context.moveTo(...last);
      context.lineTo(...now);
      context.stroke();
      last = now;
      void give(true);
    },
    { signal },
  );
  pad.addEventListener(
    'pointerup',
    () => {
      last = undefined;
      void give(false);
    },
    { signal },
  );
  return {
    count: 1,
    show: () => drawn(false),
    clear,
    [Symbol.dispose]: () => listening.abort(),
  };
}
