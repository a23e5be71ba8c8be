// Where each unit is active in the pictures of its own that a dissection kept: for showing them.
import { OptionError } from '../core/errors.js';
import { sizeOf } from '../core/shape.js';
import type { Context } from '../gpu/context.js';
import type { Collector } from '../scan/collector.js';
import { valuesOf } from '../scan/layers.js';
import { scan } from '../scan/scan.js';
import type { ImageId, SetImage } from '../scene/images.js';
import type { LabelledSet } from '../scene/labels.js';
import { placesAbove } from '../scene/upsampling.js';
import type { Dissection, DissectionPlan, DissectRun } from './dissect.js';

/** The places of one picture at which a unit is active: bit i of byte j is place 8·j + i, row after row of the plan's size. */
export interface TopMask {
  readonly layer: number;
  readonly unit: number;
  /** Which of the unit's top pictures. */
  readonly rank: number;
  readonly bits: Uint8Array;
}

/** The masks of all units in their top pictures, by picture. Each picture is looked at once. */
export async function topMasks(
  ctx: Context,
  plan: DissectionPlan,
  { layers: dissected }: Pick<Dissection, 'layers'>,
  { images }: LabelledSet,
  run: DissectRun = {},
): Promise<ReadonlyMap<ImageId, readonly TopMask[]>> {
  const { model, layers, grids } = plan;
  const wanted = new Map<ImageId, Omit<TopMask, 'bits'>[]>();
  for (const [layer, { units }] of dissected.entries()) {
    for (const { unit, top } of units) {
      for (const [rank, { image }] of top.entries()) {
        const own = wanted.get(image) ?? [];
        own.push({ layer, unit, rank });
        wanted.set(image, own);
      }
    }
  }
  const places = Math.max(...grids.map(({ y, x }) => y.weights.length * x.weights.length));
  const found = new Uint32Array(places);
  const masks: Collector<Map<ImageId, TopMask[]>> = {
    name: 'topMasks',
    options: {},
    ops: (scene) => valuesOf(scene, layers),
    empty: () => new Map(),
    add(state, rows, batch) {
      for (const [n, { id }] of batch.entries()) {
        const own = (wanted.get(id) ?? []).map(({ layer, unit, rank }): TopMask => {
          const size = sizeOf(layers[layer].shape.slice(1));
          const from = (n * layers[layer].shape[0] + unit) * size;
          const { threshold } = dissected[layer].units[unit];
          const count = placesAbove(rows[layer].subarray(from, from + size), grids[layer], threshold, found);
          const bits = new Uint8Array(Math.ceil(places / 8));
          for (let i = 0; i < count; i++) bits[found[i] >> 3] |= 1 << (found[i] & 7);
          return { layer, unit, rank, bits };
        });
        state.set(id, own);
      }
      return state;
    },
    merge: (a, b) => new Map([...a, ...b]),
    codec: {
      encode: () => {
        throw new OptionError('topMasks', 'are not kept in files');
      },
      decode: () => {
        throw new OptionError('topMasks', 'are not kept in files');
      },
    },
  };
  const set = images
    .filter(({ id }) => wanted.has(id))
    .map(({ id, load }): SetImage => ({ id, picture: async () => (await load()).picture }));
  const { states } = await scan(ctx, model, set, [masks], run);
  return states[0];
}
