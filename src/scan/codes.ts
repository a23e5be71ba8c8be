// The activations of one layer at chosen places of each image, or what is made of them, row by row: what embeddings and atlases are made of.
import { OptionError } from '../core/errors.js';
import type { Value } from '../graph/tape.js';
import { op as gather } from '../kernels/gather/index.js';
import { op as reduction } from '../kernels/reduction/index.js';
import { op as reshape } from '../kernels/reshape/index.js';
import { checked } from '../parts/schema.js';
import type { ImageId } from '../scene/images.js';
import type { Scene } from '../scene/openNet.js';
import type { UnitLayer } from '../scene/unitLayers.js';
import { fromBase64, toBase64 } from './base64.js';
import type { Codec, Collector } from './collector.js';
import { described, notFinite } from './layers.js';
import { imageId, list, object, text, whole } from './schema.js';

/** The activations of one image. */
export interface Code {
  readonly id: ImageId;
  /** `[places, C]` */
  readonly row: Float32Array;
}

/** By the images' places in the set. */
export type Codes = Map<number, Code>;

/** What `codes` may be told. */
export interface CodesOptions {
  /** Rows and columns in the layer's map; or one number for all of it: its mean, its maximum or its sum. By default the map's centre. */
  readonly places?: readonly (readonly [y: number, x: number])[] | 'mean' | 'max' | 'sum';
  /** What is read in place of the activations. */
  readonly read?: Reading;
}

/** Something of the shape of a layer's activations. */
export interface Reading {
  /** States of readings with other names are not merged. */
  readonly name: string;
  /** On the scene's tape, of the activations' shape. */
  value(scene: Scene, activations: Value): Value;
}

/** The activations of all channels of `layer` at `places`, in its final content after in-place layers. */
export function codes(layer: UnitLayer, options: CodesOptions = {}): Collector<Codes> {
  const [C, H, W] = layer.shape;
  const { places = [[Math.floor(H / 2), Math.floor(W / 2)]], read } = options;
  const named = typeof places === 'string' ? [] : places;
  const P = typeof places === 'string' ? 1 : places.length;
  for (const [y, x] of named) {
    const inside = Number.isInteger(y) && Number.isInteger(x) && y >= 0 && y < H && x >= 0 && x < W;
    if (!inside) throw new OptionError('places', `${y},${x} is outside layer '${layer.layer}', a map of ${H}x${W}`);
  }
  if (P === 0) throw new OptionError('places', 'must name at least one place');
  return {
    name: 'codes',
    options: { layer: described([layer])[0], places, ...(read && { read: read.name }) },
    ops(scene) {
      const { tape, at } = scene;
      const activations = at.final(layer.layer);
      const x = read ? read.value(scene, activations) : activations;
      const maps = tape.apply(reshape, { x }, { shape: [x.shape[0], C, H * W] });
      if (typeof places === 'string') {
        return [tape.apply(reduction, { x: maps }, { kind: places, axes: [2], keep: true })];
      }
      const indices = Float32Array.from(named, ([row, column]) => row * W + column);
      return [tape.apply(gather, { x: maps, at: tape.constant('places', [P], indices) }, { axis: 2 })];
    },
    empty: () => new Map(),
    add(state, [values], images) {
      for (const [n, { index, id }] of images.entries()) {
        const row = new Float32Array(P * C);
        for (let c = 0; c < C; c++) {
          for (let p = 0; p < P; p++) {
            const value = values[(n * C + c) * P + p];
            if (!Number.isFinite(value)) throw notFinite(layer.layer, c, value, id);
            row[p * C + c] = value;
          }
        }
        state.set(index, { id, row });
      }
      return state;
    },
    merge: (a, b) => new Map([...a, ...b].sort(([i], [j]) => i - j)),
    codec: codesCodec(P * C, 'codes'),
  };
}

/** Codes of `length` numbers as plain data: their bytes in base64. `what` is what messages call them. */
export const codesCodec = (length: number, what: string): Codec<Codes> => ({
  encode: (state) =>
    [...state].sort(([i], [j]) => i - j).map(([index, { id, row }]) => ({ index, id, row: toBase64(row) })),
  decode(data) {
    return new Map(
      checked(STATE, data, what).map(({ index, id, row: letters }, i) => {
        const row = fromBase64(letters);
        if (row?.length === length) return [index, { id, row }];
        throw new OptionError(
          `${what}[${i}].row`,
          `must be ${length} numbers of float32 in base64, got ${letters.length} letters`,
        );
      }),
    );
  },
});

const STATE = list(
  object({ index: whole(0), id: imageId, row: text }, 'must be the code of an image'),
  'must be a list of codes',
);
