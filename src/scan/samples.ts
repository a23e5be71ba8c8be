// Activations of one layer at a few random places of each image: what directions of the layer are found in. The places follow from the seed
// and the image's place in the set, so that they are the same however the set is divided.
import { OptionError } from '../core/errors.js';
import { createRng, seedFor } from '../core/rng.js';
import type { UnitLayer } from '../scene/unitLayers.js';
import { type Codes, codesCodec } from './codes.js';
import type { Collector } from './collector.js';
import { described, notFinite, valuesOf } from './layers.js';

/** What `samples` may be told. */
export interface SamplesOptions {
  /** Different places of each image; all where the map has fewer. */
  readonly perImage: number;
  readonly seed?: number;
}

/** The activations `[places, C]` of `layer` at random places of each image, in its final content after in-place layers. */
export function samples(layer: UnitLayer, { perImage, seed = 0 }: SamplesOptions): Collector<Codes> {
  const [C, H, W] = layer.shape;
  if (!(Number.isInteger(perImage) && perImage >= 1))
    throw new OptionError('perImage', `must be a whole number from 1, got ${perImage}`);
  const P = Math.min(perImage, H * W);
  return {
    name: 'samples',
    options: { layer: described([layer])[0], perImage, seed },
    ops: (scene) => valuesOf(scene, [layer]),
    empty: () => new Map(),
    add(state, [values], images) {
      for (const [n, { index, id }] of images.entries()) {
        const row = new Float32Array(P * C);
        for (const [p, place] of placesOf(index, P, H * W, seed).entries()) {
          for (let c = 0; c < C; c++) {
            const value = values[(n * C + c) * H * W + place];
            if (!Number.isFinite(value)) throw notFinite(layer.layer, c, value, id);
            row[p * C + c] = value;
          }
        }
        state.set(index, { id, row });
      }
      return state;
    },
    merge: (a, b) => new Map([...a, ...b].sort(([i], [j]) => i - j)),
    codec: codesCodec(P * C, 'samples'),
  };
}

/** `count` different places of `all`, in random order (Fisher & Yates), for one image. */
export function placesOf(image: number, count: number, all: number, seed: number): number[] {
  const rng = createRng(seedFor(seed, `places of ${image}`));
  const places = Array.from({ length: all }, (_, i) => i);
  for (let i = 0; i < count; i++) {
    const j = i + Math.floor(rng.uniform() * (all - i));
    [places[i], places[j]] = [places[j], places[i]];
  }
  return places.slice(0, count);
}
