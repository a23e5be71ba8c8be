// What collectors over the units of layers share: the layers' values on a tape, and one image's numbers in them.
import { NotFiniteError } from '../core/errors.js';
import { sizeOf } from '../core/shape.js';
import type { Value } from '../graph/tape.js';
import type { Scene } from '../scene/openNet.js';
import type { UnitLayer } from '../scene/unitLayers.js';
import type { ScannedImage } from './collector.js';

/** The layers as a collector's options have them. */
export const described = (layers: readonly UnitLayer[]): readonly UnitLayer[] =>
  layers.map(({ layer, shape: [C, H, W] }) => ({ layer, shape: [C, H, W] }));

/** All activations of each layer, in its final content after in-place layers. */
export const valuesOf = ({ at }: Scene, layers: readonly UnitLayer[]): readonly Value[] =>
  layers.map(({ layer }) => at.final(layer));

/** Calls `take` with the map of each image's channel. */
export function eachMap(
  layers: readonly UnitLayer[],
  rows: readonly Float32Array[],
  images: readonly ScannedImage[],
  take: (layer: number, channel: number, map: Float32Array) => void,
): void {
  for (const [l, { layer, shape }] of layers.entries()) {
    const [C] = shape;
    const size = sizeOf(shape) / C;
    for (const [n, { id }] of images.entries()) {
      for (let c = 0; c < C; c++) {
        const from = (n * C + c) * size;
        const map = rows[l].subarray(from, from + size);
        for (const value of map) if (!Number.isFinite(value)) throw notFinite(layer, c, value, id);
        take(l, c, map);
      }
    }
  }
}

export const notFinite = (layer: string, channel: number, value: number, id: ScannedImage['id'], what = '') =>
  new NotFiniteError(
    `Layer '${layer}', channel ${channel}, is ${value} for image '${id}'${what}. ` +
      "Look at the image, and at the model's weights and preprocessing.",
  );
