// Shapes as signed distance functions: negative inside, in the units of the coordinates; y points down as in a picture.

/** Left, top, right, bottom. */
export type Box = readonly [x0: number, y0: number, x1: number, y1: number];

/** A shape: how far a point is from its edge, and a box that holds it. */
export interface Field {
  readonly distance: (x: number, y: number) => number;
  readonly box: Box;
}

export type Point = readonly [x: number, y: number];

const clamp = (x: number): number => Math.min(Math.max(x, 0), 1);
const around = (x: number, y: number, rx: number, ry: number): Box => [x - rx, y - ry, x + rx, y + ry];

export const circle = (cx: number, cy: number, radius: number): Field => ({
  distance: (x, y) => Math.sqrt((x - cx) * (x - cx) + (y - cy) * (y - cy)) - radius,
  box: around(cx, cy, radius, radius),
});

/** Distance to first order, exact on the edge: enough for soft edges and shading. */
export const ellipse = (cx: number, cy: number, rx: number, ry: number): Field => ({
  distance: (x, y) => {
    const u = (x - cx) / rx;
    const v = (y - cy) / ry;
    const k = Math.sqrt(u * u + v * v);
    const slope = Math.sqrt((u * u) / (rx * rx) + (v * v) / (ry * ry));
    return slope < 1e-6 ? -Math.min(rx, ry) : (k * (k - 1)) / slope;
  },
  box: around(cx, cy, rx, ry),
});

/** `hx`, `hy` are half the width and height, rounded corners included. */
export const box = (cx: number, cy: number, hx: number, hy: number, round = 0): Field => ({
  distance: (x, y) => {
    const dx = Math.abs(x - cx) - hx + round;
    const dy = Math.abs(y - cy) - hy + round;
    const ox = Math.max(dx, 0);
    const oy = Math.max(dy, 0);
    return Math.sqrt(ox * ox + oy * oy) + Math.min(Math.max(dx, dy), 0) - round;
  },
  box: around(cx, cy, hx, hy),
});

/** A rod from (x1, y1) to (x2, y2) with round ends, `r1` thick at the first and `r2` at the second. */
export function rod(x1: number, y1: number, x2: number, y2: number, r1: number, r2 = r1): Field {
  const dx = x2 - x1;
  const dy = y2 - y1;
  const length2 = dx * dx + dy * dy || 1e-9;
  return {
    distance: (x, y) => {
      const t = clamp(((x - x1) * dx + (y - y1) * dy) / length2);
      const ex = x - x1 - t * dx;
      const ey = y - y1 - t * dy;
      return Math.sqrt(ex * ex + ey * ey) - r1 - (r2 - r1) * t;
    },
    box: [
      Math.min(x1 - r1, x2 - r2),
      Math.min(y1 - r1, y2 - r2),
      Math.max(x1 + r1, x2 + r2),
      Math.max(y1 + r1, y2 + r2),
    ],
  };
}

/** Any simple polygon, its corners rounded outwards by `round`. */
export function polygon(points: readonly Point[], round = 0): Field {
  const n = points.length;
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  // Per edge: its start, its vector, and one over its squared length.
  const edges = new Float64Array(5 * n);
  for (let i = 0; i < n; i++) {
    const ex = xs[(i + 1) % n] - xs[i];
    const ey = ys[(i + 1) % n] - ys[i];
    edges.set([xs[i], ys[i], ex, ey, 1 / (ex * ex + ey * ey + 1e-12)], 5 * i);
  }
  return {
    distance: (x, y) => {
      let best = Infinity;
      let inside = false;
      for (let i = 0; i < 5 * n; i += 5) {
        const ex = edges[i + 2];
        const ey = edges[i + 3];
        const wx = x - edges[i];
        const wy = y - edges[i + 1];
        let t = (wx * ex + wy * ey) * edges[i + 4];
        if (t < 0) t = 0;
        else if (t > 1) t = 1;
        const bx = wx - ex * t;
        const by = wy - ey * t;
        const d = bx * bx + by * by;
        if (d < best) best = d;
        if (wy < 0 !== wy - ey < 0 && wx < (ex * wy) / ey) inside = !inside;
      }
      return (inside ? -Math.sqrt(best) : Math.sqrt(best)) - round;
    },
    box: [Math.min(...xs) - round, Math.min(...ys) - round, Math.max(...xs) + round, Math.max(...ys) + round],
  };
}

/** A closed curve through `points` (Catmull-Rom), as a polygon of `steps` sides per point. */
export function blob(points: readonly Point[], steps = 4): Field {
  const n = points.length;
  const out: Point[] = [];
  for (let i = 0; i < n; i++) {
    const [p, q, r, s] = [points[(i + n - 1) % n], points[i], points[(i + 1) % n], points[(i + 2) % n]];
    for (let k = 0; k < steps; k++) {
      const t = k / steps;
      const at = (a: number, b: number, c: number, d: number): number =>
        b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
      out.push([at(p[0], q[0], r[0], s[0]), at(p[1], q[1], r[1], s[1])]);
    }
  }
  return polygon(out);
}

/** A circle's line, `2 · half` wide. */
export const ring = (cx: number, cy: number, radius: number, half: number): Field => ({
  distance: (x, y) => Math.abs(Math.sqrt((x - cx) * (x - cx) + (y - cy) * (y - cy)) - radius) - half,
  box: around(cx, cy, radius + half, radius + half),
});

/** Everything on the inner side of a line: points whose (x, y)·(nx, ny) < `at`; (nx, ny) of length 1. */
export const halfPlane = (nx: number, ny: number, at: number): Field => ({
  distance: (x, y) => x * nx + y * ny - at,
  box: [-1e3, -1e3, 1e3, 1e3],
});

/** `field` turned by `angle` radians about (cx, cy), clockwise on the picture. */
export function turned(field: Field, angle: number, cx = 0, cy = 0): Field {
  const c = Math.cos(angle);
  const s = Math.sin(angle);
  const [x0, y0, x1, y1] = field.box;
  const mx = (x0 + x1) / 2 - cx;
  const my = (y0 + y1) / 2 - cy;
  const hx = (x1 - x0) / 2;
  const hy = (y1 - y0) / 2;
  return {
    distance: (x, y) => {
      const dx = x - cx;
      const dy = y - cy;
      return field.distance(cx + c * dx + s * dy, cy - s * dx + c * dy);
    },
    box: around(
      cx + c * mx - s * my,
      cy + s * mx + c * my,
      Math.abs(c) * hx + Math.abs(s) * hy,
      Math.abs(s) * hx + Math.abs(c) * hy,
    ),
  };
}

export function union(...fields: readonly Field[]): Field {
  return {
    distance: (x, y) => {
      let best = Infinity;
      for (const f of fields) {
        const d = f.distance(x, y);
        if (d < best) best = d;
      }
      return best;
    },
    box: [
      Math.min(...fields.map((f) => f.box[0])),
      Math.min(...fields.map((f) => f.box[1])),
      Math.max(...fields.map((f) => f.box[2])),
      Math.max(...fields.map((f) => f.box[3])),
    ],
  };
}

/** A union whose seam is filled over a width of `k`, as if modelled in clay. */
export function melted(k: number, ...fields: readonly Field[]): Field {
  const { box: bounds } = union(...fields);
  return {
    distance: (x, y) => {
      let d = fields[0].distance(x, y);
      for (let i = 1; i < fields.length; i++) {
        const e = fields[i].distance(x, y);
        const h = clamp(0.5 + (0.5 * (e - d)) / k);
        d = e + (d - e) * h - k * h * (1 - h);
      }
      return d;
    },
    box: [bounds[0] - k / 4, bounds[1] - k / 4, bounds[2] + k / 4, bounds[3] + k / 4],
  };
}

/** What of `a` is not in `b`. */
export const minus = (a: Field, b: Field): Field => ({
  distance: (x, y) => Math.max(a.distance(x, y), -b.distance(x, y)),
  box: a.box,
});

/** What is in both. */
export const both = (a: Field, b: Field): Field => ({
  distance: (x, y) => Math.max(a.distance(x, y), b.distance(x, y)),
  box: [
    Math.max(a.box[0], b.box[0]),
    Math.max(a.box[1], b.box[1]),
    Math.min(a.box[2], b.box[2]),
    Math.min(a.box[3], b.box[3]),
  ],
});

/** `field` made larger by `by` on every side, or smaller where negative. */
export const grown = (field: Field, by: number): Field => ({
  distance: (x, y) => field.distance(x, y) - by,
  box: [field.box[0] - by, field.box[1] - by, field.box[2] + by, field.box[3] + by],
});
