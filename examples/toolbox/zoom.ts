// Zooming and panning of the grid.
import type { Rect } from 'convscope/views';

export const WHOLE: Rect = { x: 0, y: 0, width: 1, height: 1 };
/** The smallest part, as a fraction of the whole. */
const LEAST = 1 / 32;

const between = (value: number, least: number, most: number) => Math.min(Math.max(value, least), most);

/** Enlarges `view` by `factor`. The content at `x`, `y` (fractions of the pane) stays in place. */
export function zoomed(view: Rect, x: number, y: number, factor: number): Rect {
  const size = between(view.width / factor, LEAST, 1);
  return within(view.x + x * (view.width - size), view.y + y * (view.height - size), size);
}

/** Moves the content of `view` by `dx`, `dy` (fractions of the pane). */
export const moved = (view: Rect, dx: number, dy: number): Rect =>
  within(view.x - dx * view.width, view.y - dy * view.height, view.width);

function within(x: number, y: number, size: number): Rect {
  return { x: between(x, 0, 1 - size), y: between(y, 0, 1 - size), width: size, height: size };
}
