// The toolbox's nets: which are open to choose, which is open, and how one comes from the page's site, the zoo, or files.
import { BUILT_IN, fetchBuiltIn, inputOf, takesPictures } from './builtIn.js';
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

/** A download under way. */
export interface Transfer {
  readonly loaded: number;
  readonly total: number;
  /** Milliseconds that are left at the speed so far; absent until that is known. */
  readonly left?: number;
}

/** A net of the zoo and where it stands. */
export interface ZooState {
  readonly net: ZooNet;
  readonly kept: boolean;
  readonly transfer?: Transfer;
  readonly problem?: string;
}

/** What the page takes on when a net has been opened. */
export interface Opened {
  /** The name under which the address finds it again, and a view of it that was asked for. */
  readonly place: Partial<ToolboxState>;
  /** What has to be said now that the page is not empty. */
  readonly notice: string;
}

/** A net whose files hold no weights. */
export interface Weightless {
  readonly name: string;
  /** Opens it with weights drawn from a seed. */
  openSeeded(): void;
}

/** What the worker was asked to open. */
interface NetRequest extends NetGiven {
  /** To be kept when it is open; none for nets that lie elsewhere. */
  readonly own?: readonly OwnFile[];
  /** Opens it once more, with weights from a seed where it has none. */
  readonly again: (seeded: true) => void;
}

/** What the worker was asked for: a net, or labels and a mean for the one that is open. */
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
  /** What the worker has not answered yet, by the number that its answer will have. */
  readonly #requests = new Map<number, Request>();
  #last = 0;
  /** A net's text that waits for its weights. */
  #waiting: readonly NetFile[] = [];
  #asked: { readonly name: string; readonly view: Partial<ToolboxState> } | undefined;
  #notice = '';
  #stopped = false;
  #open: { readonly name: string; readonly first: ModelReport['preprocessing']; readonly given: boolean } | undefined;

  /** `changed` is called when what the lists show is another. */
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

  /** The zoo's nets, as they stand. */
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

  /** Name of the net that is open. */
  get current(): string | undefined {
    return this.#open?.name;
  }

  /** The net of the zoo that a link asks for and that is not here yet: the address goes on naming it. */
  get awaited(): string | undefined {
    const name = this.#asked?.name;
    const isOffered = this.page.state.nets && this.#zoo.some((net) => net.name === name);
    return name !== undefined && name !== this.current && (isOffered || this.#transfers.has(name)) ? name : undefined;
  }

  /** Nothing can be computed here: nets are no longer opened. */
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

  /** Says what went wrong, and once more when the first net is open, which takes such words away. */
  #say(message: string): void {
    this.page.warn(message);
    if (!this.page.net) this.#notice = message;
  }

  /** A net that is not here: one of the zoo is offered, of others is said what there is. */
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

  /** A page without a net gets the one that it opens on. */
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

  /** Opens what was dropped or chosen: a net, or labels and a mean for the one that is open. */
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

  /** Opens a net from the person's files. */
  async #openOwn(files: readonly NetFile[], seeded = false): Promise<void> {
    this.#waiting = [];
    const own = await ownOf(files);
    // The same net as once before, perhaps with other labels: what was said of it holds.
    const netOf = (all: readonly KeptFile[]) => all.filter((file) => !isMore(file));
    const known = this.#recents.find((recent) => sameNet(netOf(recent.files), netOf(own)));
    const { name, preprocessing, size } = known ?? {};
    this.#asked = undefined;
    this.#send(files, {
      ...(name && { name }),
      ...(preprocessing && { preprocessing }),
      ...(size && { size }),
      // A net that has learned nothing is not worth its place.
      ...(seeded ? { seeded } : { own }),
      again: () => void this.#openOwn(files, true),
    });
    if (!seeded) this.#waiting = files;
  }

  /** Opens a net of the zoo, downloading what is not kept. */
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
      this.#send(files, { name, ...(preprocessing && { preprocessing }), again: () => undefined });
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

  /** Clears a zoo net's or a recent net's files from the browser. */
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

  /** Files that are needed by what is kept, apart from `gone`. */
  #filesBut(gone: readonly (ZooNet | Recent)[]): KeptFile[] {
    const keeping = [...this.#zoo.filter(({ name }) => this.#kept.has(name)), ...this.#recents];
    return keeping.filter((net) => !gone.includes(net)).flatMap((net) => net.files);
  }

  /** Another preprocessing for the net that is open; a recent net remembers it. */
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

  /** The preprocessing that the net's file says, or the zoo. */
  async resetPreprocessing(): Promise<void> {
    const open = this.#open;
    if (!open) return;
    const recent = this.#recents.find(({ name }) => name === open.name);
    // What it was without the person's word is known from its first report, unless that word was there already.
    if (open.given && recent) {
      await this.#openRecent(recent, { forget: true }).catch((error) => this.page.warn(wordsOf(error)));
    } else this.#tellPreprocessing(open.first);
    if (recent) {
      const { name, files, size } = recent;
      await this.#remember({ name, files, ...(size && { size }) });
    }
  }

  /** The worker has opened a net, or the open one anew; `number`: of the request that it answers. */
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

  /** The worker found no weights in a net's files: the person may give them, or ask for seeded ones. */
  weightless(number: number, name: string): Weightless | undefined {
    const request = this.#requests.get(number);
    this.fail(number);
    return request && 'again' in request ? { name, openSeeded: () => request.again(true) } : undefined;
  }

  /** What the worker was asked for under this number did not come; without a number nothing was. */
  fail(number?: number): void {
    this.#answered(number);
    if (this.#requests.size === 0) showNet(this.page.net);
  }

  /** The worker answers in order: what was asked for before does not come any more. */
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
    // What has still to be kept is copied, as is what may be opened once more; what lies elsewhere goes to the worker for good.
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
      },
      transfer,
    );
  }

  #names(): ReadonlySet<string> {
    return new Set([...BUILT_IN, ...this.#zoo, ...this.#recents].map(({ name }) => name));
  }

  /** Keeps the files of a net from the person's disk, and its name at the head of the recent ones. */
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

  /** Labels and a mean, with the recent net that they were dropped on: in place of those before. */
  async #keepMore(recent: Recent, more: readonly OwnFile[]): Promise<void> {
    if (!(await this.#putAll(more))) return;
    const replaced = (file: KeptFile) => isMore(file) && more.some((m) => isLabels(m) === isLabels(file));
    const files = [...recent.files.filter((file) => !replaced(file)), ...more.map(bare)];
    // A mean from a file is newer than one that was typed.
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

/** Milliseconds of a download before its speed says anything of the rest. */
const SETTLED = 500;

async function asOwn({ name, bytes }: NetFile): Promise<OwnFile> {
  const { buffer } = bytes;
  const content =
    buffer instanceof ArrayBuffer ? new Uint8Array(buffer, bytes.byteOffset, bytes.length) : bytes.slice();
  return { name, bytes: content.length, sha256: await sha256Of(content), content };
}

/** The person's files with what tells them from others; empty ones are none. */
const ownOf = async (files: readonly NetFile[]): Promise<OwnFile[]> =>
  (await Promise.all(files.map(asOwn))).filter(({ bytes }) => bytes > 0);

const isWeights = ({ name }: NetFile): boolean => name.toLowerCase().endsWith('.caffemodel');

const bare = ({ name, bytes, sha256 }: KeptFile): KeptFile => ({ name, bytes, sha256 });

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
