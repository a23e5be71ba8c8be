// Complex numbers from magnitude and phase, in float64.
import { fill, get, type RefTensor } from '../reference.js';

export function ref({ phase, magnitude }: Record<string, RefTensor>): RefTensor {
  return fill([...phase.shape, 2], (n, ...at) => {
    const part = at.pop();
    const angle = get(phase, n, ...at);
    return get(magnitude, ...at) * (part === 0 ? Math.cos(angle) : Math.sin(angle));
  });
}
