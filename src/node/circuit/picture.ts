// Weights as people look at them: one tile for each unit, red where it excites and blue where it inhibits, all on one scale.
import type { Connections } from '../../methods/circuit.js';
import type { Picture } from '../../scene/input.js';

/** The ends of ColorBrewer's RdBu, whose middle is white. */
const EXCITES = [178, 24, 43];
const INHIBITS = [33, 102, 172];
/** Pixels between tiles, and the colour there. */
const GAP = 4;
const GROUND = 235;
/** Tiles in a row. */
const ACROSS = 6;
/** A tile has at least so many pixels on its longer side. */
const LEAST = 72;

/** The greatest weight of all tiles: full colour. */
export const reachOf = ({ units }: Connections): number =>
  units.reduce((most, { weights }) => weights.reduce((own, value) => Math.max(own, Math.abs(value)), most), 0) || 1;

/** The tiles of connections with one layer, the strongest first, row by row. */
export function connectionsPicture(connections: Connections): Picture {
  const { units, window } = connections;
  const reach = reachOf(connections);
  const zoom = Math.max(1, Math.ceil(LEAST / Math.max(window.width, window.height)));
  const [w, h] = [window.width * zoom, window.height * zoom];
  const columns = Math.min(ACROSS, units.length);
  const rows = Math.ceil(units.length / columns);
  const [width, height] = [columns * (w + GAP) + GAP, rows * (h + GAP) + GAP];
  const data = new Uint8ClampedArray(width * height * 4).fill(GROUND);
  for (let i = 3; i < data.length; i += 4) data[i] = 255;
  for (const [n, { weights }] of units.entries()) {
    const [left, top] = [GAP + (n % columns) * (w + GAP), GAP + Math.floor(n / columns) * (h + GAP)];
    for (let y = 0; y < h; y++) {
      for (let x = 0; x < w; x++) {
        const value = weights[Math.floor(y / zoom) * window.width + Math.floor(x / zoom)] / reach;
        const end = value > 0 ? EXCITES : INHIBITS;
        const at = ((top + y) * width + left + x) * 4;
        for (let c = 0; c < 3; c++) data[at + c] = 255 + Math.abs(value) * (end[c] - 255);
      }
    }
  }
  return { width, height, data };
}
