// What a layer without maps holds now, number by number, and where its tiles lie: for the page to write names and values.
import type { Live } from 'convscope';
import type { GridLayout } from 'convscope/views';
import type { ToolboxState } from './state.js';

export interface VectorValues {
  readonly layer: string;
  /** One per unit. */
  readonly values: Float32Array;
  /** Where the tiles lie, in pixels of the canvas; absent where something else fills the grid's pane. */
  readonly tiles?: GridLayout & { readonly canvasWidth: number; readonly canvasHeight: number };
}

/** Units beyond this are not read for their names: no list is that long. */
const MOST_UNITS = 30_000;

/** `[1, C]`, or maps of one number. */
export const isVector = (shape: readonly number[]): boolean =>
  shape.length >= 2 && shape[1] <= MOST_UNITS && shape.slice(2).every((size) => size === 1);

/** The numbers of the layer that is shown, where it has no maps; undefined where it has, or has no numbers yet. */
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

/** So many units are listed in their own order, and without labels too; of more, the greatest. */
export const SMALL = 40;

/** Units in the order of the list: a few in their own, of many the greatest first. */
export function listed(values: Float32Array): number[] {
  const units = Array.from(values, (_, unit) => unit);
  if (units.length <= SMALL) return units;
  // What is no number is not among the greatest.
  const rank = (unit: number) => (Number.isNaN(values[unit]) ? Number.NEGATIVE_INFINITY : values[unit]);
  return units.sort((a, b) => rank(b) - rank(a) || a - b).slice(0, SMALL);
}

/** `0.998`, `−12.3`, `1.2e-7`: four characters or so. */
export function valueText(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e5 || (size > 0 && size < 5e-4)) return value.toExponential(1);
  return size < 10 ? value.toFixed(3) : value.toPrecision(4);
}
