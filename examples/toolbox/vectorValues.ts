// The values of a layer without maps, and the positions of its tiles, so that the page can write names and values.
import type { Live } from 'convscope';
import type { GridLayout } from 'convscope/views';
import type { ToolboxState } from './state.js';

export interface VectorValues {
  readonly layer: string;
  /** One per unit. */
  readonly values: Float32Array;
  /** The positions of the tiles in canvas pixels; absent if the pane shows something else. */
  readonly tiles?: GridLayout & { readonly canvasWidth: number; readonly canvasHeight: number };
}

/** Larger layers are not read for names: no list is that long. */
const MOST_UNITS = 30_000;

/** `[1, C]`, or maps of a single number. */
export const isVector = (shape: readonly number[]): boolean =>
  shape.length >= 2 && shape[1] <= MOST_UNITS && shape.slice(2).every((size) => size === 1);

/** The values of the shown layer, if it has no maps; undefined otherwise, or before there are values. */
export async function readVector(
  live: Live,
  { layer: name, zoom, shown }: Pick<ToolboxState, 'layer' | 'zoom' | 'shown'>,
  layout: GridLayout | undefined,
  canvas: { readonly width: number; readonly height: number },
): Promise<VectorValues | undefined> {
  const layer = live.layers.find((l) => l.name === name);
  if (!layer || !isVector(layer.shape) || shown === 'differences') return undefined;
  const values = await live.read(name);
  if (!values) return undefined;
  const drawn = zoom === 'off' && layout?.channels === values.length ? layout : undefined;
  const { width: canvasWidth, height: canvasHeight } = canvas;
  return { layer: name, values, ...(drawn && { tiles: { ...drawn, canvasWidth, canvasHeight } }) };
}

/** Up to this many units are all listed in order, even without labels. Of more, only the greatest are listed. */
export const SMALL = 40;

/** Units in the order of the list: few units in order, many units by value, greatest first. */
export function listed(values: Float32Array): number[] {
  const units = Array.from(values, (_, unit) => unit);
  if (units.length <= SMALL) return units;
  // NaN is not among the greatest.
  const rank = (unit: number) => (Number.isNaN(values[unit]) ? Number.NEGATIVE_INFINITY : values[unit]);
  return units.sort((a, b) => rank(b) - rank(a) || a - b).slice(0, SMALL);
}

/** `0.998`, `−12.3`, `1.2e-7`: four characters or so. */
export function valueText(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e5 || (size > 0 && size < 5e-4)) return value.toExponential(1);
  return size < 10 ? value.toFixed(3) : value.toPrecision(4);
}
