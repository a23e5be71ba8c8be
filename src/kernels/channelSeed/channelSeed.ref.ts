// The three seeds, element by element.
import type { RefTensor } from '../reference.js';

export function ref(
  { x, top }: Record<string, RefTensor>,
  { channel, mode }: { readonly channel: number; readonly mode: number },
): RefTensor {
  const [, C] = x.shape;
  const inner = x.data.length / top.data.length;
  return {
    shape: x.shape,
    data: x.data.map((v, i) => {
      const plane = Math.floor(i / inner);
      if (plane % C !== channel) return 0;
      if (mode === 0) return v;
      return mode === 2 || v === top.data[plane] ? 1 : 0;
    }),
  };
}
