// Numbers by which made pictures are held against real ones: how their spectrum falls, and how rough they are.
import type { Picture } from './picture.js';

/** Luma of Rec. 601, from 0 to 1. */
function grayOf({ width, height, data }: Picture): Float64Array {
  return Float64Array.from(
    { length: width * height },
    (_, i) => (0.299 * data[i * 4] + 0.587 * data[i * 4 + 1] + 0.114 * data[i * 4 + 2]) / 255,
  );
}

/** Mean length of the gradient of a picture's luma, by differences to the next pixel. */
export function roughness(picture: Picture): number {
  const { width: W, height: H } = picture;
  const gray = grayOf(picture);
  let sum = 0;
  for (let y = 0; y < H - 1; y++) {
    for (let x = 0; x < W - 1; x++) {
      const at = y * W + x;
      sum += Math.hypot(gray[at + 1] - gray[at], gray[at + W] - gray[at]);
    }
  }
  return sum / Math.max(1, (H - 1) * (W - 1));
}

/** Magnitude below which there is only what rounding leaves: bytes tell apart 1/255. */
const ROUNDING = 1e-6;

/** e^(−2πi·n/size) for n from 0. */
const turnsOf = (size: number) =>
  Array.from({ length: size }, (_, n) => {
    const turn = (-2 * Math.PI * n) / size;
    return { cos: Math.cos(turn), sin: Math.sin(turn) };
  });

/**
 * Slope of log magnitude against log frequency of a picture's luma, by least squares over rings of one cycle's width: about −1 for
 * photographs (Field 1987). A picture of one colour has none: 0.
 */
export function spectrumSlope(picture: Picture): number {
  const { width: W, height: H } = picture;
  const gray = grayOf(picture);
  const mean = gray.reduce((a, b) => a + b, 0) / gray.length;
  const side = Math.min(H, W);
  const last = Math.floor(side / 2);
  const half = Math.floor(W / 2) + 1;
  const [alongX, alongY] = [turnsOf(W), turnsOf(H)];
  // Rows first, then columns: H·W·(W/2 + H) products.
  const real = new Float64Array(H * half);
  const imaginary = new Float64Array(H * half);
  for (let y = 0; y < H; y++) {
    for (let k = 0; k < half; k++) {
      for (let x = 0; x < W; x++) {
        const { cos, sin } = alongX[(k * x) % W];
        real[y * half + k] += (gray[y * W + x] - mean) * cos;
        imaginary[y * half + k] += (gray[y * W + x] - mean) * sin;
      }
    }
  }
  const sums = new Float64Array(last + 1);
  const counts = new Float64Array(last + 1);
  for (let j = 0; j < H; j++) {
    const fy = ((j <= H / 2 ? j : j - H) / H) * side;
    for (let k = 0; k < half; k++) {
      const ring = Math.round(Math.hypot(fy, (k / W) * side));
      if (ring < 1 || ring > last) continue;
      let [re, im] = [0, 0];
      for (let y = 0; y < H; y++) {
        const { cos, sin } = alongY[(j * y) % H];
        const [a, b] = [real[y * half + k], imaginary[y * half + k]];
        re += a * cos - b * sin;
        im += a * sin + b * cos;
      }
      sums[ring] += Math.hypot(re, im);
      counts[ring]++;
    }
  }
  const points = Array.from(sums, (sum, ring) => [Math.log(ring), Math.log(sum / counts[ring])] as const).filter(
    (_, ring) => ring > 0 && sums[ring] > counts[ring] * ROUNDING,
  );
  const [mx, my] = [0, 1].map((axis) => points.reduce((a, point) => a + point[axis], 0) / points.length);
  const top = points.reduce((a, [x, y]) => a + (x - mx) * (y - my), 0);
  const bottom = points.reduce((a, [x]) => a + (x - mx) ** 2, 0);
  return points.length > 1 ? top / bottom : 0;
}
