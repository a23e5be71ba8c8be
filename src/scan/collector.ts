// What can be collected over the images of a set. A collector says which values of the net it looks at and how it sums them up;
// the pass over the images knows nothing of either.
import type { Value } from '../graph/tape.js';
import type { ImageId } from '../scene/images.js';
import type { Scene } from '../scene/openNet.js';

/** An image of the set that went through the net. */
export interface ScannedImage {
  /** Its place in the whole set, whichever part of the set is scanned. */
  readonly index: number;
  readonly id: ImageId;
}

/** A state as plain data, which JSON keeps. */
export interface Codec<S> {
  /** The same data for the same state, however it came about. */
  encode(state: S): unknown;
  /** @throws OptionError naming the field */
  decode(data: unknown): S;
}

/**
 * Collects a state S over images. `merge` is associative and commutative, and `add` gives the same state whatever the images are
 * divided into, so that parts of a set can be scanned anywhere and merged in any order.
 */
export interface Collector<S> {
  readonly name: string;
  /** Plain data. States of collectors with other options are not merged. */
  readonly options: object;
  /** The values to be read, each with a row for each image of the scene. */
  ops(scene: Scene): readonly Value[];
  /** The state of no images. */
  empty(): S;
  /**
   * Takes the images of one batch, whose rows come first in each value. It may change `state` and return it.
   *
   * @throws NotFiniteError naming layer, channel and image
   */
  add(state: S, rows: readonly Float32Array[], images: readonly ScannedImage[]): S;
  /** Both together. Changes neither. */
  merge(a: S, b: S): S;
  readonly codec: Codec<S>;
}

/** The states of several collectors, each in its place. */
export type StatesOf<C extends readonly Collector<unknown>[]> = {
  readonly [K in keyof C]: C[K] extends Collector<infer S> ? S : never;
};
