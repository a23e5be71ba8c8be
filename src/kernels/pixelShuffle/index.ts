// Moves channels to pixels and back: ONNX's DepthToSpace and SpaceToDepth, PyTorch's PixelShuffle.
import { ShapeError } from '../../core/errors.js';
import { formatShape } from '../../core/shape.js';
import { defineMacro, type Value } from '../../graph/tape.js';
import { dims4 } from '../dims.js';
import { op as reshape } from '../reshape/index.js';
import { op as transpose } from '../transpose/index.js';

export interface Attrs {
  /** Side of the square of pixels that a pixel of several channels becomes. */
  readonly block: number;
  /**
   * - `dcr`: channels are (row, column, channel)
   * - `crd`: channels are (channel, row, column), as in PyTorch
   * - `inverse`: pixels to channels, in the order of `dcr`
   */
  readonly order: 'dcr' | 'crd' | 'inverse';
}

/** All kernels are ../transpose's. */
export const kernels = [];

/** x `[N, C·b², H, W]` to `[N, C, H·b, W·b]`, or the other way. */
export const op = defineMacro({
  name: 'pixelShuffle',
  inputs: ['x'],
  expand(tape, { x }, { block: b, order }: Attrs): Value {
    const [N, C, H, W] = dims4('pixelShuffle', 'x', x);
    const fits = order === 'inverse' ? H % b === 0 && W % b === 0 : C % (b * b) === 0;
    if (!fits) throw new ShapeError('pixelShuffle', `x ${formatShape(x.shape)} does not divide into blocks of ${b}`);
    const steps = {
      dcr: { from: [N, b, b, C / (b * b), H, W], axes: [0, 3, 4, 1, 5, 2], to: [N, C / (b * b), H * b, W * b] },
      crd: { from: [N, C / (b * b), b, b, H, W], axes: [0, 1, 4, 2, 5, 3], to: [N, C / (b * b), H * b, W * b] },
      inverse: { from: [N, C, H / b, b, W / b, b], axes: [0, 3, 5, 1, 2, 4], to: [N, C * b * b, H / b, W / b] },
    }[order];
    const cut = tape.apply(reshape, { x }, { shape: steps.from });
    return tape.apply(reshape, { x: tape.apply(transpose, { x: cut }, { order: steps.axes }) }, { shape: steps.to });
  },
});
