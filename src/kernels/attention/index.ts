// Scaled dot-product attention (Vaswani et al. 2017) with one or several heads. Made of matrix products and a softmax.
import { ShapeError } from '../../core/errors.js';
import { formatShape } from '../../core/shape.js';
import { defineMacro, type Tape, type Value } from '../../graph/tape.js';
import { binary } from '../binary/index.js';
import { op as matMul } from '../matMul/index.js';
import { pointwise } from '../pointwise/index.js';
import { op as reduction } from '../reduction/index.js';
import { resample } from '../resample/index.js';
import { take } from '../resample/tables.js';
import { op as reshape } from '../reshape/index.js';
import { op as softmax } from '../softmax/index.js';
import { op as transpose } from '../transpose/index.js';
import { where } from '../where/index.js';

export interface Attrs {
  /** Number of heads in the hidden axis of `[N, S, heads·D]`; absent if the heads are a separate axis. */
  readonly heads?: { readonly q: number; readonly kv: number };
  /** Factor of the products; absent: 1/√D. */
  readonly scale?: number;
  /** How many keys before its own position a query sees; absent: all. Causal attention sees none after it. */
  readonly before?: number;
  readonly after?: number;
  /** If above 0, a tanh limits products to between −softcap and softcap. */
  readonly softcap: number;
  /** The meaning of the mask: none, numbers added to the products, or 0 for a key that is not visible. */
  readonly mask: 'none' | 'added' | 'seen';
}

/** A macro has no kernels of its own. */
export const kernels = [];

/**
 * `softmax(q kᵀ · scale + mask) v` for q `[N, heads, S, D]`, k `[N, heads', L, D]` and v `[N, heads', L, E]`, giving
 * `[N, heads, S, E]`; heads of k and v may be fewer, each then serves several of q. Or with the heads side by side, q `[N, S, heads·D]`
 * and the like, giving `[N, S, heads·E]`. The mask broadcasts to `[N, heads, S, L]`.
 */
export const op = defineMacro({
  name: 'attention',
  inputs: ['q', 'k', 'v', 'mask'],
  expand(tape, inputs, attrs: Attrs): Value {
    const { heads, before, after, softcap, mask } = attrs;
    const [q, k, v] = [
      split(tape, 'q', inputs.q, heads?.q),
      split(tape, 'k', inputs.k, heads?.kv),
      split(tape, 'v', inputs.v, heads?.kv),
    ];
    const [, H, S, D] = q.shape;
    const [, Hk, L] = k.shape;
    if (v.shape[1] !== Hk || v.shape[2] !== L || H % Hk !== 0) {
      const seen = [q, k, v].map((x) => formatShape(x.shape)).join(', ');
      throw new ShapeError('attention', `heads and keys of q, k and v must fit, got ${seen}`);
    }
    const each = (x: Value): Value =>
      H === Hk
        ? x
        : resample(
            tape,
            x,
            take(
              1,
              Array.from({ length: H }, (_, h) => Math.floor((h * Hk) / H)),
            ),
          );
    const turned = tape.apply(transpose, { x: each(k) }, { order: [0, 1, 3, 2] });
    let scores = tape.apply(matMul, { a: q, b: turned }, { factor: attrs.scale ?? 1 / Math.sqrt(D) });
    if (softcap > 0) {
      const bent = pointwise(tape, pointwise(tape, scores, 'power', { a: 1 / softcap }), 'tanh');
      scores = pointwise(tape, bent, 'power', { a: softcap });
    }
    const never = tape.constant('never', [], () => Float32Array.of(Number.NEGATIVE_INFINITY));
    if (mask === 'added') scores = binary(tape, 'add', scores, inputs.mask);
    if (mask === 'seen') scores = where(tape, inputs.mask, scores, never);
    if (before !== undefined || after !== undefined) {
      const near = tape.constant('near', [S, L], () =>
        Float32Array.from({ length: S * L }, (_, i) => {
          const ahead = (i % L) - Math.floor(i / L);
          return Number(ahead <= (after ?? L) && -ahead <= (before ?? S));
        }),
      );
      scores = where(tape, near, scores, never);
    }
    const y = tape.apply(matMul, { a: shares(tape, scores, never), b: each(v) }, {});
    if (!heads) return y;
    const beside = tape.apply(transpose, { x: y }, { order: [0, 2, 1, 3] });
    return tape.apply(reshape, { x: beside }, { shape: [0, 0, H * y.shape[3]] });
  },
});

/** The softmax of each query's scores. A query without visible keys gets zeros: the softmax of only −∞ would be NaN. */
function shares(tape: Tape, scores: Value, never: Value): Value {
  const most = tape.apply(reduction, { x: scores }, { kind: 'max', axes: [3], keep: true });
  const blind = binary(tape, 'equal', most, never);
  const zero = tape.constant('zero', [], () => new Float32Array(1));
  const finite = where(tape, blind, zero, scores);
  return where(tape, blind, zero, tape.apply(softmax, { x: finite }, { from: 3, to: 4 }));
}

/** Splits heads that are side by side into a separate axis. */
function split(tape: Tape, name: string, x: Value, heads: number | undefined): Value {
  const rank = heads === undefined ? 4 : 3;
  if (x.shape.length !== rank || (heads !== undefined && x.shape[2] % heads !== 0)) {
    const wanted = heads === undefined ? '[N,heads,S,D]' : `[N,S,D] with D a multiple of its ${heads} heads`;
    throw new ShapeError('attention', `${name} must be ${wanted}, got ${formatShape(x.shape)}`);
  }
  if (heads === undefined) return x;
  const cut = tape.apply(reshape, { x }, { shape: [0, 0, heads, x.shape[2] / heads] });
  return tape.apply(transpose, { x: cut }, { order: [0, 2, 1, 3] });
}
