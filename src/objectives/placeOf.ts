// All channels at one place of a layer.
import { focus } from '../autodiff/focus.js';
import type { Value } from '../graph/tape.js';
import { op as reshape } from '../kernels/reshape/index.js';
import { op as slice } from '../kernels/slice/index.js';
import type { Scene } from '../scene/openNet.js';

/** The channels of a layer `[N, C, L]` or `[N, C, H, W]` at one place, `[N, C]`, from the part of the net that the place sees. */
export function placeOf({ tape, batch }: Scene, layer: Value, [y, x]: readonly [number, number]): Value {
  const [, C] = layer.shape;
  const place =
    layer.shape.length === 4
      ? focus(tape, layer, { top: y, bottom: y + 1, left: x, right: x + 1 })
      : tape.apply(slice, { x: layer }, { axis: 2, start: y, end: y + 1 });
  return tape.apply(reshape, { x: place }, { shape: [batch, C] });
}
