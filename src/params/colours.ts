// From colours of 0 to 1 to what runs hold: mean-subtracted pixels in the net's order of channels.
import type { Value } from '../graph/tape.js';
import { binary } from '../kernels/binary/index.js';
import type { Stage } from '../parts/kinds.js';
import { mixChannels } from '../scene/mixChannels.js';
import { type ImageSpace, WHITE } from '../scene/space.js';

/**
 * Images `[N, C, H, W]` in the net's order, mean-subtracted, of colours from 0 to 1: `[N, 3, H, W]` as red, green and blue, or gray
 * `[N, 1, H, W]` for a net that takes gray. @throws OptionError where the net's channels are no colours
 */
export function toNet({ tape, space }: Stage, rgb: Value, mean: Value): Value {
  const places = space.colours();
  // Each channel takes the colour that stands there.
  const rows = places.map((_, channel) => places.map((place) => (place === channel ? WHITE : 0)));
  const plane = space.mean.length / rows.length;
  const means = rows.map((_, c) => space.mean.subarray(c * plane, (c + 1) * plane));
  if (means.every((m) => m.every((v) => v === m[0])))
    return mixChannels(
      tape,
      rgb,
      rows,
      means.map((m) => -m[0]),
    );
  return binary(tape, 'sub', mixChannels(tape, rgb, rows), mean);
}

/** The same on the host, for one image: `[3, H, W]` from 0 to 1, of which a net that takes gray gets the mean. */
export function toNetImage(rgb: Float32Array, space: ImageSpace): Float32Array {
  const places = space.colours();
  const plane = rgb.length / 3;
  const out = new Float32Array(space.mean.length);
  for (let i = 0; i < plane; i++) {
    const colours = [rgb[i], rgb[plane + i], rgb[2 * plane + i]];
    if (places.length === 1) out[i] = (WHITE * (colours[0] + colours[1] + colours[2])) / 3 - space.mean[i];
    else
      for (const [c, place] of places.entries())
        out[place * plane + i] = WHITE * colours[c] - space.mean[place * plane + i];
  }
  return out;
}
