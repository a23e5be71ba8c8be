// A shift by a drawn number of pixels that wraps around, in plain loops: numpy's roll.
import type { RefTensor } from '../reference.js';
import type { Attrs } from './index.js';

export function ref({ x, draws }: Record<string, RefTensor>, { reach, back = false }: Attrs): RefTensor {
  const [N, C, H, W] = x.shape;
  const data = new Float64Array(x.data.length);
  const shift = (r: number) => (back ? -1 : 1) * (Math.floor(r * (2 * Number(reach) + 1)) - Number(reach));
  const wrap = (v: number, size: number) => ((v % size) + size) % size;
  for (let n = 0; n < N; n++) {
    const [dy, dx] = [shift(draws.data[2 * n]), shift(draws.data[2 * n + 1])];
    for (let c = 0; c < C; c++) {
      for (let h = 0; h < H; h++) {
        for (let w = 0; w < W; w++) {
          const plane = (n * C + c) * H;
          data[(plane + h) * W + w] = x.data[(plane + wrap(h - dy, H)) * W + wrap(w - dx, W)];
        }
      }
    }
  }
  return { shape: x.shape, data };
}
