// Stores pictures and searches of a net's units in the browser between visits. If storing fails, the only cost is time.
import { indexedDbStore, type Picture } from 'convscope';
import { keyOf, type UnitName } from './jobs.js';

/** Increase this when the same unit would get other pictures. */
const VERSION = 5;

export class PictureStore {
  readonly #store = indexedDbStore();

  /** `hash` identifies the net's files. */
  constructor(private readonly hash: string) {}

  async get(kind: string, unit: UnitName): Promise<Picture[] | undefined> {
    const text = await this.text(`${kind}-${keyOf(unit)}`);
    return text === undefined ? undefined : unpack(text);
  }

  set(kind: string, unit: UnitName, pictures: readonly Picture[]): Promise<void> {
    return this.keep(`${kind}-${keyOf(unit)}`, pack(pictures));
  }

  text(name: string): Promise<string | undefined> {
    return this.#store.get(this.#nameOf(name)).catch(() => undefined);
  }

  keep(name: string, text: string): Promise<void> {
    return this.#store.set(this.#nameOf(name), text).catch(() => undefined);
  }

  #nameOf(name: string): string {
    return `toolbox-${VERSION}-${this.hash}-${name}`;
  }
}

/** Pictures as text: sizes, and bytes in base64. */
function pack(pictures: readonly Picture[]): string {
  return JSON.stringify(
    pictures.map(({ width, height, data }) => {
      let bytes = '';
      for (const byte of data) bytes += String.fromCharCode(byte);
      return { width, height, data: btoa(bytes) };
    }),
  );
}

function unpack(text: string): Picture[] {
  const packed: { width: number; height: number; data: string }[] = JSON.parse(text);
  return packed.map(({ width, height, data }) => ({
    width,
    height,
    data: Uint8ClampedArray.from(atob(data), (c) => c.charCodeAt(0)),
  }));
}
