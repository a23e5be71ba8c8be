// Where the pieces of a job are kept: a folder that all machines see, or an S3-like store. An object is written whole and once; a
// second writer of the same name changes nothing, since what is named by its content is the same.
import { OptionError } from '../../core/errors.js';

/** An object of a store, as a listing has it. */
export interface Stored {
  readonly key: string;
  readonly bytes: number;
  /** Milliseconds since 1970 at which it was written. */
  readonly written: number;
}

/** Objects by name. Names are `folder/name.ending`, of letters, digits, `.`, `_` and `-`. */
export interface Store {
  /** For people: the folder or the address. */
  readonly label: string;
  /** Undefined where there is no such object. */
  get(key: string): Promise<Uint8Array | undefined>;
  /** Writes an object whole, or leaves the one that is there. True where it was written now. */
  putOnce(key: string, bytes: Uint8Array | string): Promise<boolean>;
  /** Writes an object whole, in place of one that is there. */
  replace(key: string, bytes: Uint8Array | string): Promise<void>;
  /** All objects whose names begin so, in the order of their names. */
  list(prefix: string): Promise<readonly Stored[]>;
  has(key: string): Promise<boolean>;
}

const KEY = /^[a-z]+\/[\w-]+(\.[a-z0-9]+)*$/;

/** Refuses a name that could leave the store. @throws OptionError */
export function checkedKey(key: string): string {
  if (KEY.test(key)) return key;
  throw new OptionError('store', `an object's name is folder/name.ending of letters, digits, _ and -, got '${key}'`);
}
