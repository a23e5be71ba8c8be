// Arrays made for a file's input, as the model takes them.
import { ShapeError } from '../core/errors.js';
import { formatShape, type Shape, sameShape, sizeOf } from '../core/shape.js';
import type { ModelInput } from '../graph/model.js';
import type { HostTensor } from './input.js';

/**
 * `tensor` as the input takes it, with any number of images: as the file has its axes (`ModelInput.layout`), or as the model has
 * them; without the batch where there is one image.
 *
 * @throws ShapeError for an array of another shape, even one of as many numbers
 */
export function arrangeInput({ name, shape, layout = 'nchw' }: ModelInput, tensor: HostTensor): HostTensor {
  if (shape.length !== 4) {
    const whole = tensor.shape.length === shape.length - 1 ? [1, ...tensor.shape] : tensor.shape;
    if (whole.length === shape.length && sameShape(whole.slice(1), shape.slice(1))) return { ...tensor, shape: whole };
    // A scalar, or a vector without a batch.
    if (sameShape(tensor.shape, shape)) return tensor;
    throw refused(name, [shape], tensor.shape);
  }
  const [, C, H, W] = shape;
  const sizes: Readonly<Record<string, number>> = { c: C, h: H, w: W };
  const inFile = layout.replace('n', '');
  const images = withoutBatch(tensor.shape);
  const fits = (axes: string) =>
    images &&
    sameShape(
      images.shape,
      [...axes].map((axis) => sizes[axis]),
    );
  const fileShape = [...layout].map((axis) => sizes[axis] ?? shape[0]);
  if (!images || !(fits(inFile) || fits('chw'))) {
    throw refused(name, inFile === 'chw' ? [shape] : [fileShape, shape], tensor.shape);
  }
  const whole = [images.count, C, H, W];
  // The file's axes come first: an array for it is what people have.
  if (inFile === 'chw' || !fits(inFile)) return { shape: whole, data: tensor.data };
  const data = new Float32Array(tensor.data.length);
  const place = (axes: string, c: number, h: number, w: number) =>
    [...axes].reduce((at, axis) => at * sizes[axis] + { c, h, w }[axis as 'c' | 'h' | 'w'], 0);
  const size = C * H * W;
  for (let c = 0; c < C; c++) {
    for (let h = 0; h < H; h++) {
      for (let w = 0; w < W; w++) {
        const [to, from] = [(c * H + h) * W + w, place(inFile, c, h, w)];
        for (let n = 0; n < images.count; n++) data[n * size + to] = tensor.data[n * size + from];
      }
    }
  }
  return { shape: whole, data };
}

function withoutBatch(shape: Shape): { readonly count: number; readonly shape: Shape } | undefined {
  if (shape.length === 4) return { count: shape[0], shape: shape.slice(1) };
  return shape.length === 3 && sizeOf(shape) > 0 ? { count: 1, shape } : undefined;
}

function refused(name: string, taken: readonly Shape[], got: Shape): ShapeError {
  const shapes = taken.map(formatShape).join(' or ');
  return new ShapeError(`input '${name}'`, `takes an array ${shapes}, got ${formatShape(got)}`);
}
