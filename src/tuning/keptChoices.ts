// Measured kernel variants kept between visits: as JSON, by whatever can keep a text under a name.
import type { Context } from '../gpu/context.js';
import type { VariantTime } from '../gpu/kernel.js';

/** Keeps texts by name: a folder of files (`fileStore` of convscope/node), IndexedDB (`indexedDbStore`), or the caller's own. */
export interface TextStore {
  /** The text kept under a name; undefined if there is none. */
  get(name: string): Promise<string | undefined>;
  /** Keeps a text under a name, in place of what was there. */
  set(name: string, text: string): Promise<void>;
}

/** What was measured by a version whose kernels differ means nothing: raised when one of them changes. */
const KERNELS = 2;

function nameOf({ adapterName, traits }: Context): string {
  const half = traits.halfArithmetic ? '-f16' : '';
  return `kernels-${KERNELS}-${adapterName.replace(/[^\w.-]+/g, '-')}${half}.json`;
}

/** Adds what was kept for this device to `ctx.choices`. A text that cannot be read counts as none. */
export async function loadChoices(ctx: Context, store: TextStore): Promise<void> {
  let kept: unknown;
  try {
    kept = JSON.parse((await store.get(nameOf(ctx))) ?? '{}');
  } catch {
    return;
  }
  if (typeof kept !== 'object' || kept === null) return;
  for (const [key, times] of Object.entries(kept)) {
    if (Array.isArray(times) && times.every(isTime)) ctx.choices.set(key, times);
  }
}

/** Keeps `ctx.choices` for the next context on the same device. */
export async function saveChoices(ctx: Context, store: TextStore): Promise<void> {
  await store.set(nameOf(ctx), JSON.stringify(Object.fromEntries(ctx.choices), undefined, 1));
}

const isTime = (value: unknown): value is VariantTime =>
  typeof value === 'object' &&
  value !== null &&
  'variant' in value &&
  typeof value.variant === 'string' &&
  'ms' in value &&
  typeof value.ms === 'number';

/** A store in the browser's IndexedDB. */
export function indexedDbStore(database = 'convscope'): TextStore {
  const texts = 'texts';
  const open = (): Promise<IDBDatabase> => {
    const request = indexedDB.open(database, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(texts);
    return settled(request);
  };
  return {
    async get(name) {
      const db = await open();
      const value: unknown = await settled(db.transaction(texts).objectStore(texts).get(name));
      db.close();
      return typeof value === 'string' ? value : undefined;
    },
    async set(name, text) {
      const db = await open();
      await settled(db.transaction(texts, 'readwrite').objectStore(texts).put(text, name));
      db.close();
    },
  };
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('IndexedDB failed'));
  });
}
