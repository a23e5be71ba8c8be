// A drawn motion after a map, as 3×3 matrices multiplied out: flip, zoom, turn and shift one by one.
import type { RefTensor } from '../reference.js';
import type { Attrs } from './index.js';

type Matrix = readonly (readonly number[])[];

const times = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) => b[0].map((_, j) => row.reduce((sum, v, k) => sum + v * b[k][j], 0)));

export function ref({ theta, draws }: Record<string, RefTensor>, attrs: Attrs): RefTensor {
  const { shiftY = 0, shiftX = 0, low = 1, high = 1, angle = 0, flip = 0, whole = false, log = false } = attrs;
  const [N] = theta.shape;
  const data = Array.from({ length: N }, (_, n) => {
    const [row, column, zoom, turn, mirror] = draws.data.subarray(5 * n, 5 * n + 5);
    const shift = (r: number, most: number) =>
      whole ? Math.floor(r * (2 * Math.floor(most) + 1)) - Math.floor(most) : (2 * r - 1) * most;
    const [dy, dx] = [shift(row, Number(shiftY)), shift(column, Number(shiftX))];
    const [a, b] = [Number(low), Number(high)];
    const s = log ? Math.exp(Math.log(a) + zoom * (Math.log(b) - Math.log(a))) : a + (b - a) * zoom;
    const phi = ((2 * turn - 1) * Number(angle) * Math.PI) / 180;
    // Each takes a pixel of what it makes to one of what it is given, (row, column, 1).
    const flipped: Matrix = [
      [1, 0, 0],
      [0, mirror < Number(flip) ? -1 : 1, 0],
      [0, 0, 1],
    ];
    const zoomed: Matrix = [
      [1 / s, 0, 0],
      [0, 1 / s, 0],
      [0, 0, 1],
    ];
    // In (x, y) with y up, turning back is (x cos φ + y sin φ, y cos φ − x sin φ); rows count down.
    const turned: Matrix = [
      [Math.cos(phi), Math.sin(phi), 0],
      [-Math.sin(phi), Math.cos(phi), 0],
      [0, 0, 1],
    ];
    const shifted: Matrix = [
      [1, 0, -dy],
      [0, 1, -dx],
      [0, 0, 1],
    ];
    const own = [...theta.data.subarray(6 * n, 6 * n + 6)];
    const before: Matrix = [own.slice(0, 3), own.slice(3), [0, 0, 1]];
    const [toY, toX] = [flipped, zoomed, turned, shifted].reduce(times, before);
    return [...toY, ...toX];
  });
  return { shape: [N, 6], data: Float64Array.from(data.flat()) };
}
