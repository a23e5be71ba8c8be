// Work that is cut into pieces which know nothing of each other: any machine makes any piece, in any order, twice or not.
import type { Context } from '../../gpu/context.js';
import type { Model } from '../../graph/model.js';
import type { OptionalPackage } from '../packages.js';

/** A command's line as a job, opened on this machine: files are read and checked, nothing is computed. */
export interface Job {
  readonly model: Model;
  /** All that decides results, besides the part and this library's version. Plain data, which is hashed into the pieces' names. */
  readonly identity: unknown;
  /** Names of the pictures that are read: a list may name some that the line does not. */
  readonly files: readonly string[];
  /** Needed for computing. */
  readonly packages: readonly OptionalPackage[];
  /** Stages in their order: the parts of one need all parts of those before it. */
  readonly stages: readonly Stage[];
  /** Files of the merged result that are tables. */
  readonly tables?: readonly string[];
  /** Writes the result of all parts to a folder. Returns its files. */
  merge(results: Results, out: string): Promise<readonly string[]>;
}

export interface Stage {
  readonly name: string;
  readonly parts: readonly Part[];
}

/** A part of a stage. */
export interface Part {
  /** Tells it from the others of its stage: `0-999`. */
  readonly label: string;
  /** How many of what progress is counted in: pictures, or steps of images. */
  readonly work: number;
  /** Makes it. Undefined where the signal ended it. */
  make(ctx: Context, hooks: Hooks): Promise<Made | undefined>;
}

/** Objects by the endings of their names, in the order in which they are written. The last one is `.json`: a piece that has it is done. */
export type Made = Readonly<Record<string, Uint8Array | string>>;

export interface Hooks {
  readonly signal: AbortSignal;
  readonly onProgress: (done: number) => void;
  /** Of earlier stages. */
  readonly results: Results;
}

/** What the parts of finished stages have written. */
export interface Results {
  /** The objects of all parts of a stage, in the order of parts. */
  of(stage: string, ending?: string): AsyncIterable<Uint8Array>;
}
