// What the views' colours mean, in float64 and plain loops: image_misc.py and caffevis/app.py of the Deep Visualization
// Toolbox (Yosinski et al. 2015).
import { type Colormap, colormapTable } from '../../src/views/index.js';

/** Red, green and blue from 0 to 255, not rounded; undefined where there is no number. */
export type Rgb = readonly [number, number, number] | undefined;

export interface Shading {
  readonly mode: 'activation' | 'difference';
  readonly boost: number;
  readonly gamma: number;
  readonly colormap: Colormap;
}

/** Colours of a layer of `channels` maps, in its own layout: tile_images_normalize. What is not finite does not count. */
export function shadeLayer(x: ArrayLike<number>, channels: number, { mode, boost, gamma, colormap }: Shading): Rgb[] {
  const size = x.length / channels;
  const finite = Array.from(x, (v) => (Number.isFinite(v) ? v : undefined));
  const [low, high] = range(finite);
  let d: (number | undefined)[];
  if (mode === 'difference') {
    d = finite.map((v) => v && Math.abs(v) / (Math.max(high, -low) + 1e-10));
  } else {
    d = finite.map((v) => (v === undefined ? v : v - low));
  }
  const most = range(d)[1];
  d = d.map((v) => v && v / (most + 1e-10));
  if (boost > 0) {
    for (let c = 0; c < channels; c++) {
      const [, top] = range(d.slice(c * size, (c + 1) * size));
      for (let i = c * size; i < (c + 1) * size; i++) d[i] = mul(d[i], (top + 1e-10) ** -boost);
    }
  }
  const table = colormapTable(colormap);
  return d.map((v, i): Rgb => {
    if (v === undefined) return undefined;
    const t = Math.min(1, v ** gamma);
    if (mode === 'difference') return x[i] > 0 ? [0, 255 * t, 0] : [255 * t, 0, 0];
    const k = Math.min(254, Math.floor(t * 255));
    const part = t * 255 - k;
    const at = (c: number) => table[k * 4 + c] * (1 - part) + table[k * 4 + 4 + c] * part;
    return [at(0), at(1), at(2)];
  });
}

const mul = (a: number | undefined, b: number) => (a === undefined ? a : a * b);

function range(values: readonly (number | undefined)[]): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const v of values) {
    if (v === undefined) continue;
    low = Math.min(low, v);
    high = Math.max(high, v);
  }
  return low > high ? [0, 0] : [low, high];
}

/** Colours of a gradient `[C, H, W]` in RGB order, one per pixel: _draw_back_pane. */
export function signedPicture(
  x: readonly number[],
  [C, H, W]: readonly [number, number, number],
  filter: 'raw' | 'gray' | 'norm' | 'normblur',
): Rgb[] {
  const pixels = Array.from({ length: H * W }, (_, i) => i);
  const channel = (i: number) => Array.from({ length: C }, (_, c) => x[c * H * W + i]);
  if (filter === 'raw') {
    const centred = norm01c(x);
    return pixels.map((i) => [0, 1, 2].map((c) => centred[Math.min(c, C - 1) * H * W + i] * 255)).map(triple);
  }
  let plane = pixels.map((i) =>
    filter === 'gray'
      ? channel(i).reduce((a, b) => a + b, 0) / C
      : Math.sqrt(channel(i).reduce((a, b) => a + b * b, 0)),
  );
  if (filter === 'normblur') plane = gaussianBlur(plane, H, W, 4);
  const shown = filter === 'gray' ? norm01c(plane) : norm01(plane);
  return shown.map((v) => triple([v * 255, v * 255, v * 255]));
}

const triple = ([a, b, c]: readonly number[]): Rgb => [a, b, c];

function norm01c(x: readonly number[]): number[] {
  const [low, high] = range(x);
  return x.map((v) => v / (Math.max(2 * high, -2 * low) + 1e-10) + 0.5);
}

function norm01(x: readonly number[]): number[] {
  const [low, high] = range(x);
  return x.map((v) => (v - low) / (high - low + 1e-10));
}

/** cv2.GaussianBlur(x, (0, 0), sigma) of floats: radius 4σ, border reflected without its edge. */
function gaussianBlur(x: readonly number[], H: number, W: number, sigma: number): number[] {
  const radius = 4 * sigma;
  const taps = Array.from({ length: 2 * radius + 1 }, (_, k) => Math.exp(-((k - radius) ** 2) / (2 * sigma ** 2)));
  const sum = taps.reduce((a, b) => a + b, 0);
  const mirrored = (i: number, n: number): number => {
    if (n === 1) return 0;
    if (i < 0) return mirrored(-i, n);
    return i >= n ? mirrored(2 * n - 2 - i, n) : i;
  };
  const out: number[] = [];
  for (let h = 0; h < H; h++) {
    for (let w = 0; w < W; w++) {
      let v = 0;
      for (let dy = -radius; dy <= radius; dy++) {
        for (let dx = -radius; dx <= radius; dx++) {
          const weight = (taps[dy + radius] / sum) * (taps[dx + radius] / sum);
          v += weight * x[mirrored(h + dy, H) * W + mirrored(w + dx, W)];
        }
      }
      out.push(v);
    }
  }
  return out;
}
