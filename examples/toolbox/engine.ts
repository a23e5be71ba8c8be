// The toolbox's engine: one net on one device, one frame after another, four views. Runs in a worker; knows no page.
import { type Context, createLive, type Live, type LiveFocus, type Model, openContext } from 'convscope';
import { FrameInput } from './frameInput.js';
import { isLoss, Jobs, textOf } from './jobs.js';
import { hashOf, readModel, withMore, withPreprocessing } from './modelFiles.js';
import { createPanes, type Panes } from './panes.js';
import { Patterns } from './patterns.js';
import { fileSet, type PictureSet, worldSet } from './pictureSet.js';
import { PictureStore } from './pictureStore.js';
import { Preferred } from './preferred.js';
import type { FrameMessage, FromWorker, Pane, ToWorker } from './protocol.js';
import { INITIAL, originOf, type ToolboxState } from './state.js';
import { TopPictures } from './topPictures.js';
import { readVector } from './vectorValues.js';
import { WHOLE } from './zoom.js';

/** Milliseconds between readings of the probabilities and the history: often enough to follow, seldom enough to cost nothing. */
const READ_EVERY = 200;
/** Milliseconds over which frames per second are counted. */
const PACE_EVERY = 500;

/** Errors of a browser that has no WebGPU, or no adapter for it. */
const MISSING: ReadonlySet<string> = new Set(['webgpu-unavailable', 'adapter-unavailable']);

type Message<T extends ToWorker['type']> = Extract<ToWorker, { type: T }>;

/** What is done behind the panes for the unit under the cursor. */
interface Background extends Disposable {
  readonly jobs: Jobs;
  readonly preferred: Preferred;
  readonly top: TopPictures;
  readonly patterns: Patterns;
}

export class Engine {
  #ctx: Context | undefined;
  #model: Model | undefined;
  /** Of the file that the model is from. */
  #hash = '';
  #asked = 0;
  #background: Background | undefined;
  /** The person's own pictures, where there are any. */
  #own: PictureSet | undefined;
  #notFinite: string | undefined;
  #live: Live | undefined;
  #panes: Panes | undefined;
  #input: FrameInput | undefined;
  #canvases: Message<'open'>['canvases'] | undefined;
  /** Sizes that canvases are to have: a canvas is empty from its new size to the next drawing, so they come together. */
  readonly #sizes = new Map<Pane, Message<'size'>>();
  #state: ToolboxState = INITIAL;
  #frame: FrameMessage | undefined;
  /** What has to be done: compute, draw, read numbers back. */
  readonly #due = { compute: false, draw: false, read: false };
  #running = false;
  /** True once a picture has been drawn: until then nothing is done behind the panes. */
  #drawn = false;
  #paused = false;
  #focus = '';
  #recovering = false;
  readonly #pace = { since: 0, frames: 0, latency: 0, encode: 0, total: 0 };
  #readAt = Number.NEGATIVE_INFINITY;
  /** Set while numbers are due but were read too short a while ago. */
  #readLater: ReturnType<typeof setTimeout> | undefined;
  #hover: Message<'point'> | undefined;
  #view = WHOLE;

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
        const turn = ++this.#asked;
        const [model, hash] = await Promise.all([readModel(message.files, message), hashOf(message.files)]);
        // Of several that are asked for at once, the last is wanted.
        if (turn !== this.#asked) break;
        this.#hash = hash;
        await this.#useModel(model);
        break;
      }
      case 'more':
        if (this.#model) await this.#useModel(withMore(this.#model, message.files));
        break;
      case 'preprocessing':
        if (this.#model) await this.#useModel(withPreprocessing(this.#model, message.preprocessing));
        break;
      case 'pictures':
        this.#own = fileSet(message.files);
        this.#renewBackground();
        break;
      case 'size':
        this.#sizes.set(message.pane, message);
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
        if (this.#live) await this.#during(this.#live, this.#point(message));
        break;
      case 'view':
        this.#view = message.view;
        this.#request({ draw: true });
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
    this.post({ type: 'lost' });
    this.#live = undefined;
    this.#forgetNumbers();
    this.#background?.[Symbol.dispose]();
    this.#background = undefined;
    this.#input = undefined;
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
    // With the focus at once where it is known: after a lost device it need not be compiled twice.
    const focus = this.#focusOf(this.#state);
    const known = model.layers.some((l) => l.output === focus.layer);
    const live = await createLive(ctx, model, known ? { focus } : {});
    if (this.#model !== model || this.#ctx !== ctx) {
      live[Symbol.dispose]();
      return;
    }
    this.#live?.[Symbol.dispose]();
    this.#input?.[Symbol.dispose]();
    this.#input = new FrameInput(ctx, model);
    this.#live = live;
    this.#drawn = false;
    this.#forgetNumbers();
    this.#focus = known ? JSON.stringify(focus) : '';
    this.#notFinite = undefined;
    this.#renewBackground();
    this.post({
      type: 'model',
      report: {
        name: model.name,
        layers: live.layers,
        labels: model.labels ?? [],
        input: model.input.shape.slice(1),
        preprocessing: model.preprocessing,
      },
    });
    this.post({ type: 'ready' });
    await this.#follow();
  }

  /** Begins the work behind the panes anew: for another net, or other pictures. */
  #renewBackground(): void {
    const [ctx, live] = [this.#ctx, this.#live];
    this.#background?.[Symbol.dispose]();
    this.#background = undefined;
    if (!ctx || !live) return;
    const { model } = live;
    const [, H, W] = model.input.shape.slice(1);
    const { order, mean, scale, fit } = model.preprocessing;
    // Another preprocessing makes other pictures.
    const way = JSON.stringify([order, 'shape' in mean ? mean.shape : mean, scale, fit]);
    const store = new PictureStore(`${this.#hash}-${way}`);
    const searched = live.layers.filter(({ shape }) => shape.length === 2 || shape.length === 4).map((l) => l.name);
    const preferred = new Preferred(ctx, model, store, (images) => this.post({ type: 'preferred', images }));
    const top = new TopPictures(ctx, model, searched, store, this.#own ?? worldSet(Math.max(H, W)), (found) =>
      this.post({ type: 'top', top: found }),
    );
    const patterns = new Patterns(ctx, model, store, (progress) => {
      this.post({ type: 'patterns', progress });
      this.#request({ draw: true });
    });
    const jobs = new Jobs([top, preferred, patterns]);
    this.#background = { jobs, preferred, top, patterns, [Symbol.dispose]: () => jobs[Symbol.dispose]() };
    this.#wantPictures();
  }

  /** Tells the work behind the panes what the state asks for. */
  #wantPictures(): void {
    const background = this.#background;
    if (!background) return;
    const { layer, unit, unitPane, shown } = this.#state;
    const units = this.#live?.layers.find((l) => l.name === layer)?.shape[1];
    const wanted = unitPane && units !== undefined && unit < units ? { layer, unit } : undefined;
    background.preferred.want(wanted);
    background.top.want(wanted);
    background.patterns.want(shown === 'patterns' && units ? { layer, units, first: unit } : undefined);
  }

  #focusOf(state: ToolboxState): LiveFocus {
    return { layer: originOf(state).layer, back: state.back, differences: state.shown === 'differences' };
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
    this.#wantPictures();
    const focus = this.#focusOf(state);
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

  #request(what: Partial<Record<'compute' | 'draw' | 'read', true>>): void {
    Object.assign(this.#due, what);
    if (!this.#running && !this.#paused) void this.#run();
  }

  /** Works until nothing is due. */
  async #run(): Promise<void> {
    this.#running = true;
    try {
      while (!this.#paused && this.#ctx && this.#live && this.#input && this.#panes) {
        const due = this.#due.compute || this.#due.draw || this.#due.read;
        if (this.#due.compute || this.#due.draw)
          await this.#during(this.#live, this.#once(this.#ctx, this.#live, this.#input, this.#panes));
        else if (this.#due.read && this.#drawn) await this.#during(this.#live, this.#readBack(this.#live));
        // Between the frames of a stream a GPU has room for more; a CPU adapter only when nothing else is to do.
        else if (!this.#drawn || !this.#background?.jobs.pending) break;
        if (this.#drawn && (!due || !this.#ctx.traits.software)) await this.#background?.jobs.work();
      }
    } catch (error) {
      await this.#fail(error);
    } finally {
      this.#running = false;
    }
  }

  /** Work with a net; where it was replaced meanwhile, what became of the work is nobody's concern. */
  async #during(live: Live, work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      if (live === this.#live) throw error;
    }
  }

  async #once(ctx: Context, live: Live, input: FrameInput, panes: Panes): Promise<void> {
    const began = performance.now();
    const { compute } = this.#due;
    this.#due.compute = false;
    this.#due.draw = false;
    const arrived = this.#frame;
    let waited = 0;
    if (arrived) {
      this.#frame = undefined;
      try {
        waited = await input.read(arrived, this.#state);
      } finally {
        arrived.frame.close();
        // Another may come, whatever became of this one.
        this.post({ type: 'ready' });
      }
    }
    if (!input.buffer) return;
    if (compute) live.step(input.buffer);
    const sprites = this.#background?.patterns.sprites(this.#state.layer);
    this.#resize();
    panes.show(this.#state, live, input.buffer, { sprites, view: this.#view });
    const encoded = performance.now() - began - waited;
    await ctx.alive(ctx.device.queue.onSubmittedWorkDone());
    if (arrived) this.#count(arrived.at, encoded);
    this.#drawn ||= arrived !== undefined;
    const wait = this.#readAt + READ_EVERY - performance.now();
    if (wait <= 0) await this.#readBack(live);
    else this.#readLater ??= setTimeout(() => this.#request({ read: true }), wait);
  }

  #resize(): void {
    for (const [pane, { width, height }] of this.#sizes) {
      const canvas = this.#canvases?.[pane];
      // To be given the size that it has empties a canvas too.
      if (canvas && (canvas.width !== width || canvas.height !== height)) Object.assign(canvas, { width, height });
    }
    this.#sizes.clear();
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
    this.#forgetNumbers();
    this.#readAt = performance.now();
    const [guesses, values] = await Promise.all([live.guesses().catch(noneOfNumbers), live.history()]);
    if (live !== this.#live) return;
    // Just after a change of focus there are none yet: the last ones stay.
    if (guesses?.length !== 0) this.post({ type: 'guesses', guesses: guesses ?? [] });
    this.post({ type: 'history', values }, [values.buffer]);
    const canvas = this.#canvases?.grid ?? { width: 0, height: 0 };
    const read = await readVector(live, this.#state, this.#panes?.layout, canvas);
    if (live !== this.#live) return;
    if (read) this.post({ type: 'vector', read }, [read.values.buffer]);
    if (!guesses || this.#notFinite) await this.#name(live);
    if (this.#hover && !this.#hover.pick) await this.#point(this.#hover);
  }

  /** Nothing is due to be read: what was is read now, or belongs to a net that is gone. */
  #forgetNumbers(): void {
    clearTimeout(this.#readLater);
    this.#readLater = undefined;
    this.#due.read = false;
    this.#readAt = Number.NEGATIVE_INFINITY;
  }

  /** Names the first layer whose activations are no numbers: a NaN goes through all that follow. */
  async #name(live: Live): Promise<void> {
    let found: string | undefined;
    for (const { name } of live.layers) {
      const numbers = await live.read(name);
      if (numbers?.every(Number.isFinite) !== false) continue;
      found = name;
      break;
    }
    if (live !== this.#live || found === this.#notFinite) return;
    this.#notFinite = found;
    this.post({ type: 'not finite', ...(found !== undefined && { layer: found }) });
  }

  async #point({ pane, x, y, pick }: Message<'point'>): Promise<void> {
    const live = this.#live;
    if (pane !== 'grid' || !live) return;
    const canvas = this.#canvases?.grid ?? { width: 0, height: 0 };
    const spot = this.#panes?.spotAt(x * canvas.width, y * canvas.height);
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

  /** What a layer holds now: for tests and the curious. */
  activations(layer: string): Promise<Float32Array | undefined> {
    return this.#live?.read(layer) ?? Promise.resolve(undefined);
  }

  async #fail(error: unknown): Promise<void> {
    // The device's end is handled where it is heard of.
    if (isLoss(error)) return;
    const missing = error instanceof Error && 'code' in error && MISSING.has(String(error.code));
    if (missing) this.post({ type: 'no webgpu', message: textOf(error) });
    else this.post({ type: 'error', message: textOf(error), fatal: !this.#ctx });
  }
}

/** Probabilities that are no numbers are none. */
function noneOfNumbers(error: unknown): undefined {
  if (!(error instanceof Error && 'code' in error && error.code === 'not-finite')) throw error;
}
