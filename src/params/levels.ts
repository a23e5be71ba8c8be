// Images of tensors of lower resolution, enlarged and added up.
import type { Shape } from '../core/shape.js';
import type { Tape, Value } from '../graph/tape.js';
import { op as resample } from '../kernels/resample/index.js';
import { resizeTable } from '../kernels/resample/tables.js';
import type { ImageSpace } from '../scene/space.js';
import type { Size } from './spectrum.js';

/** `[N, C, H, W]` at a lower resolution: each side divided by `k`, rounded down, at least 1. */
export const lowered = ([N, C, H, W]: Shape, k: number): Shape => [
  N,
  C,
  Math.max(1, Math.floor(H / k)),
  Math.max(1, Math.floor(W / k)),
];

/** x `[N, C, h, w]` enlarged bilinearly to `[N, C, H, W]`, with the centres of pixels as in PyTorch. Lucid's TensorFlow aligns corners. */
export function enlarged(tape: Tape, x: Value, size: Size): Value {
  const tables = size.map((J, i) => {
    const L = x.shape[2 + i];
    return resizeTable(2 + i, L, J, J / L, { mode: 'linear' });
  });
  return tape.apply(resample, { x }, { tables });
}

/** x `[C, h, w]` on the host, bilinearly at another size. */
function stretched(x: Float32Array, C: number, [h, w]: Size, [H, W]: Size): Float32Array {
  const places = (size: number, from: number) =>
    Array.from({ length: size }, (_, i) => {
      const at = Math.min(from - 1, Math.max(0, ((i + 0.5) * from) / size - 0.5));
      const low = Math.floor(at);
      return [low, Math.min(low + 1, from - 1), at - low] as const;
    });
  const [rows, columns] = [places(H, h), places(W, w)];
  return Float32Array.from({ length: C * H * W }, (_, i) => {
    const [y0, y1, ty] = rows[Math.floor(i / W) % H];
    const [x0, x1, tx] = columns[i % W];
    const line = (y: number) => {
      const start = (Math.floor(i / (H * W)) * h + y) * w;
      return (1 - tx) * x[start + x0] + tx * x[start + x1];
    };
    return (1 - ty) * line(y0) + ty * line(y1);
  });
}

/** One image's tensors, each stretched to what it is of images of another size. */
export function resizedLevels(
  tensors: readonly Float32Array[],
  variables: (shape: Shape) => readonly { readonly shape: Shape }[],
  from: ImageSpace,
  to: ImageSpace,
): readonly Float32Array[] {
  const shapes = [from, to].map(({ shape }) => variables([1, ...shape]).map((v) => v.shape));
  return tensors.map((x, i) => {
    const [[, C, h, w], [, , H, W]] = shapes.map((all) => all[i]);
    return stretched(x, C, [h, w], [H, W]);
  });
}
