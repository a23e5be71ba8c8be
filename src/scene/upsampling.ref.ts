// Bilinear interpolation in float64 and plain loops: each activation times a hat over rows and one over columns, which is 1 at its own
// centre and 0 at the next ones. As in scipy's RectBivariateSpline with kx = ky = 1, places outside take the nearest place inside.

/** A map at rows × columns places, evenly over height × width pixels. */
export function upsampled(
  map: ArrayLike<number>,
  ys: readonly number[],
  xs: readonly number[],
  height: number,
  width: number,
  rows: number,
  columns: number,
): Float64Array {
  const out = new Float64Array(rows * columns);
  for (let r = 0; r < rows; r++) {
    const y = clamped(((r + 0.5) * height) / rows, ys);
    for (let c = 0; c < columns; c++) {
      const x = clamped(((c + 0.5) * width) / columns, xs);
      for (let i = 0; i < ys.length; i++) {
        for (let j = 0; j < xs.length; j++)
          out[r * columns + c] += map[i * xs.length + j] * hat(y, ys, i) * hat(x, xs, j);
      }
    }
  }
  return out;
}

const clamped = (at: number, centres: readonly number[]): number =>
  Math.min(centres[centres.length - 1], Math.max(centres[0], at));

function hat(at: number, centres: readonly number[], i: number): number {
  if (at === centres[i]) return 1;
  if (at < centres[i]) return i > 0 && at > centres[i - 1] ? (at - centres[i - 1]) / (centres[i] - centres[i - 1]) : 0;
  return i + 1 < centres.length && at < centres[i + 1] ? (centres[i + 1] - at) / (centres[i + 1] - centres[i]) : 0;
}
