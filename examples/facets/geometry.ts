// Where things lie on the map: places in a unit square, the part of it that is looked at, and loops around pictures.

export type Point = readonly [x: number, y: number];

/** What of the map is seen: a point `p` of the canvas without zoom is drawn at `p · zoom + (x, y)`, in CSS pixels. */
export interface Sight {
  readonly zoom: number;
  readonly x: number;
  readonly y: number;
}

/** All of the map. */
export const WHOLE: Sight = { zoom: 1, x: 0, y: 0 };
const MOST_ZOOM = 16;

/** Places stretched to the unit square, each axis by itself. Places that do not differ along an axis lie in its middle. */
export function stretched(places: readonly Point[]): readonly Point[] {
  const axes = [0, 1].map((axis) => {
    const values = places.map((place) => place[axis]);
    const least = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
    const reach = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY) - least;
    return (value: number) => (reach > 0 ? (value - least) / reach : 0.5);
  });
  return places.map(([x, y]) => [axes[0](x), axes[1](y)]);
}

/** A sight nearer by `factor`, in which what is at `point` of the canvas stays there. */
export function zoomed({ zoom, x, y }: Sight, factor: number, [px, py]: Point, size: Point): Sight {
  const next = Math.min(MOST_ZOOM, Math.max(1, zoom * factor));
  const by = next / zoom;
  return within({ zoom: next, x: px - (px - x) * by, y: py - (py - y) * by }, size);
}

/** A sight moved by so many pixels. */
export function moved({ zoom, x, y }: Sight, [dx, dy]: Point, size: Point): Sight {
  return within({ zoom, x: x + dx, y: y + dy }, size);
}

/** A sight that shows nothing beside the map. */
function within({ zoom, x, y }: Sight, [width, height]: Point): Sight {
  const limited = (offset: number, side: number) => Math.min(0, Math.max(side * (1 - zoom), offset));
  return { zoom, x: limited(x, width), y: limited(y, height) };
}

/** Whether a point lies within a loop, whose end is joined to its start, by the even-odd rule: a line from it crosses the loop oddly often. */
export function inside(loop: readonly Point[], [x, y]: Point): boolean {
  let odd = false;
  for (const [i, [ax, ay]] of loop.entries()) {
    const [bx, by] = loop[(i + 1) % loop.length];
    if (ay > y !== by > y && x < ax + ((y - ay) / (by - ay)) * (bx - ax)) odd = !odd;
  }
  return odd;
}

/** Places of points in a list, those nearest to the mean of all first. */
export function fromTheMiddle(points: readonly Point[]): readonly number[] {
  const middle = [0, 1].map((axis) => points.reduce((sum, point) => sum + point[axis], 0) / points.length);
  const far = points.map(([x, y]) => Math.hypot(x - middle[0], y - middle[1]));
  return points.map((_, i) => i).sort((a, b) => far[a] - far[b] || a - b);
}

/** The nearest of `points` in a direction of one unit, other than the one at `from`. Undefined where there is none on that side. */
export function nextTowards(points: readonly Point[], from: number, [dx, dy]: Point): number | undefined {
  const [x, y] = points[from];
  const costs = points.map(([px, py], i) => {
    const along = (px - x) * dx + (py - y) * dy;
    const aside = Math.abs((px - x) * dy - (py - y) * dx);
    // What lies more aside than ahead is on another side.
    return i === from || along <= 0 || aside > along ? Number.POSITIVE_INFINITY : along + aside;
  });
  const best = costs.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  return best < Number.POSITIVE_INFINITY ? costs.indexOf(best) : undefined;
}
