// Crop, triangle-filter resize, channel order, mean and scale, in float64.
import { fill, type RefTensor } from '../reference.js';
import type { Attrs } from './index.js';

/** `rgba` is `[H₀, W₀, 4]` in 0..255; mean `[C,H,W]`, scale `[C]`. */
export function ref({ rgba, mean, scale }: Record<string, RefTensor>, attrs: Attrs): RefTensor {
  const { order, crop, mirror, background = [255, 255, 255], alpha = false } = attrs;
  const [C, H, W] = mean.shape;
  const [h0, w0] = rgba.shape;
  const axis = (out: number, length: number, from: number, size: number, limit: number) => {
    const ratio = size / length;
    const reach = Math.max(ratio, 1);
    const centre = from + (out + 0.5) * ratio - 0.5;
    const taps: [index: number, weight: number][] = [];
    for (let i = Math.ceil(centre - reach); i <= Math.floor(centre + reach); i++) {
      const weight = 1 - Math.abs(i - centre) / reach;
      if (weight > 0) taps.push([Math.min(Math.max(i, 0), limit - 1), weight]);
    }
    const total = taps.reduce((sum, [, weight]) => sum + weight, 0);
    return taps.map(([i, weight]) => [i, weight / total]);
  };
  return fill([1, C, H, W], (_, c, h, at) => {
    const w = mirror === 1 ? W - 1 - at : at;
    const seen = (at: number, channel: number) => {
      const value = rgba.data[at * 4 + channel];
      if (alpha) return value;
      const opacity = rgba.data[at * 4 + 3] / 255;
      return value * opacity + background[channel] * (1 - opacity);
    };
    const channel = (rgbaChannel: number) => {
      let sum = 0;
      for (const [y, wy] of axis(h, H, crop.top, crop.height, h0)) {
        for (const [x, wx] of axis(w, W, crop.left, crop.width, w0)) {
          sum += wy * wx * seen(y * w0 + x, rgbaChannel);
        }
      }
      return sum;
    };
    const value =
      order === 'gray'
        ? 0.299 * channel(0) + 0.587 * channel(1) + 0.114 * channel(2)
        : channel(order === 'bgr' && c < 3 ? 2 - c : c);
    return (value - mean.data[(c * H + h) * W + at]) * scale.data[c];
  });
}
