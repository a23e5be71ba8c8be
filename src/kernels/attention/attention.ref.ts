// Scaled dot-product attention, in float64.
import { fill, get, type RefTensor } from '../reference.js';
import type { Attrs } from './index.js';

export function ref({ q, k, v, mask: given }: Record<string, RefTensor>, attrs: Attrs): RefTensor {
  const { heads, before = Infinity, after = Infinity, softcap, mask } = attrs;
  const H = heads?.q ?? q.shape[1];
  const Hk = heads?.kv ?? k.shape[1];
  const at = (t: RefTensor, count: number, n: number, h: number, s: number, d: number) =>
    heads ? get(t, n, s, (h * t.shape[2]) / count + d) : get(t, n, h, s, d);
  const [S, L] = heads ? [q.shape[1], k.shape[1]] : [q.shape[2], k.shape[2]];
  const D = heads ? q.shape[2] / H : q.shape[3];
  const E = heads ? v.shape[2] / Hk : v.shape[3];
  const masked = (n: number, h: number, s: number, l: number) => {
    const index = [n, h, s, l].slice(4 - given.shape.length).map((i, axis) => (given.shape[axis] === 1 ? 0 : i));
    return get(given, ...index);
  };
  const value = (n: number, h: number, s: number, e: number): number => {
    const own = Math.floor((h * Hk) / H);
    const scores = Array.from({ length: L }, (_, l) => {
      let sum = 0;
      for (let d = 0; d < D; d++) sum += at(q, H, n, h, s, d) * at(k, Hk, n, own, l, d);
      sum *= attrs.scale ?? 1 / Math.sqrt(D);
      if (softcap > 0) sum = softcap * Math.tanh(sum / softcap);
      if (mask === 'added') sum += masked(n, h, s, l);
      const unseen = (mask === 'seen' && masked(n, h, s, l) === 0) || l - s > after || s - l > before;
      return unseen ? Number.NEGATIVE_INFINITY : sum;
    });
    if (scores.every((score) => score === Number.NEGATIVE_INFINITY)) return 0;
    const most = Math.max(...scores);
    const weights = scores.map((score) => Math.exp(score - most));
    const total = weights.reduce((a, b) => a + b, 0);
    return weights.reduce((sum, w, l) => sum + (w / total) * at(v, Hk, n, own, l, e), 0);
  };
  const N = q.shape[0];
  return heads ? fill([N, S, H * E], (n, s, he) => value(n, Math.floor(he / E), s, he % E)) : fill([N, H, S, E], value);
}
