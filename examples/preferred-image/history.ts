// Pictures that were made, with their recipes, kept in the browser between visits. If keeping fails, they last as long as the page.
import type { Contrast } from 'convscope';

/** A picture that was made. */
export interface Made {
  /** Newest last. */
  readonly id: number;
  /** As people read it. */
  readonly title: string;
  readonly net: string;
  /** A recipe as JSON. */
  readonly recipe: string;
  /** A PNG, with all images of the run. */
  readonly picture: ArrayBuffer;
  /** The picture is shown as it is, or stretched about mid-grey. */
  readonly contrast: Contrast;
}

/** Pictures kept at most, and their bytes. */
const MOST = 60;
const MOST_BYTES = 24 * 2 ** 20;
const STORE = 'pictures';

export class History {
  #all: Made[] = [];
  #db: Promise<IDBDatabase | undefined>;

  constructor(name = 'convscope-studio') {
    this.#db = openDatabase(name).catch(() => undefined);
  }

  /** Oldest first. */
  get all(): readonly Made[] {
    return this.#all;
  }

  /** Reads what earlier visits kept. */
  async read(): Promise<void> {
    const db = await this.#db;
    if (!db) return;
    const request = db.transaction(STORE).objectStore(STORE).getAll();
    const kept = await settled<Made[]>(request).catch(() => []);
    const here = new Set(this.#all.map(({ id }) => id));
    this.#all = [...kept.filter(({ id }) => !here.has(id)), ...this.#all].sort((a, b) => a.id - b.id);
  }

  /** Keeps a picture, in the place of the one with its number, and drops the oldest ones beyond the bound. */
  async keep(made: Made): Promise<void> {
    this.#all = [...this.#all.filter(({ id }) => id !== made.id), made].sort((a, b) => a.id - b.id);
    const dropped: Made[] = [];
    const bytes = () => this.#all.reduce((sum, { picture, recipe }) => sum + picture.byteLength + recipe.length, 0);
    while (this.#all.length > MOST || (this.#all.length > 1 && bytes() > MOST_BYTES)) {
      const oldest = this.#all.shift();
      if (oldest) dropped.push(oldest);
    }
    await this.#write((store) => {
      store.put(made);
      for (const { id } of dropped) store.delete(id);
    });
  }

  async remove(id: number): Promise<void> {
    this.#all = this.#all.filter((made) => made.id !== id);
    await this.#write((store) => store.delete(id));
  }

  async clear(): Promise<void> {
    this.#all = [];
    await this.#write((store) => store.clear());
  }

  async #write(change: (store: IDBObjectStore) => void): Promise<void> {
    const db = await this.#db;
    if (!db) return;
    const transaction = db.transaction(STORE, 'readwrite');
    change(transaction.objectStore(STORE));
    await new Promise<void>((resolve) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => resolve();
      transaction.onerror = () => resolve();
    });
  }
}

function openDatabase(name: string): Promise<IDBDatabase> {
  const request = indexedDB.open(name, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: 'id' });
  return settled(request);
}

const settled = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('IndexedDB failed'));
  });
