// Principal components of small images: the best that a linear map to a code and back can keep (Bourlard & Kamp 1988).
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import type { Preprocessing } from '../src/graph/model.js';
import { type ImageSet, toInput } from './data.js';

/** Directions `[count, size]` in images with `side` pixels per side, most important first, and the mean square along each. */
export interface Components {
  readonly size: number;
  readonly directions: Float32Array;
  readonly power: Float32Array;
}

export interface Smallness {
  /** Number of images to use. */
  readonly images: number;
  /** Images are averaged to this many pixels per side. */
  readonly side: number;
  /** Number of directions. */
  readonly count: number;
}

/** Computes the components of the first images of a set, as a net takes them, averaged over squares. */
export function principalComponents(set: ImageSet, how: Preprocessing, { images, side, count }: Smallness): Components {
  const size = 3 * side * side;
  const square = set.size / side;
  const whole = new Float32Array(3 * set.size * set.size);
  const rows = new Matrix(images, size);
  for (let n = 0; n < images; n++) {
    toInput(set, n, how, whole, 0);
    const row = new Float64Array(size);
    for (let i = 0; i < whole.length; i++) {
      const [c, y, x] = [Math.floor(i / set.size ** 2), Math.floor(i / set.size) % set.size, i % set.size];
      row[(c * side + Math.floor(y / square)) * side + Math.floor(x / square)] += whole[i] / square ** 2;
    }
    rows.setRow(n, row);
  }
  const moments = rows.transpose().mmul(rows).div(images);
  // Eigenvalues in ascending order, eigenvectors as columns.
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(moments, { assumeSymmetric: true });
  const directions = new Float32Array(count * size);
  for (let k = 0; k < count; k++) directions.set(eigenvectorMatrix.getColumn(size - 1 - k), k * size);
  return { size, directions, power: Float32Array.from({ length: count }, (_, k) => realEigenvalues[size - 1 - k]) };
}
