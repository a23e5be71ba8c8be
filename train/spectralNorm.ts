// Spectral normalization (Miyato et al. 2018): weights divided by their greatest singular value, so that a discriminator changes no
// faster than its input. The value is followed by one step of power iteration for each step of training.
import { type Shape, sizeOf } from '../src/core/shape.js';
import type { Model } from '../src/graph/model.js';
import type { Tape, Value } from '../src/graph/tape.js';
import { binary } from '../src/kernels/binary/index.js';
import { op as detach } from '../src/kernels/detach/index.js';
import { op as matMul } from '../src/kernels/matMul/index.js';
import { pointwise } from '../src/kernels/pointwise/index.js';
import { op as reduction } from '../src/kernels/reduction/index.js';
import { op as reshape } from '../src/kernels/reshape/index.js';
import type { Net } from './net.js';
import { streamOf } from './world/random.js';

/** A length that is too small to divide by counts as this. */
const LEAST_LENGTH = 1e-12;

export interface Normalized {
  /** Weights to trace the net with: those of `.w` normalized, the others as they are. */
  readonly weights: ReadonlyMap<string, Value>;
  /** The vectors of the power iteration. They are kept with the weights. */
  readonly vectors: Net;
}

/** The weights of `net`, each weight `[O, ...]` divided by the greatest singular value of the matrix `[O, rest]`, as Σ = uᵀWv. */
export function spectrallyNormalized(tape: Tape, { model, weights }: Net): Normalized {
  const normalized = new Map<string, Value>();
  const vectors = new Map<string, Value>();
  for (const [key, w] of weights) {
    if (!key.endsWith('.w')) {
      normalized.set(key, w);
      continue;
    }
    const u = tape.leaf(`${model.name}/${key}.u`, { shape: [1, w.shape[0]], dtype: 'f32' });
    const { sigma, next } = greatestSingularValue(tape, asMatrix(tape, w), u);
    tape.assign(u, next);
    vectors.set(`${key}.u`, u);
    normalized.set(
      key,
      binary(
        tape,
        'div',
        w,
        asShape(
          tape,
          sigma,
          w.shape.map(() => 1),
        ),
      ),
    );
  }
  return { weights: normalized, vectors: { model: withVectors(model, vectors), weights: vectors } };
}

/** One step of power iteration on W `[O, K]` from u `[1, O]`: its greatest singular value `[1, 1]`, through which gradients go to W alone. */
export function greatestSingularValue(tape: Tape, W: Value, u: Value): { readonly sigma: Value; readonly next: Value } {
  const alone = tape.apply(detach, { x: W }, {});
  const v = unitLength(tape, tape.apply(matMul, { a: u, b: alone }, {}));
  const stretched = tape.apply(matMul, { a: v, b: W }, { transposeB: true });
  const next = unitLength(tape, tape.apply(detach, { x: stretched }, {}));
  const sigma = tape.apply(
    reduction,
    { x: binary(tape, 'mul', stretched, next) },
    { kind: 'sum', axes: [1], keep: true },
  );
  return { sigma, next };
}

const asShape = (tape: Tape, x: Value, shape: Shape): Value => tape.apply(reshape, { x }, { shape });
const asMatrix = (tape: Tape, w: Value): Value => asShape(tape, w, [w.shape[0], sizeOf(w.shape) / w.shape[0]]);

function unitLength(tape: Tape, x: Value): Value {
  const squares = tape.apply(reduction, { x }, { kind: 'sumSquare', axes: [1], keep: true });
  const least = tape.constant('least length', [1, 1], Float32Array.of(LEAST_LENGTH));
  return binary(tape, 'div', x, binary(tape, 'max', pointwise(tape, squares, 'sqrt'), least));
}

/** The vectors as weights of a model, with which they start: normal numbers, the same in every run. */
function withVectors(model: Model, vectors: ReadonlyMap<string, Value>): Model {
  const random = streamOf(1, 0x5eed);
  const starts = [...vectors].map(([key, { shape }]) => {
    const data = Float32Array.from({ length: sizeOf(shape) }, () => random.between(-1, 1));
    return [key, { shape, dtype: 'f32', data }] as const;
  });
  return { ...model, weights: new Map(starts) };
}
