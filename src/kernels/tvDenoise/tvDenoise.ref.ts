// scikit-image's denoise_tv_bregman (isotropic) in float64: pixel by pixel from the top left as there, or first the even pixels of a
// chessboard and then the odd ones.
import type { RefTensor } from '../reference.js';

export type Order = 'lines' | 'chessboard';

/** Denoises each plane of x + mean, and takes the mean off again. */
export function ref(
  { x, mean }: Record<string, RefTensor>,
  { weight, sweeps, order }: { readonly weight: number; readonly sweeps: number; readonly order: Order },
): RefTensor {
  const [N, C, H, W] = x.shape;
  const data = new Float64Array(x.data.length);
  for (let plane = 0; plane < N * C; plane++) {
    const image = Array.from({ length: H }, (_, r) =>
      Array.from({ length: W }, (_, c) => x.data[(plane * H + r) * W + c] + mean.data[((plane % C) * H + r) * W + c]),
    );
    denoised(image, weight, sweeps, order).forEach((row, r) => {
      row.forEach((v, c) => {
        data[(plane * H + r) * W + c] = v - mean.data[((plane % C) * H + r) * W + c];
      });
    });
  }
  return { shape: x.shape, data };
}

function denoised(f: readonly number[][], weight: number, sweeps: number, order: Order): number[][] {
  const [H, W] = [f.length, f[0].length];
  const mirror = (i: number, n: number) => Math.min(Math.max(i < 0 ? -i : i >= n ? 2 * n - 2 - i : i, 0), n - 1);
  // A frame of one pixel around: u reflected, and d and b zero. It is never written.
  const framed = (of: (r: number, c: number) => number) =>
    Array.from({ length: H + 2 }, (_, r) => Array.from({ length: W + 2 }, (_, c) => of(r - 1, c - 1)));
  const u = framed((r, c) => f[mirror(r, H)][mirror(c, W)]);
  const [dx, dy, bx, by] = Array.from({ length: 4 }, () => framed(() => 0));
  const lambda = 2 * weight;
  const visit = (r: number, c: number) => {
    const sum =
      u[r + 1][c] +
      u[r - 1][c] +
      u[r][c + 1] +
      u[r][c - 1] +
      dx[r][c - 1] -
      dx[r][c] +
      dy[r - 1][c] -
      dy[r][c] -
      bx[r][c - 1] +
      bx[r][c] -
      by[r - 1][c] +
      by[r][c];
    u[r][c] = (lambda * sum + weight * f[r - 1][c - 1]) / (weight + 4 * lambda);
    const [tx, ty] = [u[r][c + 1] - u[r][c] + bx[r][c], u[r + 1][c] - u[r][c] + by[r][c]];
    const s = Math.hypot(tx, ty) * lambda;
    [dx[r][c], dy[r][c]] = [(tx * s) / (s + 1), (ty * s) / (s + 1)];
    [bx[r][c], by[r][c]] = [tx - dx[r][c], ty - dy[r][c]];
  };
  const all = Array.from({ length: H * W }, (_, i) => [Math.floor(i / W) + 1, (i % W) + 1] as const);
  const parity = ([r, c]: readonly [number, number]) => (r + c) % 2;
  const path = order === 'lines' ? all : [...all].sort((a, b) => parity(a) - parity(b));
  for (let sweep = 0; sweep < sweeps; sweep++) for (const [r, c] of path) visit(r, c);
  return u.slice(1, -1).map((row) => row.slice(1, -1));
}

/** What is minimized, Σ|∇u| + weight/2·Σ(u − f)², over a plane of H×W. */
export function energy(u: ArrayLike<number>, f: ArrayLike<number>, H: number, W: number, weight: number): number {
  let sum = 0;
  for (let r = 0; r < H; r++) {
    for (let c = 0; c < W; c++) {
      const i = r * W + c;
      const dx = c + 1 < W ? u[i + 1] - u[i] : 0;
      const dy = r + 1 < H ? u[i + W] - u[i] : 0;
      sum += Math.hypot(dx, dy) + (weight / 2) * (u[i] - f[i]) ** 2;
    }
  }
  return sum;
}
