// What the methods after Grad-CAM have in common: a layer's maps A, the target's gradient G there, and weights for each channel.
import type { Tape, Value } from '../graph/tape.js';
import { binary } from '../kernels/binary/index.js';
import { op as reduction } from '../kernels/reduction/index.js';
import { op as relu } from '../kernels/relu/index.js';
import { resample } from '../kernels/resample/index.js';
import { resizeTable } from '../kernels/resample/tables.js';
import { op as reshape } from '../kernels/reshape/index.js';
import type { AttributionMethod } from '../parts/kinds.js';
import type { Scene } from '../scene/openNet.js';
import { attributeTo } from './attribute.js';
import { mapsFor } from './layer.js';
import { LAYER } from './methods/fields.js';
import { onePass } from './onePass.js';

/** Fields of these methods. */
export const CAM = {
  layer: LAYER,
  rectified: {
    type: 'choice',
    of: ['yes', 'no'],
    default: 'yes',
    text: 'whether places that speak against the target are zero; else the map has signs',
  },
  size: {
    type: 'choice',
    of: ['image', 'layer'],
    default: 'image',
    text: 'of the map: the picture’s, bilinearly, or the layer’s',
  },
} as const;

/** Of which layer, and how the map is finished. */
export interface CamOptions {
  readonly layer?: string;
  readonly rectified: 'yes' | 'no';
  readonly size: 'image' | 'layer';
}

/** A layer's maps and the target's gradient there, `[N, K, h, w]` both. */
export interface Weighed {
  readonly tape: Tape;
  readonly maps: Value;
  readonly gradient: Value;
}

/** The maps of the layer, and how the target rises with them. @throws OptionError */
export function weighed(scene: Scene, target: Value, layer?: string): Weighed & { readonly name: string } {
  const { name, maps } = mapsFor(scene, target, layer);
  const [gradient] = attributeTo(scene, { target: { build: () => target } }, [maps]);
  return { tape: scene.tape, name, maps, gradient };
}

/** Σ over the channels of the maps times `weights`, `[N, K, 1, 1]` or of their shape: `[N, 1, h, w]`, or as large as the picture. */
export function camOf(
  scene: Scene,
  maps: Value,
  weights: Value,
  { rectified, size }: Omit<CamOptions, 'layer'>,
): Value {
  const { tape, image } = scene;
  const sum = tape.apply(reduction, { x: binary(tape, 'mul', maps, weights) }, { kind: 'sum', axes: [1], keep: true });
  const map = rectified === 'yes' ? tape.apply(relu, { x: sum }, { slope: 0 }) : sum;
  return size === 'image' ? resized(tape, map, image.shape.slice(2)) : map;
}

/** Maps `[N, K, h, w]` at another size, bilinearly, by the centres of pixels: `align_corners` is false. */
function resized(tape: Tape, maps: Value, size: readonly number[]): Value {
  return size.reduce(
    (x, to, i) => resample(tape, x, resizeTable(2 + i, x.shape[2 + i], to, to / x.shape[2 + i], { mode: 'linear' })),
    maps,
  );
}

/** The mean of each channel over its places, `[N, K, 1, 1]`. */
export const meanOfPlaces = (tape: Tape, x: Value): Value =>
  tape.apply(reduction, { x }, { kind: 'mean', axes: [2, 3], keep: true });

/** The sum of each channel over its places, `[N, K, 1, 1]`. */
export const sumOfPlaces = (tape: Tape, x: Value): Value =>
  tape.apply(reduction, { x }, { kind: 'sum', axes: [2, 3], keep: true });

/** A method after Grad-CAM: `weightsOf` says how much each channel counts, `[N, K, 1, 1]` or at each place. */
export const camMethod = (
  label: string,
  options: CamOptions,
  weightsOf: (weighed: Weighed) => Value,
): AttributionMethod =>
  onePass(label, (scene, target) => {
    const found = weighed(scene, target, options.layer);
    const map = camOf(scene, found.maps, weightsOf(found), options);
    const [N, , h, w] = map.shape;
    return {
      map: scene.tape.apply(reshape, { x: map }, { shape: [N, h, w] }),
      meaning: `how much each place of '${found.name}' speaks for the target`,
      drawn: options.rectified === 'yes' ? 'size' : 'signed',
      layer: found.name,
    };
  });
