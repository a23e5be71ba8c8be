// How the places at which a unit is active overlap with what pictures are labelled with: the sums of Network Dissection's intersection
// over union (Bau et al. 2017, equation 1), as whole numbers of places, so that parts of a set merge exactly.
import { OptionError } from '../core/errors.js';
import { sizeOf } from '../core/shape.js';
import { checked } from '../parts/schema.js';
import type { PlacedLabel, PlacedLabels } from '../scene/labels.js';
import type { UnitLayer } from '../scene/unitLayers.js';
import { type Grid, placesAbove } from '../scene/upsampling.js';
import type { Collector, ScannedImage } from './collector.js';
import { described, eachMap, valuesOf } from './layers.js';
import { layerList, list, object, text, whole } from './schema.js';

/** What was counted, in places of all pictures. */
export interface Overlaps {
  /** Pictures that are annotated with each category. */
  readonly annotated: Float64Array;
  /** Of each concept: Σ|L_c|. */
  readonly truth: Float64Array;
  readonly layers: readonly {
    /** `[C, categories]`: Σ|M_k| over the pictures that are annotated with the category. */
    readonly activation: Float64Array;
    /** `[C, concepts]`: Σ|M_k ∩ L_c| */
    readonly intersect: Float64Array;
  }[];
}

/** What `overlaps` must be told. */
export interface OverlapsOptions {
  /** For each layer and channel: it is active where its map, brought to the places, is greater. */
  readonly thresholds: readonly Float64Array[];
  /** For each layer, all with equally many places. */
  readonly grids: readonly Grid[];
  /** The category of each concept, as a number from 0. */
  readonly categories: readonly number[];
  /** Tells the meaning of the concepts: parts of a set with other ones are not merged. */
  readonly meaning: string;
  /** What a picture is labelled with, at the places. */
  labels(image: ScannedImage): PlacedLabels;
}

/** Counts overlaps of the channels of `layers`. All activations are read back. */
export function overlaps(
  layers: readonly UnitLayer[],
  { thresholds, grids, categories, meaning, labels }: OverlapsOptions,
): Collector<Overlaps> {
  const places = Math.max(...grids.map(({ y, x }) => y.weights.length * x.weights.length));
  const found = new Uint32Array(places);
  const kinds = kindsOf(categories);
  const sides = grids.map(({ y, x }) => [y.weights.length, x.weights.length].join('x'));
  return {
    name: 'overlaps',
    options: {
      layers: described(layers),
      categories: [...categories],
      places: [...new Set(sides)].join(', '),
      meaning,
      thresholds: thresholds.map((row) => checksum(row)).join(' '),
    },
    ops: (scene) => valuesOf(scene, layers),
    ...statesOf(layers, categories),
    add(state, rows, images) {
      for (const [n, image] of images.entries()) {
        const own = labels(image).map((all) => distinct(all, categories.length));
        for (const [category, all] of own.entries()) if (all.length > 0) state.annotated[category]++;
        for (const all of own) {
          for (const [k, placed] of all.entries()) {
            if (typeof placed === 'number') state.truth[placed - 1] += places;
            else addAll(state.truth, 0, placed, all.slice(0, k));
          }
        }
        const one = rows.map((row, l) => row.subarray(n * sizeOf(layers[l].shape), (n + 1) * sizeOf(layers[l].shape)));
        eachMap(layers, one, [image], (l, channel, map) => {
          const count = placesAbove(map, grids[l], thresholds[l][channel], found);
          if (count === 0) return;
          const { activation, intersect } = state.layers[l];
          const first = channel * categories.length;
          for (const [category, all] of own.entries()) {
            if (all.length > 0) activation[channel * kinds + category] += count;
            for (const [k, placed] of all.entries()) {
              if (typeof placed === 'number') intersect[first + placed - 1] += count;
              else addFound(intersect, first, placed, found, count, all, k);
            }
          }
        });
      }
      return state;
    },
  };
}

const kindsOf = (categories: readonly number[]): number => Math.max(-1, ...categories) + 1;

/** Labels of a category without those of the whole picture that come twice, which come first: a place has each concept once. */
function distinct(labels: readonly PlacedLabel[], concepts: number): readonly PlacedLabel[] {
  const wholes = new Set(labels.filter((placed) => typeof placed === 'number'));
  const all = [...wholes, ...labels.filter((placed) => typeof placed !== 'number')];
  for (const placed of all) {
    let most = 0;
    for (const label of typeof placed === 'number' ? [placed] : placed) most = Math.max(most, label);
    if (most > concepts) throw new OptionError('labels', `concept ${most} is outside the list of ${concepts}`);
  }
  return all;
}

/** Counts every place of a map, but where a map before it says the same. */
function addAll(
  counts: Float64Array,
  first: number,
  placed: Uint8Array | Uint16Array,
  before: readonly PlacedLabel[],
): void {
  for (let i = 0; i < placed.length; i++) {
    const label = placed[i];
    if (label > 0 && !isSaid(before, before.length, i, label)) counts[first + label - 1]++;
  }
}

/** The same at the first `count` places of `found`. */
function addFound(
  counts: Float64Array,
  first: number,
  placed: Uint8Array | Uint16Array,
  found: Uint32Array,
  count: number,
  all: readonly PlacedLabel[],
  own: number,
): void {
  for (let i = 0; i < count; i++) {
    const label = placed[found[i]];
    if (label > 0 && (own === 0 || !isSaid(all, own, found[i], label))) counts[first + label - 1]++;
  }
}

function isSaid(all: readonly PlacedLabel[], before: number, place: number, label: number): boolean {
  for (let k = 0; k < before; k++) {
    const placed = all[k];
    if ((typeof placed === 'number' ? placed : placed[place]) === label) return true;
  }
  return false;
}

/** Of the numbers' bits: FNV-1a, word by word. */
function checksum(numbers: Float64Array): string {
  let hash = 0x811c9dc5;
  for (const word of new Uint32Array(Float64Array.from(numbers).buffer)) hash = Math.imul(hash ^ word, 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}

function statesOf(
  layers: readonly UnitLayer[],
  categories: readonly number[],
): Pick<Collector<Overlaps>, 'empty' | 'merge' | 'codec'> {
  const kinds = kindsOf(categories);
  const sum = (a: Float64Array, b: Float64Array) => a.map((count, i) => count + b[i]);
  return {
    empty: () => ({
      annotated: new Float64Array(kinds),
      truth: new Float64Array(categories.length),
      layers: layers.map(({ shape: [C] }) => ({
        activation: new Float64Array(C * kinds),
        intersect: new Float64Array(C * categories.length),
      })),
    }),
    merge: (a, b) => ({
      annotated: sum(a.annotated, b.annotated),
      truth: sum(a.truth, b.truth),
      layers: a.layers.map(({ activation, intersect }, l) => ({
        activation: sum(activation, b.layers[l].activation),
        intersect: sum(intersect, b.layers[l].intersect),
      })),
    }),
    codec: {
      encode: ({ annotated, truth, layers: found }) => ({
        annotated: Array.from(annotated),
        truth: Array.from(truth),
        layers: found.map(({ activation, intersect }) => ({
          activation: Array.from(activation),
          intersect: Array.from(intersect),
        })),
      }),
      decode(data) {
        const state = checked(STATE, data, 'overlaps');
        const counts = (numbers: readonly number[], length: number, field: string) => {
          if (numbers.length === length) return Float64Array.from(numbers);
          throw new OptionError(`overlaps.${field}`, `must hold ${length} counts, got ${numbers.length}`);
        };
        if (state.layers.length !== layers.length) {
          throw new OptionError('overlaps.layers', `must hold ${layers.length} layers, got ${state.layers.length}`);
        }
        return {
          annotated: counts(state.annotated, kinds, 'annotated'),
          truth: counts(state.truth, categories.length, 'truth'),
          layers: layers.map(({ shape: [C] }, l) => ({
            activation: counts(state.layers[l].activation, C * kinds, `layers[${l}].activation`),
            intersect: counts(state.layers[l].intersect, C * categories.length, `layers[${l}].intersect`),
          })),
        };
      },
    },
  };
}

const COUNTS = list(whole(0), 'must be a list of counts');
const STATE = object(
  {
    annotated: COUNTS,
    truth: COUNTS,
    layers: list(object({ activation: COUNTS, intersect: COUNTS }, 'must be a layer'), 'must be a list of layers'),
  },
  'must be a state of overlaps',
);
const OPTIONS = object(
  {
    layers: layerList,
    categories: list(whole(0), 'must be a list of numbers'),
    places: text,
    meaning: text,
    thresholds: text,
  },
  'must be the options of overlaps',
);

/** The collector that made a file, by the options in it, for merging: it takes no images. @throws OptionError naming the field */
export function overlapsOf(options: unknown): Collector<Overlaps> {
  const { layers, categories, places, meaning, thresholds } = checked(OPTIONS, options, 'overlaps');
  const refuse = (): never => {
    throw new OptionError('overlaps', 'made from a file, they only merge: scan with overlaps(layers, …)');
  };
  return {
    name: 'overlaps',
    options: { layers: described(layers), categories: [...categories], places, meaning, thresholds },
    ops: refuse,
    add: refuse,
    ...statesOf(layers, categories),
  };
}
