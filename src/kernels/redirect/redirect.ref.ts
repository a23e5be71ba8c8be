// The redirected gradient of a rectifier, in float64, as lucid's misc/redirected_relu_grad.py has it for what is raised instead of lowered.
import type { RefTensor } from '../reference.js';

/** From the rectifier's output y and its cotangent dy, both `[N, …]`. */
export function redirectRef(
  { y, dy }: Record<string, RefTensor>,
  { low, high = Number.POSITIVE_INFINITY, on }: { readonly low: number; readonly high?: number; readonly on: number },
): RefTensor {
  const size = y.data.length / y.shape[0];
  const data = new Float64Array(y.data.length);
  for (let n = 0; n < y.shape[0]; n++) {
    const own = Array.from({ length: size }, (_, i) => {
      const at = n * size + i;
      return y.data[at] > low && y.data[at] < high ? dy.data[at] : 0;
    });
    const blocked = own.every((d) => d === 0);
    for (let i = 0; i < size; i++) {
      const at = n * size + i;
      const [v, d] = [y.data[at], dy.data[at]];
      const away = (v <= low && d < 0) || (v >= high && d > 0);
      data[at] = on !== 0 && blocked ? (away ? 0 : d) : own[i];
    }
  }
  return { shape: y.shape, data };
}
