// Recurrent layers by ONNX's equations, in float64.
import { fill, get, type RefTensor } from '../reference.js';
import type { ActivationName } from './cells.js';
import type { Attrs } from './index.js';

const FUNCTIONS: Readonly<Record<ActivationName, (v: number) => number>> = {
  Sigmoid: (v) => 1 / (1 + Math.exp(-v)),
  Tanh: Math.tanh,
  Relu: (v) => Math.max(v, 0),
};
const GATES = { lstm: 4, gru: 3, rnn: 1 } as const;

export function ref(inputs: Record<string, RefTensor>, attrs: Attrs): RefTensor {
  const { x, w, r, b, h0, c0, p } = inputs;
  const { kind, directions, activations, batchFirst, starts, peepholes, resetAfter, output } = attrs;
  const [T, N] = batchFirst ? [x.shape[1], x.shape[0]] : x.shape;
  const [C, H, D] = [x.shape[2], r.shape[2], directions.length];
  const rows = GATES[kind] * H;
  const ys = new Map<string, Float64Array>();
  const ends = new Map<string, { h: Float64Array; c: Float64Array }>();
  for (let d = 0; d < D; d++) {
    const [f, g, out] = activations[d].map((name) => FUNCTIONS[name]);
    for (let n = 0; n < N; n++) {
      const start = (t: RefTensor) => {
        // A state of one row is the whole batch's.
        const row = t.shape[batchFirst ? 0 : 1] === 1 ? 0 : n;
        return Float64Array.from({ length: H }, (_, k) =>
          starts ? (batchFirst ? get(t, row, d, k) : get(t, d, row, k)) : 0,
        );
      };
      let h = start(h0);
      let c = kind === 'lstm' ? start(c0) : new Float64Array(H);
      for (let i = 0; i < T; i++) {
        const t = directions[d] === 'reverse' ? T - 1 - i : i;
        const fromX = (row: number) => {
          let sum = get(b, d, row);
          for (let k = 0; k < C; k++) sum += get(w, d, row, k) * (batchFirst ? get(x, n, t, k) : get(x, t, n, k));
          return sum;
        };
        const fromH = (row: number, state: ArrayLike<number>) => {
          let sum = get(b, d, rows + row);
          for (let k = 0; k < H; k++) sum += get(r, d, row, k) * state[k];
          return sum;
        };
        const [oldH, oldC] = [h, c];
        const both = (gate: number, k: number) => fromX(gate * H + k) + fromH(gate * H + k, oldH);
        const hole = (gate: number, k: number, cells: Float64Array) =>
          peepholes ? get(p, d, gate * H + k) * cells[k] : 0;
        if (kind === 'lstm') {
          const next = oldC.map(
            (v, k) => f(both(2, k) + hole(2, k, oldC)) * v + f(both(0, k) + hole(0, k, oldC)) * g(both(3, k)),
          );
          h = next.map((v, k) => f(both(1, k) + hole(1, k, next)) * out(v));
          c = next;
        } else if (kind === 'gru') {
          const reset = oldH.map((_, k) => f(both(1, k)));
          const before = oldH.map((v, k) => v * reset[k]);
          h = oldH.map((v, k) => {
            const seen = resetAfter ? reset[k] * fromH(2 * H + k, oldH) : fromH(2 * H + k, before);
            const z = f(both(0, k));
            return (1 - z) * g(fromX(2 * H + k) + seen) + z * v;
          });
        } else h = oldH.map((_, k) => f(both(0, k)));
        ys.set(`${t},${d},${n}`, h);
      }
      ends.set(`${d},${n}`, { h, c });
    }
  }
  const y = (t: number, d: number, n: number, k: number) => ys.get(`${t},${d},${n}`)?.[k] ?? Number.NaN;
  const end = (d: number, n: number, k: number) => ends.get(`${d},${n}`)?.[output === 'c' ? 'c' : 'h'][k] ?? Number.NaN;
  if (output === 'y') {
    return batchFirst ? fill([N, T, D, H], (n, t, d, k) => y(t, d, n, k)) : fill([T, D, N, H], y);
  }
  return batchFirst ? fill([N, D, H], (n, d, k) => end(d, n, k)) : fill([D, N, H], end);
}
