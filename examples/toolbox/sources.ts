// Where pictures come from: the toy world, files, a camera, a video, a drawing pad. Each gives frames that can be transferred to
// the worker; their pixels are never read here.
import { worldImage } from 'convscope/world';

export interface Frame {
  readonly frame: ImageBitmap | VideoFrame;
  /** Milliseconds, as timeNow() has them. */
  readonly at: number;
  /** True for a stream, of which frames may be left out. */
  readonly live: boolean;
}

/** Milliseconds since 1970, to a fraction of one. */
const timeNow = (): number => performance.timeOrigin + performance.now();

export type OnFrame = (frame: Frame) => void;

export interface Source extends Disposable {
  /** Gives picture `index`, or the frame that is now; a stream goes on giving frames until it is disposed of. */
  show(index: number): Promise<void>;
  /** Pictures there are; Infinity for endless ones, 1 for streams. */
  readonly count: number;
  /** What it shows now, in words. */
  describe(index: number): string;
}

/** World pictures that no embedded net was trained on. */
const WORLD_SEED = 2;

/** Pictures of the toy world at the size that the net wants. */
export function worldSource(size: number, onFrame: OnFrame): Source {
  const drawn = Math.min(Math.max(Math.round(size), 32), 256);
  return {
    count: Number.POSITIVE_INFINITY,
    async show(index) {
      const { data } = worldImage(WORLD_SEED, index, { size: drawn });
      onFrame({
        frame: await createImageBitmap(new ImageData(data, drawn, drawn)),
        at: timeNow(),
        live: false,
      });
    },
    describe: (index) => worldImage(WORLD_SEED, index, { size: 32 }).caption,
    [Symbol.dispose]: () => undefined,
  };
}

/** Picture files, one after another. */
export function fileSource(files: readonly File[], onFrame: OnFrame): Source {
  return {
    count: files.length,
    async show(index) {
      const file = files[index % files.length];
      onFrame({ frame: await createImageBitmap(file), at: timeNow(), live: false });
    },
    describe: (index) => files[index % files.length]?.name ?? 'no picture',
    [Symbol.dispose]: () => undefined,
  };
}

/** A stream of a video element: each new frame is given once. */
function videoSource(video: HTMLVideoElement, name: string, onFrame: OnFrame, release: () => void): Source {
  let handle = 0;
  const each = (): void => {
    onFrame({ frame: new VideoFrame(video), at: timeNow(), live: true });
    handle = video.requestVideoFrameCallback(each);
  };
  handle = video.requestVideoFrameCallback(each);
  return {
    count: 1,
    async show() {
      if (video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) {
        onFrame({ frame: new VideoFrame(video), at: timeNow(), live: false });
      }
    },
    describe: () => name,
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

/** A camera; the browser asks the person. Rejects with the browser's own error where they refuse. */
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

/** A video file, again and again. */
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

/** A pad to draw on with mouse, pen or finger. */
export function padSource(pad: HTMLCanvasElement, onFrame: OnFrame): Source & { clear(): void } {
  const context = pad.getContext('2d');
  const give = async () => {
    onFrame({ frame: await createImageBitmap(pad), at: timeNow(), live: true });
  };
  const clear = () => {
    if (!context) return;
    context.fillStyle = 'white';
    context.fillRect(0, 0, pad.width, pad.height);
    void give();
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
      context.strokeStyle = pad.dataset.ink ?? 'black';
      context.lineWidth = pad.width / 16;
      context.lineCap = 'round';
      context.beginPath();
      context.moveTo(...last);
      context.lineTo(...now);
      context.stroke();
      last = now;
      void give();
    },
    { signal },
  );
  pad.addEventListener(
    'pointerup',
    () => {
      last = undefined;
      void give();
    },
    { signal },
  );
  return {
    count: 1,
    show: give,
    describe: () => 'drawing',
    clear,
    [Symbol.dispose]: () => listening.abort(),
  };
}
