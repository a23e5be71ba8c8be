// How far activations go towards others: what directions and caricatures have in common.
import { OptionError } from '../core/errors.js';
import type { Tape, Value } from '../graph/tape.js';
import { binary } from '../kernels/binary/index.js';
import { pointwise } from '../kernels/pointwise/index.js';
import { op as reduction } from '../kernels/reduction/index.js';
import type { Scene } from '../scene/openNet.js';
import { mapsOf, meanOfPlaces } from './maps.js';

/** Below this cosine an activation counts as if it had it, so that one that points away still has a gradient. lucid: 0.1. */
const LEAST_COSINE = 0.1;
/** Keeps the length of an activation that is zero from dividing by zero. */
const TINY = 1e-12;

/** The field of a part that says how much the cosine counts. */
export const POWER = {
  type: 'number',
  min: 0,
  default: 0,
  text: 'power of the cosine that the product is weighed with; 0 is the product alone',
} as const;

/** A layer of the picture that a part names, or of several, which images then follow one by one. @throws OptionError */
export function mapsOfPicture(scene: Scene, picture: string, layer: string): Value {
  const maps = mapsOf(scene.reference(picture), layer);
  const [pictures] = maps.shape;
  if (pictures === 1 || pictures === scene.batch) return maps;
  throw new OptionError(
    'references',
    `'${picture}' holds ${pictures} pictures; it needs one, or one for each of ${scene.batch} images`,
  );
}

/** The field of a part that names a picture. */
export const PICTURE = {
  type: 'text',
  text: 'the picture, by the name under which the run is given it (references); or one for each image',
} as const;

/**
 * The mean over the places of maps `[N, C, …]` of `dot · max(0.1, cosine)^power`, where dot is the product over the channels with `target`,
 * `[1, C, …]` or `[N, C, …]` of the same places or of one: `[N]`.
 */
export function along(tape: Tape, maps: Value, target: Value, power: number): Value {
  const dot = tape.apply(reduction, { x: binary(tape, 'mul', maps, target) }, { kind: 'sum', axes: [1], keep: true });
  if (power === 0) return meanOfPlaces(tape, dot);
  const squares = (x: Value) => tape.apply(reduction, { x }, { kind: 'sumSquare', axes: [1], keep: true });
  // (|a|²·|v|² + tiny)^-½, as (a·x + b) to the power c.
  const inverse = pointwise(tape, binary(tape, 'mul', squares(maps), squares(target)), 'power', { b: TINY, c: -0.5 });
  const cosine = pointwise(tape, binary(tape, 'mul', dot, inverse), 'clip', { a: LEAST_COSINE, b: 1 });
  return meanOfPlaces(tape, binary(tape, 'mul', dot, pointwise(tape, cosine, 'power', { c: power })));
}
