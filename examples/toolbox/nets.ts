// The toolbox's nets: which ones can be opened, which one is open, and how they are loaded from the page's site, the zoo, or
// files.
import { BUILT_IN, fetchBuiltIn, inputOf, takesPictures } from '../shared/builtIn.js';
import { showNet, showOpening } from './display.js';
import {
  areKept,
  askToPersist,
  type FileStore,
  fetchFile,
  type KeptFile,
  opfsStore,
  readKept,
  removeFiles,
  sha256Of,
} from './modelCache.js';
import { isLabels, isMore, type NetGiven } from './modelFiles.js';
import type { Page } from './page.js';
import type { ModelReport, NetFile } from './protocol.js';
import { type Recent, readRecents, remembered, sameNet, unlike, writeRecents } from './recents.js';
import { INITIAL, type ToolboxState } from './state.js';
import { bytesOf, fetchZoo, type ZooNet } from './zoo.js';

/** A download in progress. */
export interface Transfer {
  readonly loaded: number;
  readonly total: number;
  /** Milliseconds left at the current speed; absent until it is known. */
  readonly left?: number;
}

/** A net of the zoo, and its state. */
export interface ZooState {
  readonly net: ZooNet;
  readonly kept: boolean;
  readonly transfer?: Transfer;
  readonly problem?: string;
}

/** What the page changes when a net has been opened. */
export interface Opened {
  /** The name of the net in the address, and the requested view of it. */
  readonly place: Partial<ToolboxState>;
  /** A message to show once the page is not empty. */
  readonly notice: string;
}

/** A net without weights. */
export interface Weightless {
  readonly name: string;
  /** Opens it with random weights from a seed. */
  openSeeded(): void;
}

/** A request to the worker to open a net. */
interface NetRequest extends NetGiven {
  /** Files to store when the net is open; absent for nets that are stored elsewhere. */
  readonly own?: readonly OwnFile[];
  /** Opens the net again with random weights, if it has none. */
  readonly again: (seeded: true) => void;
}

/** A request to the worker: a net, or labels and a mean for the open net. */
type Request = NetRequest | { readonly more: readonly OwnFile[] };

interface OwnFile extends KeptFile {
  readonly content: Uint8Array<ArrayBuffer>;
}

export class Nets {
  readonly #store: FileStore = opfsStore();
  #zoo: readonly ZooNet[] = [];
  #recents: readonly Recent[] = [];
  readonly #kept = new Set<string>();
  readonly #transfers = new Map<string, Transfer & { readonly control: AbortController }>();
  readonly #problems = new Map<string, string>();
  readonly #ready: Promise<void>;
  /** Requests that the worker has not answered yet, by their number. */
  readonly #requests = new Map<number, Request>();
  #last = 0;
  /** The text of a net that waits for its weights. */
  #waiting: readonly NetFile[] = [];
  #asked: { readonly name: string; readonly view: Partial<ToolboxState> } | undefined;
  #notice = '';
  #stopped = false;
  #open: { readonly name: string; readonly first: ModelReport['preprocessing']; readonly given: boolean } | undefined;

  /** `changed` is called when the lists change. */
  constructor(
    private readonly page: Page,
    private readonly changed: () => void,
  ) {
    this.#ready = this.#read();
  }

  async #read(): Promise<void> {
    [this.#zoo, this.#recents] = await Promise.all([
      fetchZoo().catch((error: unknown) => {
        this.#notice = wordsOf(error);
        return [];
      }),
      readRecents(this.#store),
    ]);
    await this.#lookWhatIsKept();
  }

  /** The zoo's nets with their state. */
  get zoo(): readonly ZooState[] {
    return this.#zoo.map((net) => {
      const transfer = this.#transfers.get(net.name);
      const problem = this.#problems.get(net.name);
      return { net, kept: this.#kept.has(net.name), ...(transfer && { transfer }), ...(problem && { problem }) };
    });
  }

  get recents(): readonly Recent[] {
    return this.#recents;
  }

  /** Name of the open net. */
  get current(): string | undefined {
    return this.#open?.name;
  }

  /** The zoo net that a link asks for and that is not open yet. The address keeps its name. */
  get awaited(): string | undefined {
    const name = this.#asked?.name;
    const isOffered = this.page.state.nets && this.#zoo.some((net) => net.name === name);
    return name !== undefined && name !== this.current && (isOffered || this.#transfers.has(name)) ? name : undefined;
  }

  /** Stops opening nets, because nothing can be computed. */
  stop(): void {
    this.#stopped = true;
  }

  /** Opens the net that an address or a button names; `view` is what to show of it. */
  async open(name: string, view: Partial<ToolboxState> = {}): Promise<void> {
    await this.#ready;
    if (this.#stopped) return;
    this.#asked = { name, view };
    const zoo = this.#zoo.find((net) => net.name === name);
    const recent = this.#recents.find((net) => net.name === name);
    try {
      if (BUILT_IN.some((net) => net.name === name)) await this.#openBuiltIn(name);
      else if (zoo && this.#kept.has(name)) await this.download(zoo);
      else if (recent) await this.#openRecent(recent);
      else await this.#openNone(name, zoo);
    } catch (error) {
      showNet(this.page.net);
      this.#say(wordsOf(error));
      await this.#openFirst();
    }
  }

  /** Shows an error, and shows it again when the first net is open, because opening clears messages. */
  #say(message: string): void {
    this.page.warn(message);
    if (!this.page.net) this.#notice = message;
  }

  /** Handles a net that is not available: offers a zoo net, or lists the known names. */
  async #openNone(name: string, zoo: ZooNet | undefined): Promise<void> {
    if (zoo) this.page.change({ nets: true });
    else {
      const list = (names: readonly string[]) => names.join(', ') || 'none';
      this.#say(
        `There is no net '${name}' here. Built in: ${list(BUILT_IN.map((n) => n.name))}. ` +
          `Zoo: ${list(this.#zoo.map((n) => n.name))}. Recent: ${list(this.#recents.map((n) => n.name))}.`,
      );
      this.#asked = undefined;
    }
    await this.#openFirst();
  }

  /** Opens the default net on a page without a net. */
  async #openFirst(): Promise<void> {
    if (!this.page.net && this.#requests.size === 0)
      await this.#openBuiltIn(INITIAL.model).catch((e) => this.page.warn(wordsOf(e)));
  }

  async #openBuiltIn(name: string): Promise<void> {
    this.#sayOpening(name);
    const bytes = await fetchBuiltIn(name);
    const input = inputOf(bytes);
    if (!takesPictures(input)) {
      throw new Error(`${name} takes ${input.join('×')}, and the toolbox shows nets that take pictures: N×3×H×W.`);
    }
    this.#send([{ name: `${name}.safetensors`, bytes }], { name, again: () => undefined });
  }

  async #openRecent(recent: Recent, { forget = false, seeded = false } = {}): Promise<void> {
    const { name, files, preprocessing, size } = recent;
    this.#sayOpening(name);
    const read = await Promise.all(files.map((file) => readKept(this.#store, file)));
    const lost = files.filter((_, i) => !read[i]).map((file) => file.name);
    if (lost.length > 0) {
      await this.remove(name);
      throw new Error(
        `${name} can no longer be opened: the browser has cleared ${lost.join(', ')}. Open its files again.`,
      );
    }
    const whole = files.flatMap((file, i) => (read[i] ? [{ name: file.name, bytes: read[i] }] : []));
    const given = forget ? undefined : preprocessing;
    this.#send(whole, {
      name,
      ...(given && { preprocessing: given }),
      ...(size && { size }),
      ...(seeded && { seeded }),
      own: [],
      again: () => void this.#openRecent(recent, { seeded: true }).catch((error) => this.#say(wordsOf(error))),
    });
    await this.#remember({ name, files, ...(given && { preprocessing: given }), ...(size && { size }) });
  }

  /** Opens dropped or chosen files: a net, or labels and a mean for the open net. */
  async take(dropped: readonly NetFile[]): Promise<void> {
    await this.#ready;
    this.page.change({ nets: false });
    const { net } = this.page;
    if (net && dropped.every(isMore)) {
      const more = await ownOf(dropped);
      this.page.tell({ type: 'more', files: dropped, net: net.id, request: this.#ask({ more }) });
      showNet(net);
      return;
    }
    await this.#openOwn(dropped.every(isWeights) ? [...this.#waiting, ...dropped] : dropped);
  }

  /** Opens a net from the user's files. */
  async #openOwn(files: readonly NetFile[], seeded = false): Promise<void> {
    this.#waiting = [];
    const own = await ownOf(files);
    // The same net as before, perhaps with other labels. Its preprocessing stays valid.
    const netOf = (all: readonly KeptFile[]) => all.filter((file) => !isMore(file));
    const known = this.#recents.find((recent) => sameNet(netOf(recent.files), netOf(own)));
    const { name, preprocessing, size } = known ?? {};
    this.#asked = undefined;
    this.#send(files, {
      ...(name && { name }),
      ...(preprocessing && { preprocessing }),
      ...(size && { size }),
      // A net with random weights is not worth storing.
      ...(seeded ? { seeded } : { own }),
      again: () => void this.#openOwn(files, true),
    });
    if (!seeded) this.#waiting = files;
  }

  /** Opens a net of the zoo, and downloads what is not stored. */
  async download(net: ZooNet): Promise<void> {
    if (this.#transfers.has(net.name)) return;
    const control = new AbortController();
    const total = bytesOf(net.files);
    const began = performance.now();
    let before = 0;
    let came = 0;
    this.#problems.delete(net.name);
    const show = (loaded: number, fresh: number) => {
      const took = performance.now() - began;
      const left = fresh > 0 && took > SETTLED ? ((total - loaded) * took) / fresh : undefined;
      this.#transfers.set(net.name, { control, loaded, total, ...(left !== undefined && { left }) });
      this.changed();
    };
    show(0, 0);
    try {
      const files: NetFile[] = [];
      let kept = true;
      for (const file of net.files) {
        let fresh = 0;
        const fetched = await fetchFile(this.#store, file, {
          signal: control.signal,
          onProgress: (loaded, now) => {
            fresh = now;
            show(before + loaded, came + now);
          },
        });
        before += file.bytes;
        came += fresh;
        kept &&= fetched.kept;
        files.push({ name: file.name, bytes: fetched.bytes });
      }
      if (came > 0 && kept) await askToPersist();
      if (!kept)
        this.#problems.set(
          net.name,
          'It is open, but this browser keeps no files or has no room: next time it is downloaded again.',
        );
      const { name, preprocessing } = net;
      this.#sayOpening(name);
      const { pack } = net;
      this.#send(files, {
        name,
        ...(preprocessing && { preprocessing }),
        ...(pack && { pack }),
        again: () => undefined,
      });
      this.page.change({ nets: false });
    } catch (error) {
      if (!control.signal.aborted) {
        this.#problems.set(net.name, wordsOf(error));
        if (!this.page.state.nets) this.page.warn(wordsOf(error));
      }
    } finally {
      this.#transfers.delete(net.name);
      await this.#lookWhatIsKept();
    }
  }

  cancel(name: string): void {
    this.#transfers.get(name)?.control.abort();
  }

  /** Deletes the stored files of a zoo net or a recent net. */
  async remove(name: string): Promise<void> {
    const zoo = this.#zoo.find((net) => net.name === name);
    const gone = zoo ?? this.#recents.find((net) => net.name === name);
    if (!gone) return;
    if (!zoo) {
      this.#recents = this.#recents.filter((net) => net !== gone);
      await writeRecents(this.#store, this.#recents);
    }
    await removeFiles(this.#store, gone.files, this.#filesBut([gone]));
    await this.#lookWhatIsKept();
  }

  /** Files that stored nets other than `gone` need. */
  #filesBut(gone: readonly (ZooNet | Recent)[]): KeptFile[] {
    const keeping = [...this.#zoo.filter(({ name }) => this.#kept.has(name)), ...this.#recents];
    return keeping.filter((net) => !gone.includes(net)).flatMap((net) => net.files);
  }

  /** Changes the preprocessing of the open net. A recent net remembers it. */
  preprocess(preprocessing: Partial<ModelReport['preprocessing']>, size?: NetGiven['size']): void {
    this.#tellPreprocessing(preprocessing, size);
    const recent = this.#recents.find(({ name }) => name === this.#open?.name);
    if (recent)
      void this.#remember({
        ...recent,
        preprocessing: { ...recent.preprocessing, ...preprocessing },
        ...(size && { size }),
      });
  }

  #tellPreprocessing(preprocessing: Partial<ModelReport['preprocessing']>, size?: NetGiven['size']): void {
    const { net } = this.page;
    if (net) this.page.tell({ type: 'preprocessing', preprocessing, ...(size && { size }), net: net.id });
  }

  /** Returns to the preprocessing of the net's file or of the zoo. */
  async resetPreprocessing(): Promise<void> {
    const open = this.#open;
    if (!open) return;
    const recent = this.#recents.find(({ name }) => name === open.name);
    // The first report contains the original preprocessing, unless the user's was already in use.
    if (open.given && recent) {
      await this.#openRecent(recent, { forget: true }).catch((error) => this.page.warn(wordsOf(error)));
    } else this.#tellPreprocessing(open.first);
    if (recent) {
      const { name, files, size } = recent;
      await this.#remember({ name, files, ...(size && { size }) });
    }
  }

  /** The worker has opened a net, or opened it again. `number` is the request that it answers. */
  opened(report: ModelReport, number?: number): Opened {
    const request = number === undefined ? undefined : this.#requests.get(number);
    this.#answered(number);
    const notice = this.#notice;
    this.#notice = '';
    if (request && 'again' in request) {
      this.#waiting = [];
      const name = request.own && !request.name ? unlike(report.name, this.#names()) : report.name;
      const given = request.own !== undefined && request.preprocessing !== undefined;
      this.#open = { name, first: report.preprocessing, given };
      if (request.own?.length) void this.#keep(name, request.own, request);
    } else if (request) {
      const { more } = request;
      const recent = this.#recents.find(({ name }) => name === this.#open?.name);
      const { mean } = report.preprocessing;
      if (this.#open && more.some((file) => !isLabels(file))) {
        this.#open = { ...this.#open, first: { ...this.#open.first, mean } };
      }
      if (recent) void this.#keepMore(recent, more);
    }
    const name = this.#open?.name ?? report.name;
    const asked = this.#asked?.name === name ? this.#asked : undefined;
    if (asked) this.#asked = undefined;
    this.changed();
    return { place: { ...asked?.view, model: name }, notice };
  }

  /** The worker found no weights in a net's files. The user can add them, or ask for random ones. */
  weightless(number: number, name: string): Weightless | undefined {
    const request = this.#requests.get(number);
    this.fail(number);
    return request && 'again' in request ? { name, openSeeded: () => request.again(true) } : undefined;
  }

  /** The request of this number failed. Without a number, there was no request. */
  fail(number?: number): void {
    this.#answered(number);
    if (this.#requests.size === 0) showNet(this.page.net);
  }

  /** The worker answers in order, so older requests will not be answered any more. */
  #answered(number: number | undefined): void {
    if (number === undefined) return;
    for (const earlier of this.#requests.keys()) if (earlier <= number) this.#requests.delete(earlier);
  }

  #sayOpening(name: string): void {
    if (!this.#stopped) showOpening(this.page.net, name);
  }

  #ask(request: Request): number {
    this.#requests.set(++this.#last, request);
    return this.#last;
  }

  #send(files: readonly NetFile[], request: NetRequest): void {
    const { name, preprocessing, size, seeded, own } = request;
    const pack = this.page.state.packs ? request.pack : '';
    // Files that must still be stored or reopened are copied. Others are transferred to the worker.
    const transfer = own?.length || seeded ? [] : files.map(({ bytes }) => bytes.buffer);
    this.page.tell(
      {
        type: 'model',
        files,
        request: this.#ask(request),
        ...(name && { name }),
        ...(preprocessing && { preprocessing }),
        ...(size && { size }),
        ...(seeded && { seeded }),
        ...(pack !== undefined && { pack }),
      },
      transfer,
    );
  }

  #names(): ReadonlySet<string> {
    return new Set([...BUILT_IN, ...this.#zoo, ...this.#recents].map(({ name }) => name));
  }

  /** Stores the files of a user's net, and puts its name first in the recent list. */
  async #keep(name: string, own: readonly OwnFile[], { preprocessing, size }: NetGiven): Promise<void> {
    const before = this.#recents.find((recent) => recent.name === name);
    const kept = await this.#putAll(own);
    if (!kept) {
      const others = this.#filesBut(before ? [before] : []);
      await removeFiles(this.#store, own, others);
      return;
    }
    await this.#remember({
      name,
      files: own.map(bare),
      ...(preprocessing && { preprocessing }),
      ...(size && { size }),
    });
    await askToPersist();
    const stale = before?.files.filter((file) => !own.some(({ sha256 }) => sha256 === file.sha256)) ?? [];
    await removeFiles(this.#store, stale, this.#filesBut([]));
  }

  /** Stores labels and a mean for a recent net, replacing earlier ones. */
  async #keepMore(recent: Recent, more: readonly OwnFile[]): Promise<void> {
    if (!(await this.#putAll(more))) return;
    const replaced = (file: KeptFile) => isMore(file) && more.some((m) => isLabels(m) === isLabels(file));
    const files = [...recent.files.filter((file) => !replaced(file)), ...more.map(bare)];
    // A mean from a new file replaces a typed one.
    const { mean, ...said } = recent.preprocessing ?? {};
    const hasMean = more.some((file) => !isLabels(file));
    const preprocessing = hasMean || !mean ? said : { ...said, mean };
    await this.#remember({ ...recent, files, ...(recent.preprocessing && { preprocessing }) });
    await removeFiles(this.#store, recent.files, this.#filesBut([]));
  }

  async #putAll(files: readonly OwnFile[]): Promise<boolean> {
    for (const { sha256, bytes, content } of files) {
      if ((await this.#store.sizeOf(sha256)) !== bytes && !(await this.#store.put(sha256, content))) return false;
    }
    return true;
  }

  async #remember(recent: Recent): Promise<void> {
    const { recents, dropped } = remembered(this.#recents, recent);
    this.#recents = recents;
    this.changed();
    await writeRecents(this.#store, recents);
    for (const { files } of dropped) await removeFiles(this.#store, files, this.#filesBut([]));
  }

  async #lookWhatIsKept(): Promise<void> {
    for (const { name, files } of this.#zoo) {
      if (await areKept(this.#store, files)) this.#kept.add(name);
      else this.#kept.delete(name);
    }
    this.changed();
  }
}

/** Milliseconds before the speed of a download allows an estimate. */
const SETTLED = 500;

async function asOwn({ name, bytes }: NetFile): Promise<OwnFile> {
  const { buffer } = bytes;
  const content =
    buffer instanceof ArrayBuffer ? new Uint8Array(buffer, bytes.byteOffset, bytes.length) : bytes.slice();
  return { name, bytes: content.length, sha256: await sha256Of(content), content };
}

/** The user's files with their hashes. Empty files are left out. */
const ownOf = async (files: readonly NetFile[]): Promise<OwnFile[]> =>
  (await Promise.all(files.map(asOwn))).filter(({ bytes }) => bytes > 0);

const isWeights = ({ name }: NetFile): boolean => name.toLowerCase().endsWith('.caffemodel');

const bare = ({ name, bytes, sha256 }: KeptFile): KeptFile => ({ name, bytes, sha256 });

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
