// What a preset of inversion is: a whole way of finding images that a layer cannot tell from a picture, as data, for any net and layer.
import type { Model } from '../../graph/model.js';
import type { Made } from '../../parts/part.js';
import type { StudyOptions } from '../../synthesize/study.js';

/** The name of the numbers of codes. */
export const CODES = 'codes';

/** What a preset is asked for. */
export interface AskedInversion {
  readonly model: Model;
  readonly layer: string;
  /** How near the layer's activations are to those of the picture: 0 at most. */
  readonly objective: Made<'objective'>;
  /** Name of the statistics of pictures that the image should resemble. */
  readonly statistics: string;
}

/** A way of inverting a layer. */
export interface InversionPreset {
  /** As the command calls it. */
  readonly name: string;
  /** What its pictures are like, in one sentence. */
  readonly text: string;
  /** The paper and its section or equation, or the software and its file. */
  readonly source: string;
  /** What is not as in the source, and why. */
  readonly changes: string;
  /** Statistics of pictures are needed to run it. */
  readonly statistics?: true;
  /** The run is given a generator, as the net `generator`, and what its codes are like, as the numbers `codes`. */
  readonly generator?: true;
  /** The study, for one seed. */
  study(asked: AskedInversion): StudyOptions;
}

/** Where a layer stands in its net: 0 before the first layer, 1 at the last one. */
export function depthOf(model: Model, layer: string): number {
  const until = model.layers.reduce((at, { name, output }, i) => (name === layer || output === layer ? i + 1 : at), 0);
  return until / model.layers.length;
}
