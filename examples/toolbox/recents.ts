// The nets that the user opened from files: their names, stored files, and preprocessing.
import type { Preprocessing } from 'convscope';
import { jsonReader } from './json.js';
import type { FileStore, KeptFile } from './modelCache.js';
import { parsePreprocessing } from './zoo.js';

export interface Recent {
  /** The name in the address; unique in the toolbox. */
  readonly name: string;
  /** The net's own files, its labels and its mean. */
  readonly files: readonly KeptFile[];
  /** The user's preprocessing. */
  readonly preprocessing?: Partial<Preprocessing>;
  /** Height and width that the user chose, if the file leaves them open. */
  readonly size?: readonly [height: number, width: number];
}

/** The limit for stored nets. Each may have hundreds of megabytes. */
export const MOST_RECENTS = 8;

const KEY = 'recents.json';
const { text, list, object, whole, sha256 } = jsonReader('recents');

export async function readRecents(store: FileStore): Promise<Recent[]> {
  const bytes = await store.get(KEY);
  if (!bytes) return [];
  try {
    return parseRecents(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    // Written by another version. The files remain, only the list starts empty.
    return [];
  }
}

export const writeRecents = (store: FileStore, recents: readonly Recent[]): Promise<boolean> =>
  store.put(KEY, new TextEncoder().encode(JSON.stringify(recents)));

/** @throws Error that names the field, the rule and the value */
export function parseRecents(value: unknown): Recent[] {
  return list(value, '').map((item, i) => {
    const at = `[${i}]`;
    const { name, files, preprocessing, size } = object(item, at);
    return {
      name: text(name, `${at}.name`),
      files: list(files, `${at}.files`).map((file, j) => {
        const where = `${at}.files[${j}]`;
        const fields = object(file, where);
        return {
          name: text(fields.name, `${where}.name`),
          bytes: whole(fields.bytes, `${where}.bytes`),
          sha256: sha256(fields.sha256, `${where}.sha256`),
        };
      }),
      ...(preprocessing !== undefined && {
        preprocessing: parsePreprocessing(object(preprocessing, `${at}.preprocessing`), `${at}.preprocessing`),
      }),
      ...(size !== undefined && { size: parseSize(size, `${at}.size`) }),
    };
  });
}

function parseSize(value: unknown, at: string): [height: number, width: number] {
  const [height, width] = list(value, at).map((side) => whole(side, at));
  return [height, width];
}

/** The list with `recent` first, replacing the one of that name, and the nets that no longer fit. */
export function remembered(
  recents: readonly Recent[],
  recent: Recent,
): { readonly recents: readonly Recent[]; readonly dropped: readonly Recent[] } {
  const all = [recent, ...recents.filter(({ name }) => name !== recent.name)];
  return { recents: all.slice(0, MOST_RECENTS), dropped: all.slice(MOST_RECENTS) };
}

/** `name`, or `name (2)` and so on if it is taken. */
export function unlike(name: string, taken: ReadonlySet<string>): string {
  let result = name;
  for (let n = 2; taken.has(result); n++) result = `${name} (${n})`;
  return result;
}

/** True if both have the same network files, regardless of labels and mean. */
export const sameNet = (a: readonly KeptFile[], b: readonly KeptFile[]): boolean =>
  a.length === b.length && a.every((file) => b.some(({ sha256 }) => sha256 === file.sha256));
