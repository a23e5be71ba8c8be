// The images that each channel likes best: the Deep Visualization Toolbox's find_maxes (Yosinski et al. 2015), after Zeiler &
// Fergus 2013. Of each image a channel gets one place, its maximum over the map, which is found on the device.
import * as v from 'valibot';
import { OptionError } from '../core/errors.js';
import { type Node, type Tape, type Value, variadic } from '../graph/tape.js';
import { binary } from '../kernels/binary/index.js';
import { op as channelMax } from '../kernels/channelMax/index.js';
import { op as concat } from '../kernels/concat/index.js';
import { op as reduction } from '../kernels/reduction/index.js';
import { op as reshape } from '../kernels/reshape/index.js';
import { op as slice } from '../kernels/slice/index.js';
import { checked } from '../parts/schema.js';
import type { ImageId } from '../scene/images.js';
import type { Scene } from '../scene/openNet.js';
import type { UnitLayer } from '../scene/unitLayers.js';
import type { Collector } from './collector.js';
import { described, notFinite } from './layers.js';
import { finite, imageId, layerList, list, object, text, whole } from './schema.js';

/** The best images of a layer's channels: `[C, k]`, of which the first `count` of each row are filled, the best first. */
export interface TopKLayer {
  readonly values: Float32Array;
  /** Where in the channel's map, row after row. */
  readonly places: Uint32Array;
  /** Places of the images in the set, which decide between equal values: the earlier is the better. */
  readonly indices: Float64Array;
  readonly images: ImageId[];
}

/** The images that each channel responds to most. */
export interface TopK {
  /** Images that each channel holds: as many as it was shown, up to k. */
  count: number;
  readonly layers: readonly TopKLayer[];
}

/** What `topK` may be told. */
export interface TopKOptions {
  /** Images kept per channel. */
  readonly k?: number;
  /**
   * What images are ranked by in place of activations, such as relevances (RelMax, Achtibat et al. 2023): of each channel the sum over its
   * map, as a share of the absolute sums of all channels. The place is where the map is greatest.
   */
  readonly read?: MapReading;
}

/** Something of the shapes of layers' activations. */
export interface MapReading {
  /** States of readings with other names are not merged. */
  readonly name: string;
  /** On the scene's tape, each of the shape of its layer's activations. */
  values(scene: Scene, activations: readonly Value[]): readonly Value[];
}

/** For every channel of `layers` the `k` images with the greatest activations; of equal values the earlier image is the better. */
export function topK(layers: readonly UnitLayer[], { k = 9, read }: TopKOptions = {}): Collector<TopK> {
  if (!(Number.isInteger(k) && k >= 1)) throw new OptionError('k', `must be a whole number from 1, got ${k}`);
  const empty = (): TopK => ({
    count: 0,
    layers: layers.map(({ shape: [C] }) => ({
      values: new Float32Array(C * k),
      places: new Uint32Array(C * k),
      indices: new Float64Array(C * k),
      images: new Array<ImageId>(C * k).fill(0),
    })),
  });
  return {
    name: 'topK',
    options: { k, layers: described(layers), ...(read && { by: read.name }) },
    ops(scene) {
      const { tape, at } = scene;
      const activations = layers.map(({ layer }) => at.final(layer));
      const maxima = read
        ? read.values(scene, activations).map((map) => shareOf(tape, map))
        : maximaOf(tape, activations);
      return [maxima.length === 1 ? maxima[0] : tape.apply(concat, variadic(maxima), { axis: 1 })];
    },
    empty,
    add(state, [maxima], images) {
      let start = 0;
      for (const { index, id } of images) {
        for (const [l, { layer, shape }] of layers.entries()) {
          start = addImage(state.layers[l], state.count, k, layer, shape[0], maxima, start, index, id);
        }
        state.count = Math.min(state.count + 1, k);
      }
      return state;
    },
    merge(a, b) {
      const merged = empty();
      merged.count = Math.min(a.count + b.count, k);
      for (const [l, to] of merged.layers.entries()) {
        for (let c = 0; c < layers[l].shape[0]; c++) {
          let [i, j] = [c * k, c * k];
          const [endA, endB] = [i + a.count, j + b.count];
          for (let at = c * k; at < c * k + merged.count; at++) {
            const first = j === endB || (i < endA && isBetter(a.layers[l], i, b.layers[l], j));
            copySlot(first ? a.layers[l] : b.layers[l], first ? i++ : j++, to, at);
          }
        }
      }
      return merged;
    },
    codec: {
      encode: ({ count, layers: found }) => {
        const filled = <T>(list: ArrayLike<T>): T[] => Array.from(list).filter((_, i) => i % k < count);
        return {
          count,
          layers: found.map(({ values, places, indices, images }) => ({
            values: filled(values),
            places: filled(places),
            indices: filled(indices),
            images: filled(images),
          })),
        };
      },
      decode(data) {
        const state = empty();
        const { count, layers: lists } = checked(STATE, data, 'topK');
        state.count = count;
        for (const [l, layer] of state.layers.entries()) {
          const C = layers[l].shape[0];
          for (const [field, list] of Object.entries(lists[l] ?? {})) {
            if (list.length === C * count && count <= k) continue;
            throw new OptionError(
              `topK.layers[${l}].${field}`,
              `must hold ${C * Math.min(count, k)}, got ${list.length}`,
            );
          }
          if (!lists[l]) throw new OptionError('topK.layers', `must hold ${layers.length} layers, got ${lists.length}`);
          for (let i = 0; i < C * count; i++) {
            const to = Math.floor(i / count) * k + (i % count);
            layer.values[to] = lists[l].values[i];
            layer.places[to] = lists[l].places[i];
            layer.indices[to] = lists[l].indices[i];
            layer.images[to] = lists[l].images[i];
          }
        }
        return state;
      },
    },
  };
}

/**
 * The maxima `[N, C, 2]` of each value. What is a part of another value, as of an inception's, gets its part of that one's maxima: then
 * the part is read once, and a convolution can write it in its place.
 */
function maximaOf(tape: Tape, values: readonly Value[]): Value[] {
  const wanted = new Set(values.map(({ id }) => id));
  const joints = tape.nodes.filter(({ op, attrs, output }) => wanted.has(output.id) && op.joinsChannels?.(attrs));
  const found = new Map<number, Value>();
  const of = (value: Value): Value => {
    const known = found.get(value.id);
    if (known) return known;
    const joint = joints.find(({ inputs }) => Object.values(inputs).some(({ id }) => id === value.id));
    const maxima = joint
      ? tape.apply(slice, { x: of(joint.output) }, { axis: 1, ...rangeIn(joint, value) })
      : tape.apply(channelMax, { x: value }, {});
    found.set(value.id, maxima);
    return maxima;
  };
  return values.map(of);
}

/** Keeps what is zero everywhere from dividing by zero; the number of zennit-crp. */
const TINY = 1e-10;

/**
 * Of maps `[N, C, ...]` the numbers `[N, C, 2]` that `channelMax` gives of activations: each channel's sum as a share of the absolute sums
 * of all channels, and the place of its maximum.
 */
function shareOf(tape: Tape, map: Value): Value {
  const [N, C] = map.shape;
  const rows = tape.apply(reshape, { x: map }, { shape: [N, C, -1] });
  const sums = tape.apply(reduction, { x: rows }, { kind: 'sum', axes: [2], keep: true });
  const all = tape.apply(reduction, { x: sums }, { kind: 'l1', axes: [1], keep: true });
  const share = binary(tape, 'div', sums, binary(tape, 'add', all, tape.constant('tiny', [1], Float32Array.of(TINY))));
  const places = tape.apply(slice, { x: tape.apply(channelMax, { x: map }, {}) }, { axis: 2, start: 1, end: 2 });
  return tape.apply(concat, variadic([share, places]), { axis: 2 });
}

/** The channels that a part has in what it is joined into. */
function rangeIn({ inputs }: Node, part: Value): { readonly start: number; readonly end: number } {
  const parts = Object.values(inputs);
  const before = parts.slice(
    0,
    parts.findIndex(({ id }) => id === part.id),
  );
  const start = before.reduce((sum, { shape }) => sum + shape[1], 0);
  return { start, end: start + part.shape[1] };
}

const STATE = object(
  {
    count: whole(0),
    layers: list(
      object(
        {
          values: list(finite, 'must be a list of numbers'),
          places: list(whole(0), 'must be a list of whole numbers'),
          indices: list(whole(0), 'must be a list of whole numbers'),
          images: list(imageId, 'must be a list of names'),
        },
        'must be a layer',
      ),
      'must be a list of layers',
    ),
  },
  'must be a state of topK',
);

const OPTIONS = object(
  {
    k: whole(1),
    layers: layerList,
    by: v.optional(text),
  },
  'must be the options of topK',
);

/** The collector that made a file, by the options in it, without the net. @throws OptionError naming the field */
export function topKOf(options: unknown): {
  readonly collector: Collector<TopK>;
  readonly k: number;
  readonly layers: readonly UnitLayer[];
} {
  const { k, layers, by } = checked(OPTIONS, options, 'topK');
  if (by === undefined) return { collector: topK(layers, { k }), k, layers };
  const values = (): never => {
    throw new OptionError('topK', `made from a file, they only merge: scan with topK(layers, { read })`);
  };
  return { collector: topK(layers, { k, read: { name: by, values } }), k, layers };
}

/** Takes one image's maxima `[C, 2]` from `start` on; returns where the next layer's are. */
function addImage(
  { values, places, indices, images }: TopKLayer,
  count: number,
  k: number,
  layer: string,
  C: number,
  maxima: Float32Array,
  start: number,
  index: number,
  id: ImageId,
): number {
  const room = count < k;
  for (let c = 0; c < C; c++) {
    // A ReLU's zero may be −0, which JSON does not keep.
    const value = maxima[start + c * 2] + 0;
    if (!Number.isFinite(value)) throw notFinite(layer, c, value, id, '; its maximum must be a number');
    const first = c * k;
    let j = first + (room ? count : k);
    const better = (at: number) => value > values[at] || (value === values[at] && index < indices[at]);
    if (!room && !better(j - 1)) continue;
    if (!room) j--;
    for (; j > first && better(j - 1); j--) {
      values[j] = values[j - 1];
      places[j] = places[j - 1];
      indices[j] = indices[j - 1];
      images[j] = images[j - 1];
    }
    values[j] = value;
    places[j] = maxima[start + c * 2 + 1];
    indices[j] = index;
    images[j] = id;
  }
  return start + C * 2;
}

const isBetter = (a: TopKLayer, i: number, b: TopKLayer, j: number): boolean =>
  a.values[i] > b.values[j] || (a.values[i] === b.values[j] && a.indices[i] < b.indices[j]);

function copySlot(from: TopKLayer, i: number, to: TopKLayer, j: number): void {
  to.values[j] = from.values[i];
  to.places[j] = from.places[i];
  to.indices[j] = from.indices[i];
  to.images[j] = from.images[i];
}
