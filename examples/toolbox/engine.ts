// The toolbox's engine: one net on one device, one frame after another, four views. Runs in a worker; knows no page.
import {
  type Context,
  createFrameReader,
  createLive,
  type FrameReader,
  type Live,
  type Model,
  openContext,
} from 'convscope';
import { importModel, loadSafetensors, parseLabels } from 'convscope/importers';
import { createPanes, type Panes } from './panes.js';
import { Preferred } from './preferred.js';
import type { FromWorker, NetFile, ToWorker } from './protocol.js';
import { INITIAL, originOf, type ToolboxState } from './state.js';

/** Milliseconds between readings of the probabilities and the history: often enough to follow, seldom enough to cost nothing. */
const READ_EVERY = 200;
/** Milliseconds over which frames per second are counted. */
const PACE_EVERY = 500;

type Message<T extends ToWorker['type']> = Extract<ToWorker, { type: T }>;

export class Engine {
  #ctx: Context | undefined;
  #model: Model | undefined;
  /** Of the file that the model is from. */
  #hash = '';
  #preferred: Preferred | undefined;
  #live: Live | undefined;
  #panes: Panes | undefined;
  #reader: { readonly key: string; readonly frames: FrameReader } | undefined;
  #canvases: Message<'open'>['canvases'] | undefined;
  #state: ToolboxState = INITIAL;
  #frame: Message<'frame'> | undefined;
  /** What has to be done: read the frame, compute, draw. */
  readonly #due = { compute: false, draw: false };
  #running = false;
  #paused = false;
  #focus = '';
  #recovering = false;
  /** False once the device has refused a VideoFrame. */
  #takesVideo = true;
  readonly #pace = { since: 0, frames: 0, latency: 0, encode: 0, total: 0 };
  #readAt = 0;
  #hover: Message<'point'> | undefined;

  constructor(private readonly post: (message: FromWorker, transfer?: Transferable[]) => void) {}

  async take(message: ToWorker): Promise<void> {
    try {
      await this.#take(message);
    } catch (error) {
      await this.#fail(error);
    }
  }

  async #take(message: ToWorker): Promise<void> {
    switch (message.type) {
      case 'open':
        this.#canvases = message.canvases;
        await this.#open();
        break;
      case 'model': {
        const model = await readModel(message.files);
        this.#hash = await hashOf(message.files);
        await this.#useModel(model);
        break;
      }
      case 'size':
        if (this.#canvases) {
          this.#canvases[message.pane].width = message.width;
          this.#canvases[message.pane].height = message.height;
        }
        this.#request({ draw: true });
        break;
      case 'state':
        this.#state = message.state;
        await this.#follow();
        break;
      case 'frame':
        this.#frame?.frame.close();
        this.#frame = message;
        this.#request({ compute: true });
        break;
      case 'point':
        this.#hover = message;
        await this.#point(message);
        break;
      case 'pause':
        this.#paused = message.paused;
        if (!message.paused) this.#request({});
        break;
      case 'lose device':
        this.#ctx?.device.destroy();
        break;
    }
  }

  async #open(): Promise<void> {
    const ctx = await openContext();
    this.#ctx = ctx;
    this.post({ type: 'device', adapter: ctx.adapterName, software: ctx.traits.software });
    void ctx.lost.then(() => {
      if (this.#ctx === ctx) void this.#recover();
    });
    if (this.#canvases) this.#panes = createPanes(ctx, this.#canvases);
    if (this.#model) await this.#useModel(this.#model);
  }

  /** A lost device is opened again, and everything that lived on it made again. */
  async #recover(): Promise<void> {
    if (this.#recovering) return;
    this.#recovering = true;
    this.#live = undefined;
    this.#preferred = undefined;
    this.#reader = undefined;
    this.#panes = undefined;
    this.#focus = '';
    try {
      await this.#open();
      this.post({ type: 'recovered' });
    } catch (error) {
      this.post({ type: 'error', message: textOf(error), fatal: true });
    } finally {
      this.#recovering = false;
    }
  }

  async #useModel(model: Model): Promise<void> {
    const ctx = this.#ctx;
    // Until there is a device, the model waits for it.
    this.#model = model;
    if (!ctx) return;
    const live = await createLive(ctx, model);
    if (this.#model !== model || this.#ctx !== ctx) {
      live[Symbol.dispose]();
      return;
    }
    this.#live?.[Symbol.dispose]();
    this.#preferred?.[Symbol.dispose]();
    this.#preferred = new Preferred(ctx, model, this.#hash, (images) => this.post({ type: 'preferred', images }));
    this.#reader?.frames[Symbol.dispose]();
    this.#reader = undefined;
    this.#live = live;
    this.#focus = '';
    this.post({
      type: 'model',
      report: {
        name: model.name,
        layers: live.layers,
        labels: model.labels ?? [],
        input: model.input.shape.slice(1),
        stated: model.preprocessing.stated,
      },
    });
    this.post({ type: 'ready' });
    await this.#follow();
  }

  /** Brings the net into the state: its focus is compiled while the old one goes on. */
  async #follow(): Promise<void> {
    const live = this.#live;
    const state = this.#state;
    if (!live) return;
    const origin = originOf(state);
    const layer = live.layers.find((l) => l.name === origin.layer);
    if (!layer) return;
    live.setSeed(state.seed);
    if (state.unitPane) this.#preferred?.want(state.layer, state.unit);
    const focus = { layer: layer.name, back: state.back, differences: state.shown === 'differences' };
    const key = JSON.stringify(focus);
    const unit = Math.min(origin.unit, layer.shape[1] - 1);
    if (key === this.#focus) {
      live.setUnit(unit);
      this.#request({ compute: true });
      return;
    }
    this.#focus = key;
    this.#request({ draw: true });
    await live.setFocus(focus);
    if (live.focus?.layer === layer.name) live.setUnit(Math.min(originOf(this.#state).unit, layer.shape[1] - 1));
    this.#request({ compute: true });
  }

  #request(what: { readonly compute?: boolean; readonly draw?: boolean }): void {
    this.#due.compute ||= what.compute === true;
    this.#due.draw ||= what.draw === true;
    if (!this.#running && !this.#paused) void this.#run();
  }

  /** Works until nothing is due. */
  async #run(): Promise<void> {
    this.#running = true;
    try {
      while (!this.#paused && this.#ctx && this.#live && this.#panes) {
        const due = this.#due.compute || this.#due.draw;
        if (due) await this.#once(this.#ctx, this.#live, this.#panes);
        // Between the frames of a stream a GPU has room for more; a CPU adapter only when nothing else is to do.
        else if (!this.#preferred?.pending) break;
        if (!due || !this.#ctx.traits.software) await this.#preferred?.work();
      }
    } catch (error) {
      await this.#fail(error);
    } finally {
      this.#running = false;
    }
  }

  async #once(ctx: Context, live: Live, panes: Panes): Promise<void> {
    const began = performance.now();
    const { compute } = this.#due;
    this.#due.compute = false;
    this.#due.draw = false;
    const arrived = this.#frame;
    if (arrived) {
      this.#frame = undefined;
      try {
        await this.#read(ctx, live.model, arrived);
      } finally {
        arrived.frame.close();
        // Another may come, whatever became of this one.
        this.post({ type: 'ready' });
      }
    }
    if (!this.#reader) return;
    if (compute) live.step(this.#reader.frames.buffer);
    panes.show(this.#state, live, this.#reader.frames.buffer);
    const encoded = performance.now() - began;
    await ctx.alive(ctx.device.queue.onSubmittedWorkDone());
    if (arrived) this.#count(arrived.at, encoded);
    await this.#readBack(live);
  }

  /** The frame as the net's input; a reader is made where size or fit are new. */
  async #read(ctx: Context, model: Model, { frame, mirror }: Message<'frame'>): Promise<void> {
    const [width, height] =
      'displayWidth' in frame ? [frame.displayWidth, frame.displayHeight] : [frame.width, frame.height];
    const { fit, contrast } = this.#state;
    const key = JSON.stringify([width, height, fit, contrast]);
    if (this.#reader?.key !== key) {
      const frames = await createFrameReader(ctx, model, { width, height, fit, stretchContrast: contrast });
      this.#reader?.frames[Symbol.dispose]();
      this.#reader = { key, frames };
    }
    const { frames } = this.#reader;
    frames.setMirror(mirror);
    if (this.#takesVideo || !('displayWidth' in frame)) {
      try {
        frames.read(frame);
        return;
      } catch (error) {
        if (!('displayWidth' in frame)) throw error;
        // Chromium's SwiftShader adapter: 'Failed to copy content from video element'. Bitmaps it can copy.
        this.#takesVideo = false;
      }
    }
    const bitmap = await createImageBitmap(frame);
    frames.read(bitmap);
    bitmap.close();
  }

  #count(at: number, encoded: number): void {
    const now = performance.now();
    const latency = performance.timeOrigin + now - at;
    const pace = this.#pace;
    pace.frames++;
    pace.total++;
    pace.latency += latency;
    pace.encode += encoded;
    const since = now - pace.since;
    if (since < PACE_EVERY) return;
    const { frames, encode, total } = pace;
    this.post({
      type: 'pace',
      pace: { fps: (1000 * frames) / since, latency: pace.latency / frames, encode: encode / frames, frames: total },
    });
    Object.assign(pace, { since: now, frames: 0, latency: 0, encode: 0 });
  }

  /** Probabilities, history and the value under the pointer: a few numbers, a few times a second. */
  async #readBack(live: Live): Promise<void> {
    const now = performance.now();
    if (now - this.#readAt < READ_EVERY && this.#frame) return;
    this.#readAt = now;
    const [guesses, values] = await Promise.all([live.guesses(), live.history()]);
    if (live !== this.#live) return;
    this.post({ type: 'guesses', guesses });
    this.post({ type: 'history', values }, [values.buffer]);
    if (this.#hover && !this.#hover.pick) await this.#point(this.#hover);
  }

  async #point({ pane, x, y, pick }: Message<'point'>): Promise<void> {
    const live = this.#live;
    if (pane !== 'grid' || !live) return;
    const spot = this.#panes?.spotAt(x, y);
    if (!spot) {
      this.post({ type: 'hover' });
      return;
    }
    const { channel: unit, h, w } = spot;
    if (pick) this.post({ type: 'picked', unit });
    const { layer } = this.#state;
    const [, , height = 1, width = 1] = live.layers.find((l) => l.name === layer)?.shape ?? [];
    const value = await live.value(layer, (unit * height + h) * width + w);
    this.post({ type: 'hover', unit, h, w, ...(value !== undefined && { value }) });
  }

  async #fail(error: unknown): Promise<void> {
    // The device's end is handled where it is heard of.
    if (isLoss(error)) return;
    const missing = error instanceof Error && 'code' in error && error.code === 'webgpu-unavailable';
    if (missing) this.post({ type: 'no webgpu', message: textOf(error) });
    else this.post({ type: 'error', message: textOf(error), fatal: !this.#ctx });
  }
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
const isLoss = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'device-lost';

async function readModel(files: readonly NetFile[]): Promise<Model> {
  const labels = files.find((f) => f.name.endsWith('.txt'));
  const nets = files.filter((f) => f !== labels);
  if (nets.length === 1 && nets[0].name.endsWith('.safetensors')) return loadSafetensors(nets[0].bytes);
  return importModel([...nets], labels ? { labels: parseLabels(new TextDecoder().decode(labels.bytes)) } : {});
}

/** Tells one net's files from another's. */
async function hashOf(files: readonly NetFile[]): Promise<string> {
  const digests = await Promise.all(files.map(({ bytes }) => crypto.subtle.digest('SHA-256', new Uint8Array(bytes))));
  return digests
    .map((d) => Array.from(new Uint8Array(d, 0, 8), (b) => b.toString(16).padStart(2, '0')).join(''))
    .join('-');
}
