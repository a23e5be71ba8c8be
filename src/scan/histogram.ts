// How often each channel has values between fixed edges, over all images and all places of its map.
import { OptionError } from '../core/errors.js';
import { checked } from '../parts/schema.js';
import type { UnitLayer } from '../scene/unitLayers.js';
import type { Collector } from './collector.js';
import { described, eachMap, valuesOf } from './layers.js';
import { list, object, whole } from './schema.js';

/** How many activations of each channel fell between which edges. */
export interface Histogram {
  /** For each layer `[C, edges + 1]`: below the first edge, from each edge to the next one, and from the last edge on. */
  readonly counts: readonly Float64Array[];
}

/** What `histogram` must be told. */
export interface HistogramOptions {
  /** Rising. A value that equals an edge counts above it. */
  readonly edges: readonly number[];
}

/** A histogram of each channel of `layers`. All activations are read back: name the layers that are wanted. */
export function histogram(layers: readonly UnitLayer[], { edges }: HistogramOptions): Collector<Histogram> {
  if (edges.length === 0 || !edges.every((edge, i) => Number.isFinite(edge) && (i === 0 || edge > edges[i - 1]))) {
    throw new OptionError('edges', `must be one or more rising numbers, got ${JSON.stringify(edges)}`);
  }
  const bins = edges.length + 1;
  return {
    name: 'histogram',
    options: { edges: [...edges], layers: described(layers) },
    ops: (scene) => valuesOf(scene, layers),
    empty: () => ({ counts: layers.map(({ shape: [C] }) => new Float64Array(C * bins)) }),
    add(state, rows, images) {
      eachMap(layers, rows, images, (l, channel, map) => {
        const counts = state.counts[l];
        for (const value of map) counts[channel * bins + binOf(edges, value)]++;
      });
      return state;
    },
    merge: (a, b) => ({ counts: a.counts.map((list, l) => list.map((count, i) => count + b.counts[l][i])) }),
    codec: {
      encode: ({ counts }) => ({ counts: counts.map((list) => Array.from(list)) }),
      decode(data) {
        const { counts } = checked(STATE, data, 'histogram');
        const wanted = layers.map(({ shape: [C] }) => C * bins);
        const got = counts.map((list) => list.length);
        if (String(got) !== String(wanted)) {
          throw new OptionError('histogram.counts', `must hold lists of ${wanted} numbers, got ${got}`);
        }
        return { counts: counts.map((list) => Float64Array.from(list)) };
      },
    },
  };
}

const STATE = object(
  { counts: list(list(whole(0), 'must be a list of counts'), 'must be a list of layers') },
  'must be a state of histogram',
);

/** How many edges are at most `value`. */
function binOf(edges: readonly number[], value: number): number {
  let [from, to] = [0, edges.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (edges[middle] <= value) from = middle + 1;
    else to = middle;
  }
  return from;
}
