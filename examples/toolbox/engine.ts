// The toolbox's engine: one net on one device, a stream of frames, four views. Runs in a worker and does not access the page.
import { type Context, createLive, type Live, type Model, openContext } from 'convscope';
import { fileSet, type PictureSet, worldSet } from '../shared/pictureSet.js';
import { closeFrame } from './arrayFile.js';
import { Background, type BackgroundNews } from './background.js';
import { type HeatNews, liveMethod, METHODS } from './heat.js';
import { isLoss, Share, textOf } from './jobs.js';
import { readNet, withMore, withPreprocessing, withSize } from './modelFiles.js';
import { keyOfTarget, OpenNet, type ReadNet, targetOf } from './openNet.js';
import { PaceCounter } from './paceCounter.js';
import { Pack } from './packs.js';
import { createPanes, type Panes } from './panes.js';
import type { FrameMessage, FromWorker, OfOpenNet, Pane, ToWorker } from './protocol.js';
import { hashOfSides, readSide, reportOf, sidesOf, tensorsOf } from './sideValues.js';
import { INITIAL, originOf, type ToolboxState } from './state.js';
import { readVector } from './vectorValues.js';
import { WHOLE } from './zoom.js';

/** Milliseconds between readbacks of probabilities and history: often enough to follow, rarely enough to cost nothing. */
const READ_EVERY = 200;
/** On a CPU adapter: milliseconds of background work per millisecond of frames. At 1, frames come half as often. */
const BACKGROUND_SHARE = 1;

/** Errors of a browser without WebGPU, or without an adapter. */
const MISSING: ReadonlySet<string> = new Set(['webgpu-unavailable', 'adapter-unavailable']);

type Message<T extends ToWorker['type']> = Extract<ToWorker, { type: T }>;
type News<T> = T extends OfOpenNet ? Omit<T, 'net'> : never;

export class Engine {
  #ctx: Context | undefined;
  #net: OpenNet | undefined;
  /** The net that is being opened. A lost device interrupts this; it continues on the next device. */
  #opening: (ReadNet & { readonly request?: number }) | undefined;
  /** Opens nets one after another, so that no request applies to a net that is not there yet or is already gone. */
  #queue: Promise<void> = Promise.resolve();
  #nets = 0;
  #asked = 0;
  /** The user's own pictures, if any. */
  #own: PictureSet | undefined;
  #panes: Panes | undefined;
  #canvases: Message<'open'>['canvases'] | undefined;
  /** Requested canvas sizes. Resizing clears a canvas, so sizes are applied just before the next drawing. */
  readonly #sizes = new Map<Pane, Message<'size'>>();
  #state: ToolboxState = INITIAL;
  /** The net that the layers and units in the state belong to. */
  #stateOf = 0;
  #frame: FrameMessage | undefined;
  /** What must be done: compute, draw, read numbers back. */
  readonly #due = { compute: false, draw: false, read: false };
  #running = false;
  #paused = false;
  readonly #pace = new PaceCounter();
  readonly #share = new Share(BACKGROUND_SHARE);
  #readAt = Number.NEGATIVE_INFINITY;
  /** Set while a readback is due but the last one was too recent. */
  #readLater: ReturnType<typeof setTimeout> | undefined;
  #hover: Message<'point'> | undefined;
  #view = WHOLE;

  constructor(private readonly post: (message: FromWorker, transfer?: Transferable[]) => void) {}

  async take(message: ToWorker): Promise<void> {
    try {
      await this.#take(message);
    } catch (error) {
      this.#fail(error, 'request' in message ? message.request : undefined);
    }
  }

  async #take(message: ToWorker): Promise<void> {
    // Ignore messages about a net that was replaced. A state waits for its net.
    if ('net' in message && message.type !== 'state' && message.net !== this.#net?.id) return;
    switch (message.type) {
      case 'open':
        this.#canvases = message.canvases;
        await this.#inTurn(() => this.#open());
        break;
      case 'model': {
        const turn = ++this.#asked;
        await this.#inTurn(() => this.#read(message, turn));
        break;
      }
      case 'more':
        await this.#change(message.net, (model) => withMore(model, message.files), message.request);
        break;
      case 'preprocessing': {
        const { preprocessing, size } = message;
        await this.#change(message.net, async (model, files) => {
          const sized = size && files ? await withSize(model, files, size) : model;
          return withPreprocessing(sized, preprocessing);
        });
        break;
      }
      case 'side':
        await this.#inTurn(() => this.#give(message));
        break;
      case 'results':
        await this.#inTurn(() => this.#showResults(message));
        break;
      case 'pictures':
        this.#own = fileSet(message.files);
        if (this.#net) await this.#renewBackground(this.#net);
        break;
      case 'size':
        this.#sizes.set(message.pane, message);
        this.#request({ draw: true });
        break;
      case 'state':
        this.#state = message.state;
        this.#stateOf = message.net;
        if (this.#net) await this.#during(this.#net, this.#follow(this.#net));
        break;
      case 'frame':
        if (this.#frame) closeFrame(this.#frame.frame);
        this.#frame = message;
        this.#request({ compute: true });
        break;
      case 'point':
        this.#hover = message;
        if (this.#net) await this.#during(this.#net, this.#point(this.#net, message));
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

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#queue.then(work);
    this.#queue = done.catch(() => undefined);
    return done;
  }

  async #open(): Promise<void> {
    const ctx = await openContext();
    this.#ctx = ctx;
    this.post({ type: 'device', adapter: ctx.adapterName, software: ctx.traits.software });
    void ctx.lost.then(() => {
      if (this.#ctx === ctx) void this.#recover();
    });
    this.post({ type: 'methods', methods: METHODS });
    if (this.#canvases) this.#panes = createPanes(ctx, this.#canvases);
  }

  /** Opens a new device after a loss, and creates everything on it again. */
  async #recover(): Promise<void> {
    this.post({ type: 'lost' });
    const lost = this.#net;
    this.#ctx = undefined;
    this.#close();
    this.#panes = undefined;
    try {
      await this.#inTurn(async () => {
        await this.#open();
        const again = this.#opening ?? lost?.net;
        if (again) await this.#openNet(again);
      });
      this.post({ type: 'recovered' });
    } catch (error) {
      this.post({ type: 'error', message: textOf(error), fatal: true });
    }
  }

  /** Reads a net's files and opens it. Only the latest of several requests is used. */
  async #read(message: Message<'model'>, turn: number): Promise<void> {
    if (turn !== this.#asked) return;
    const { files, request } = message;
    const read = await readNet(files, message);
    const net: ReadNet = { ...read, ...(message.pack !== undefined && { pack: message.pack }) };
    const { model } = net;
    if (turn !== this.#asked) return;
    if (model.weightless) this.post({ type: 'no weights', name: model.name, request });
    else await this.#openNet({ ...net, request, ...(model.input.openSize && { files }) });
  }

  /** Opens the current net again with a change. */
  #change(
    id: number,
    changed: (model: Model, files?: ReadNet['files']) => Model | Promise<Model>,
    request?: number,
  ): Promise<void> {
    return this.#inTurn(async () => {
      const open = this.#net;
      if (open?.id !== id) return;
      const { net, sides } = open;
      const model = await changed(net.model, net.files);
      await this.#openNet({ ...net, model, sides, ...(request !== undefined && { request }) });
    });
  }

  async #openNet(opening: ReadNet & { readonly request?: number }): Promise<void> {
    const ctx = this.#ctx;
    if (!ctx) return;
    this.#opening = opening;
    const { model, request } = opening;
    const sides = sidesOf(model, opening.sides);
    // Compiles with the expected target at once, to avoid compiling twice.
    const target = targetOf(this.#state);
    const known = model.layers.some((l) => l.output === target.layer);
    let live: Live;
    try {
      live = await createLive(ctx, model, { inputs: tensorsOf(sides), ...(known && { target }) });
    } catch (error) {
      // If the device was lost in the meantime, a new one is opened, and this net on it.
      if (!isLoss(error)) this.#opening = undefined;
      throw error;
    }
    // Without its pack, or with a damaged one, all is computed.
    const pack = opening.pack === '' ? undefined : await Pack.open(model, opening.pack).catch(() => undefined);
    if (this.#ctx !== ctx) {
      live[Symbol.dispose]();
      return;
    }
    this.#opening = undefined;
    const explained = {
      tell: (news: HeatNews) => this.#tell(net, { type: 'attribution', news }),
      changed: () => this.#request({ draw: true }),
    };
    const net: OpenNet = new OpenNet(ctx, ++this.#nets, opening, live, sides, pack, explained);
    this.#close();
    this.#net = net;
    await this.#renewBackground(net);
    this.post({ type: 'model', report: net.report, ...(request !== undefined && { request }) });
    this.post({ type: 'ready' });
    // Next, the page says what to show of this net. The old state names layers of the previous net.
  }

  /** Changes the value of a further input of the open net. */
  async #give({ net: id, name, value }: Message<'side'>): Promise<void> {
    const [ctx, net] = [this.#ctx, this.#net];
    if (!ctx || net?.id !== id) return;
    const side = await readSide(ctx, net.live.model, name, value, () => net.present(ctx));
    if (net !== this.#net) return;
    net.sides = new Map(net.sides).set(name, side);
    net.live.setInput(name, side.tensor.data);
    this.#tell(net, { type: 'sides', sides: reportOf(net.sides) });
    this.#request({ compute: true });
    await this.#renewBackground(net);
  }

  /** Shows results of the commands in place of what is computed for the open net. */
  async #showResults({ net: id, folder }: Message<'results'>): Promise<void> {
    const net = this.#net;
    if (net?.id !== id) return;
    const said = await net.show(folder);
    await this.#renewBackground(net);
    this.#tell(net, { type: 'results', ...said });
    this.#request({ draw: true });
  }

  /** Closes the open net, and clears the panes. */
  #close(): void {
    this.#net?.[Symbol.dispose]();
    this.#net = undefined;
    this.#hover = undefined;
    this.#forgetNumbers();
    if (this.#ctx) this.#panes?.clear();
  }

  /** Restarts the background work, for another net or other pictures. */
  async #renewBackground(net: OpenNet): Promise<void> {
    const ctx = this.#ctx;
    net.background?.[Symbol.dispose]();
    net.background = undefined;
    const { sides } = net;
    const hash = `${net.net.hash}${await hashOfSides(sides)}`;
    if (!ctx || net !== this.#net || sides !== net.sides) return;
    const [, H, W] = net.live.model.input.shape.slice(1);
    // Further inputs change what units see.
    const pack = sides.size === 0 ? net.pack : undefined;
    const set = this.#own ?? worldSet(Math.max(H, W), pack?.searched || undefined);
    const post = (news: BackgroundNews) => {
      this.#tell(net, news);
      if (news.type === 'patterns') this.#request({ draw: true });
    };
    net.background = new Background(
      ctx,
      net.live,
      net.layers,
      tensorsOf(sides),
      hash,
      { set, isOwn: set === this.#own, pack, results: net.results },
      post,
      () => this.#request({}),
    );
    if (this.#stateOf === net.id) net.background.want(this.#state);
  }

  /** Sends a message about a net, if it is still open. */
  #tell(net: OpenNet, news: News<OfOpenNet>, transfer?: Transferable[]): void {
    if (net === this.#net) this.post({ ...news, net: net.id }, transfer);
  }

  /** Updates the net to the state. A new target is compiled while the old one continues. */
  async #follow(net: OpenNet): Promise<void> {
    const { live } = net;
    const state = this.#state;
    if (this.#stateOf !== net.id) return;
    const origin = originOf(state);
    const layer = live.layers.find((l) => l.name === origin.layer);
    if (!layer) return;
    live.setSeed(state.seed);
    net.background?.want(state);
    const target = targetOf(state, liveMethod(state.attribution));
    const key = keyOfTarget(target);
    net.heat.follow(state);
    if (key !== net.asked) {
      net.asked = key;
      this.#request({ draw: true });
      await net.heat.setTarget(target, origin.unit);
    }
    // The unit belongs to the layer of the target. If another target is being compiled, its unit is set afterwards.
    const { layer: wanted, unit } = originOf(this.#state);
    if (net !== this.#net || live.target?.layer !== wanted) return;
    net.unit = unit;
    live.setUnit(unit);
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
      while (!this.#paused && this.#ctx && this.#net && this.#panes) {
        const net = this.#net;
        const due = this.#due.compute || this.#due.draw || this.#due.read;
        const from = performance.now();
        if (this.#due.compute || this.#due.draw) await this.#during(net, this.#once(this.#ctx, net, this.#panes));
        else if (this.#due.read && net.shown) await this.#during(net, this.#readBack(net));
        else if (!net.shown || !net.background?.pending) break;
        if (due) this.#share.frames(performance.now() - from);
        // A GPU has spare time between the frames of a stream. A CPU adapter alternates between frames and background work.
        if (net.shown && (!due || !this.#ctx?.traits.software || this.#share.isDue)) await this.#workBehind(net);
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#running = false;
    }
  }

  async #workBehind(net: OpenNet): Promise<void> {
    if (net !== this.#net || !net.background?.pending) return;
    const from = performance.now();
    await net.background.work();
    this.#share.work(performance.now() - from);
  }

  /** Waits for work with a net. If the net was replaced in the meantime, the result and errors are ignored. */
  async #during(net: OpenNet, work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      if (net === this.#net) throw error;
    }
  }

  async #once(ctx: Context, net: OpenNet, panes: Panes): Promise<void> {
    const began = performance.now();
    const { compute } = this.#due;
    this.#due.compute = false;
    this.#due.draw = false;
    const arrived = this.#frame;
    const waited = arrived ? await this.#readFrame(net, panes, arrived) : 0;
    const { live, picture } = net;
    const { buffer } = net.input;
    if (net !== this.#net || this.#stateOf !== net.id || !buffer || !picture) return;
    const state = this.#state;
    if (compute || !net.isComputed) net.step(buffer, picture, state);
    const sprites = net.background?.sprites(state.layer);
    this.#resize();
    const fresh = net.isFresh(state);
    const map = net.mapOf(state);
    panes.show(state, live, buffer, { sprites, view: this.#view }, fresh, map);
    const { layer, unit, shown, zoom, back } = state;
    const origin = back !== 'off' && fresh ? originOf(state) : undefined;
    const over = map && { method: state.attribution, unit: originOf(state), meaning: map.meaning, drawn: map.drawn };
    net.shown = {
      unit: { layer, unit },
      shown,
      zoom,
      fresh,
      picture,
      ...(origin && { origin }),
      ...(over && { map: over }),
    };
    const { fresh: _fresh, zoom: _zoom, ...drawn } = net.shown;
    const encoded = performance.now() - began - waited;
    await ctx.alive(ctx.device.queue.onSubmittedWorkDone());
    this.#tell(net, { type: 'drawn', drawn });
    const pace = arrived && this.#pace.count(arrived.at, encoded);
    if (pace) this.post({ type: 'pace', pace });
    const wait = this.#readAt + READ_EVERY - performance.now();
    // A still picture gets its own probabilities at once.
    if (wait <= 0 || arrived?.live === false) await this.#readBack(net);
    else this.#readLater ??= setTimeout(() => this.#request({ read: true }), wait);
  }

  /** Puts a frame into the net's input. Returns the milliseconds spent waiting. */
  async #readFrame(net: OpenNet, panes: Panes, arrived: FrameMessage): Promise<number> {
    this.#frame = undefined;
    try {
      const waited = await net.input.read(arrived, this.#state);
      net.picture = { name: arrived.name, at: arrived.at };
      return waited;
    } catch (error) {
      // The input now contains neither this picture nor the previous one.
      net.picture = undefined;
      net.shown = undefined;
      if (net === this.#net) panes.clear();
      throw error;
    } finally {
      closeFrame(arrived.frame);
      // Another frame may come, whatever happened to this one.
      this.post({ type: 'ready' });
    }
  }

  #resize(): void {
    for (const [pane, { width, height }] of this.#sizes) {
      const canvas = this.#canvases?.[pane];
      // Setting a canvas's size clears it, even if the size is the same.
      if (canvas && (canvas.width !== width || canvas.height !== height)) Object.assign(canvas, { width, height });
    }
    this.#sizes.clear();
  }

  /** Reads probabilities, history and the value under the pointer: a few numbers, a few times a second. */
  async #readBack(net: OpenNet): Promise<void> {
    this.#forgetNumbers();
    this.#readAt = performance.now();
    const { live, followed, picture } = net;
    const { target } = live;
    const [guesses, values] = await Promise.all([live.guesses().catch(noneOfNumbers), live.history()]);
    // Just after a change of target there are none yet, so the last ones stay.
    if (picture && guesses?.length !== 0 && !live.model.seeded)
      this.#tell(net, { type: 'guesses', guesses: guesses ?? [], at: picture.at });
    // Another unit may have been selected while they were being read.
    if (followed && live.target === target && net.unit === followed.unit) {
      this.#tell(net, { type: 'history', unit: followed, values }, [values.buffer]);
    }
    await this.#readVector(net);
    if (!guesses || net.notFinite) await this.#name(net);
    if (this.#hover && !this.#hover.pick) await this.#point(net, this.#hover);
  }

  /** Names and values are drawn over the picture, so they must belong to it. */
  async #readVector(net: OpenNet): Promise<void> {
    const { shown } = net;
    if (!shown) return;
    const canvas = this.#canvases?.grid ?? { width: 0, height: 0 };
    const asked = { layer: shown.unit.layer, zoom: shown.zoom, shown: shown.shown };
    const read = await readVector(net.live, asked, this.#panes?.layout, canvas);
    if (read && net.shown === shown) this.#tell(net, { type: 'vector', read }, [read.values.buffer]);
  }

  /** Cancels pending readbacks. */
  #forgetNumbers(): void {
    clearTimeout(this.#readLater);
    this.#readLater = undefined;
    this.#due.read = false;
    this.#readAt = Number.NEGATIVE_INFINITY;
  }

  /** Reports the first layer with NaN or infinite activations; they spread to all later layers. */
  async #name(net: OpenNet): Promise<void> {
    let found: string | undefined;
    for (const { name } of net.live.layers) {
      const numbers = await net.live.read(name);
      if (numbers?.every(Number.isFinite) !== false) continue;
      found = name;
      break;
    }
    if (found === net.notFinite) return;
    net.notFinite = found;
    this.#tell(net, { type: 'not finite', ...(found !== undefined && { layer: found }) });
  }

  /** Reports what is under the pointer in the current drawing, which may differ from the latest state. */
  async #point(net: OpenNet, { pane, x, y, pick }: Message<'point'>): Promise<void> {
    if (pane !== 'grid') return;
    const { shown, live } = net;
    const canvas = this.#canvases?.grid ?? { width: 0, height: 0 };
    const spot = shown?.zoom === 'off' ? this.#panes?.spotAt(x * canvas.width, y * canvas.height) : undefined;
    if (!shown || !spot) {
      this.#tell(net, { type: 'hover' });
      return;
    }
    const { h, w } = spot;
    const unit = { layer: shown.unit.layer, unit: spot.channel };
    if (pick) this.#tell(net, { type: 'picked', unit });
    // A preferred image has no values, and its pixels are not positions of the map.
    if (shown.shown === 'patterns') {
      this.#tell(net, { type: 'hover', unit });
      return;
    }
    const [, , height = 1, width = 1] = live.layers.find((l) => l.name === unit.layer)?.shape ?? [];
    const index = (unit.unit * height + h) * width + w;
    const kind = shown.shown === 'differences' ? 'difference' : 'activation';
    // The backpropagated signal of another unit is neither drawn nor reported.
    const value = kind === 'activation' || shown.fresh ? await live.value(unit.layer, index, kind) : undefined;
    if (net.shown?.shown !== shown.shown || net.shown.unit.layer !== unit.layer) return;
    this.#tell(net, { type: 'hover', unit, h, w, ...(value !== undefined && { value }) });
  }

  /** The current activations of a layer, for tests and debugging. */
  activations(layer: string): Promise<Float32Array | undefined> {
    return this.#net?.live.read(layer) ?? Promise.resolve(undefined);
  }

  /** The current value at `[unit, h, w]`, for tests and debugging. */
  valueAt(layer: string, place: readonly number[], kind: 'activation' | 'difference'): Promise<number | undefined> {
    const live = this.#net?.live;
    const [, ...shape] = live?.layers.find((l) => l.name === layer)?.shape ?? [];
    const index = shape.reduce((sum, size, axis) => sum * size + (place[axis] ?? 0), 0);
    return live?.value(layer, index, kind) ?? Promise.resolve(undefined);
  }

  #fail(error: unknown, request?: number): void {
    // A lost device is handled elsewhere.
    if (isLoss(error)) return;
    const missing = error instanceof Error && 'code' in error && MISSING.has(String(error.code));
    const message = textOf(error);
    if (missing) this.post({ type: 'no webgpu', message });
    else this.post({ type: 'error', message, fatal: !this.#ctx, ...(request !== undefined && { request }) });
  }
}

/** Probabilities that are NaN are not shown. */
function noneOfNumbers(error: unknown): undefined {
  if (!(error instanceof Error && 'code' in error && error.code === 'not-finite')) throw error;
}
