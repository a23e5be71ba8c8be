// Activations of one layer at a few random places of each image: what directions of the layer are found in. The places follow from the seed
// and the image's place in the set, so that they are the same however the set is divided.
import { OptionError } from '../core/errors.js';
import { createRng, seedFor } from '../core/rng.js';
import type { Value } from '../graph/tape.js';
import type { Scene } from '../scene/openNet.js';
import type { UnitLayer } from '../scene/unitLayers.js';
import { type Codes, codesCodec } from './codes.js';
import type { Collector } from './collector.js';
import { described, notFinite, valuesOf } from './layers.js';

/** What `samples` may be told. */
export interface SamplesOptions {
  /** Different places of each image; all where the map has fewer. */
  readonly perImage: number;
  readonly seed?: number;
  /** Rows and columns at each edge of the map that no place is in, where the map has others. Default 0. */
  readonly border?: number;
  /** What is read in place of the activations. */
  readonly read?: ReadingOf;
}

/** Something that a layer's activations say at each place of its map. */
export interface ReadingOf {
  /** States of readings with other names are not merged. */
  readonly name: string;
  /** Numbers of a place, K. */
  readonly channels: number;
  /** `[N, K, H, W]`, on the scene's tape. */
  value(scene: Scene, activations: Value): Value;
}

/** The activations `[places, C]` of `layer` at random places of each image, in its final content after in-place layers. */
export function samples(layer: UnitLayer, options: SamplesOptions): Collector<Codes> {
  const { perImage, seed = 0, border = 0, read } = options;
  const [, H, W] = layer.shape;
  const C = read?.channels ?? layer.shape[0];
  if (!(Number.isInteger(perImage) && perImage >= 1))
    throw new OptionError('perImage', `must be a whole number from 1, got ${perImage}`);
  if (!(Number.isInteger(border) && border >= 0))
    throw new OptionError('border', `must be a whole number from 0, got ${border}`);
  const allowed = placesWithin(H, W, border);
  const P = Math.min(perImage, allowed.length);
  return {
    name: 'samples',
    options: {
      layer: described([layer])[0],
      perImage,
      seed,
      ...(border > 0 && { border }),
      ...(read && { read: read.name }),
    },
    ops(scene) {
      const [activations] = valuesOf(scene, [layer]);
      return [read ? read.value(scene, activations) : activations];
    },
    empty: () => new Map(),
    add(state, [values], images) {
      for (const [n, { index, id }] of images.entries()) {
        const row = new Float32Array(P * C);
        for (const [p, chosen] of placesOf(index, P, allowed.length, seed).entries()) {
          const place = allowed[chosen];
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

/** Places of a map that are not in its border, row by row. An axis that has no more than its border keeps its middle. */
export function placesWithin(H: number, W: number, border: number): readonly number[] {
  const [rows, columns] = [H, W].map((length) => Math.min(border, Math.floor((length - 1) / 2)));
  return Array.from({ length: H * W }, (_, i) => i).filter((i) => {
    const [y, x] = [Math.floor(i / W), i % W];
    return y >= rows && y < H - rows && x >= columns && x < W - columns;
  });
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
