// Random weights as Caffe's fillers draw them, for nets whose weights are asked for by a seed.
import type { Rng } from '../core/rng.js';
import { type Shape, sizeOf } from '../core/shape.js';
import type { Params } from '../graph/importing.js';

/** How Caffe's filler.hpp draws number `i` of a blob. Fan-in is the product of all axes but the first. */
export function filling(shape: Shape, filler: Params | undefined, blob: number): (rng: Rng, i: number) => number {
  const kind = filler?.text('type', 'constant') ?? 'constant';
  const has = filler?.has('type') ?? false;
  // Without a filler a weight would be zero, and the net would compute nothing. Use what most nets use.
  const type = !has && blob === 0 ? 'xavier' : kind;
  const fan = sizeOf(shape) / shape[0];
  const number = (name: string, otherwise: number) => filler?.number(name, otherwise) ?? otherwise;
  const gaussian = (mean: number, std: number) => (rng: Rng) => mean + std * rng.normal();
  const uniform = (low: number, high: number) => (rng: Rng) => low + (high - low) * rng.uniform();
  if (type === 'gaussian') return gaussian(number('mean', 0), number('std', 1));
  if (type === 'msra') return gaussian(0, Math.sqrt(2 / fan));
  if (type === 'uniform') return uniform(number('min', 0), number('max', 1));
  if (type === 'xavier') return uniform(-Math.sqrt(3 / fan), Math.sqrt(3 / fan));
  if (type === 'bilinear') return (_, i) => bilinear(shape, i);
  const value = number('value', 0);
  return () => value;
}

/** Number `i` of kernels for bilinear upsampling: each is a pyramid over its rows and columns. */
function bilinear(shape: Shape, i: number): number {
  const [R, S] = [shape[shape.length - 2] ?? 1, shape[shape.length - 1]];
  const factor = Math.ceil(S / 2);
  const centre = (2 * factor - 1 - (factor % 2)) / (2 * factor);
  const along = (at: number) => 1 - Math.abs(at / factor - centre);
  return along(i % S) * along(Math.floor(i / S) % R);
}
