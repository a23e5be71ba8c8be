// The page's input: which source produces frames, and which frames go to the worker.
import { find } from '../shared/dom.js';
import { closeFrame, isArrayFrame } from './arrayFile.js';
import { channelTrouble } from './channels.js';
import type { PictureFile } from './imageList.js';
import { inkFor } from './padInk.js';
import type { Page } from './page.js';
import {
  cameraSource,
  type Frame,
  fileSource,
  type OnFrame,
  padSource,
  type Source,
  videoFileSource,
  worldSource,
} from './sources.js';
import { sourceBefore } from './state.js';

/** Number of world pictures to step through; the same ones are searched for top images. */
const WORLD_PICTURES = 400;
/** Size of world pictures until a net asks for another. */
const WORLD_SIZE = 64;

/** From this many pictures on, a set is searched for top images. */
const A_SET = 9;

export class Inputs {
  #source: Source | undefined;
  /** Numbers the requested sources; only the latest one is used. */
  #turn = 0;
  /** Numbers the requested pictures; only the latest one is used. */
  #asked = 0;
  #pictures: readonly PictureFile[] = [];
  /** True while the worker can accept a frame of a stream. */
  #ready = false;
  #dropped = 0;

  constructor(private readonly page: Page) {}

  /** Number of pictures of the source. */
  get count(): number {
    return Math.min(this.#source?.count ?? WORLD_PICTURES, WORLD_PICTURES);
  }

  /** Number of stream frames that were dropped. */
  get dropped(): number {
    return this.#dropped;
  }

  /** The worker can accept another frame. */
  makeRoom(): void {
    this.#ready = true;
  }

  /** Opens the source that the state names, replacing the previous one. */
  async open(): Promise<void> {
    const { page } = this;
    const turn = ++this.#turn;
    const kind = page.state.source;
    this.#source?.[Symbol.dispose]();
    this.#source = undefined;
    try {
      // A frame may arrive late from a previous source.
      const onFrame = (frame: Frame) => (turn === this.#turn ? this.#onFrame(frame) : closeFrame(frame.frame));
      const opened = await this.#sourceOf(kind, onFrame);
      if (turn !== this.#turn) {
        opened[Symbol.dispose]();
        return;
      }
      this.#source = opened;
      await this.show();
    } catch (error) {
      if (turn !== this.#turn) return;
      page.warn(reasonOf(kind, error));
      if (kind !== 'world') page.change(sourceBefore(page.state));
    }
  }

  /** Shows the picture that the state names, or the current frame of a stream. */
  async show(): Promise<void> {
    const source = this.#source;
    if (!source) return;
    this.#ready = true;
    const asked = ++this.#asked;
    const { picture } = this.page.state;
    try {
      const frame = await source.show(source.count === Number.POSITIVE_INFINITY ? picture : picture % source.count);
      if (frame && asked === this.#asked && source === this.#source) this.#onFrame(frame);
      else if (frame) closeFrame(frame.frame);
    } catch (error) {
      if (asked === this.#asked) this.page.warn(error instanceof Error ? error.message : String(error));
    }
  }

  /** Opens the user's own pictures, or a video. */
  async take(pictures: readonly PictureFile[]): Promise<void> {
    this.#pictures = pictures;
    const files = pictures.flatMap(({ file }) => (file?.type.startsWith('image/') ? [file] : []));
    if (files.length >= A_SET) this.page.tell({ type: 'pictures', files });
    const kind = pictures[0].file?.type.startsWith('video/') ? 'video' : 'files';
    const opens = this.page.state.source !== kind;
    // From now on no earlier picture is shown.
    this.#source?.[Symbol.dispose]();
    this.#source = undefined;
    this.page.change({ source: kind, picture: 0, frozenFrame: false });
    if (!opens) await this.open();
  }

  async #sourceOf(kind: Page['state']['source'], onFrame: OnFrame): Promise<Source> {
    const [first] = this.#pictures;
    if (kind === 'camera') {
      const camera = await cameraSource(find('cameras', HTMLSelectElement).value, onFrame);
      await listCameras();
      return camera;
    }
    if (kind === 'video' && first?.file) return videoFileSource(first.file, onFrame);
    if (kind === 'files' && first) return fileSource(this.#pictures);
    if (kind === 'draw') {
      const drawing = padSource(
        find('pad', HTMLCanvasElement),
        () => inkFor(this.page.state.ink, this.page.net),
        onFrame,
      );
      drawing.clear();
      find('clear', HTMLButtonElement).onclick = () => drawing.clear();
      return drawing;
    }
    return worldSource(Math.max(...(this.page.net?.input.slice(1) ?? [WORLD_SIZE])));
  }

  /** Stream frames may be dropped. A still picture is always shown. */
  #onFrame({ frame, name, at, live }: Frame): void {
    const { state } = this.page;
    if (state.frozenFrame || (live && !this.#ready)) {
      closeFrame(frame);
      if (!state.frozenFrame) this.#dropped++;
      return;
    }
    const { net } = this.page;
    const trouble = net && !isArrayFrame(frame) ? channelTrouble(net) : undefined;
    if (trouble) {
      closeFrame(frame);
      this.page.warn(trouble);
      return;
    }
    this.#ready = false;
    const mirror = state.source === 'camera' && state.mirror;
    this.page.tell({ type: 'frame', frame, name, at, live, mirror }, [isArrayFrame(frame) ? frame.data.buffer : frame]);
  }
}

function reasonOf(kind: string, error: unknown): string {
  const refused = error instanceof DOMException && error.name === 'NotAllowedError';
  const missing = error instanceof DOMException && error.name === 'NotFoundError';
  if (refused) return 'The camera was refused. Allow it in the address bar, or use pictures.';
  if (missing) return 'There is no camera. Use pictures, a video, or the drawing pad.';
  return `No ${kind}: ${error instanceof Error ? error.message : error}`;
}

async function listCameras(): Promise<void> {
  const cameras = (await navigator.mediaDevices.enumerateDevices()).filter((d) => d.kind === 'videoinput');
  const select = find('cameras', HTMLSelectElement);
  const { value } = select;
  select.replaceChildren(...cameras.map((d, i) => new Option(d.label || `camera ${i + 1}`, d.deviceId)));
  if (cameras.some((d) => d.deviceId === value)) select.value = value;
}
