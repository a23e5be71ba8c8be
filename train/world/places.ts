// Where pictures are taken, and when: backgrounds, the ground to stand on, and the light.

import { type ColourName, type Paint, paint, type Rgb, shaded } from './colours.js';
import type { Light, Shape } from './paint.js';
import type { Random } from './random.js';
import { blob, box, circle, ellipse, type Field, polygon, ring, rod, union } from './shapes.js';

export type Time = 'day' | 'sunset' | 'night';

/** What holds an object up. */
export type Support = 'ground' | 'surface' | 'wall' | 'water' | 'air' | 'underwater';

/** A background, ready to be painted. */
export interface Backdrop {
  readonly shapes: readonly Shape[];
  /** y in the scene where the ground begins, and between which things stand. */
  readonly horizon: number;
  readonly foot: readonly [number, number];
  /** The water, where there is some: painted again in front of what swims. */
  readonly water?: { readonly paint: Paint; readonly horizon: number };
}

/** A kind of place. */
export interface Place {
  readonly support: Support;
  readonly times: readonly Time[];
  readonly indoors: boolean;
  /** How a caption says it, and how for what flies there. */
  readonly phrase: string;
  readonly above?: string;
  build(r: Random, time: Time): Backdrop;
}

/** A background shape. */
const flat = (field: Field, paint: Paint, more: Partial<Shape> = {}): Shape => ({
  field,
  paint,
  part: 0,
  bevel: 0,
  lift: 0,
  ...more,
});

/** The whole picture, and its part below y; a little more than what is seen. */
const EVERYWHERE = box(0, 0, 1.1, 1.1);
const below = (y: number): Field => box(0, (y + 1.1) / 2, 1.1, (1.1 - y) / 2);

/** A scene's light; `side` is -1 where it comes from the left. Shadows and tints follow the time. */
export function lightOf(r: Random, time: Time, indoors: boolean): Light {
  const side = r.sign();
  const x = side * r.between(0.3, 0.65);
  const y = time === 'sunset' ? -0.35 : r.between(-0.65, -0.45);
  const length = Math.sqrt(x * x + y * y + 0.42);
  const direction = [x / length, y / length, Math.sqrt(0.42) / length] as const;
  if (time === 'day') return { direction, ambient: [0.52, 0.54, 0.58], sun: [0.68, 0.66, 0.6], shadow: 0.42 };
  if (time === 'sunset') return { direction, ambient: [0.54, 0.49, 0.5], sun: [0.64, 0.5, 0.38], shadow: 0.4 };
  if (indoors) return { direction, ambient: [0.45, 0.38, 0.33], sun: [0.54, 0.43, 0.3], shadow: 0.45 };
  return { direction, ambient: [0.31, 0.36, 0.5], sun: [0.4, 0.45, 0.56], shadow: 0.34 };
}

/** Sky with sun or moon, clouds or stars, down to y = `until`. */
function sky(r: Random, time: Time, until: number): Shape[] {
  const field = box(0, (until - 1.1) / 2 + 0.05, 1.1, (until + 1.1) / 2 + 0.05);
  const fade = (to: Rgb): { to: Rgb; from: number; until: number } => ({ to, from: -1, until });
  const x = r.between(-0.8, 0.8);
  if (time === 'night') {
    const out = [flat(field, paint(r, 'blue', { glow: 1, tint: [0.06, 0.08, 0.2], fade: fade([0.17, 0.21, 0.4]) }))];
    const star = paint(r, 'white', { glow: 1 });
    for (let k = r.integer(14) + 4; k > 0; k--) {
      out.push(flat(circle(r.between(-1, 1), r.between(-1, until), r.between(0.008, 0.022)), star));
    }
    if (r.chance(0.6)) {
      out.push(flat(circle(x, -0.72, 0.13), paint(r, 'white', { glow: 1, tint: [0.98, 0.95, 0.8] }), { halo: 0.35 }));
      out.push(flat(circle(x + 0.04, -0.7, 0.025), paint(r, 'gray', { glow: 1, tint: [0.85, 0.82, 0.7] })));
    }
    return out;
  }
  const sunset = time === 'sunset';
  const out = sunset
    ? [flat(field, paint(r, 'orange', { glow: 1, tint: [0.82, 0.5, 0.46], fade: fade([1, 0.7, 0.36]) }))]
    : [flat(field, paint(r, 'blue', { glow: 1, tint: [0.33, 0.6, 0.9], fade: fade([0.76, 0.89, 0.96]) }))];
  if (sunset || r.chance(0.25)) {
    const y = sunset ? until - r.between(0.05, 0.4) : -0.75;
    const tint: Rgb = sunset ? [1, 0.86, 0.5] : [1, 0.97, 0.8];
    out.push(flat(circle(x, y, 0.13), paint(r, 'yellow', { glow: 1, tint }), { halo: 0.4 }));
  }
  const cloud = paint(r, sunset ? 'pink' : 'white', {
    glow: 0.9,
    tint: sunset ? [0.96, 0.66, 0.58] : [0.97, 0.98, 1],
  });
  for (let k = r.integer(4); k > 0; k--) {
    const cx = r.between(-1, 1);
    const cy = r.between(-0.9, Math.min(-0.3, until - 0.3));
    const s = r.between(0.12, 0.24);
    out.push(
      flat(
        union(
          ellipse(cx, cy, s * 1.6, s * 0.42),
          circle(cx - s * 0.6, cy - s * 0.2, s * 0.45),
          circle(cx + s * 0.3, cy - s * 0.35, s * 0.6),
        ),
        shaded(cloud, 0.97),
        { bevel: s * 0.3 },
      ),
    );
  }
  return out;
}

/** A line of hills from edge to edge, its crest about y. */
function ridge(r: Random, y: number, rise: number, p: Paint): Shape {
  const points: (readonly [number, number])[] = [[-1.6, 1.3]];
  for (let k = 0; k <= 6; k++) points.push([-1.5 + 0.5 * k, y - rise * r.uniform()]);
  points.push([1.6, 1.3]);
  return flat(blob(points, 4), p, { bevel: 0.12 });
}

/** Bushes in a row along y. */
function hedge(r: Random, y: number, p: Paint, size: number): Shape[] {
  const out: Shape[] = [];
  for (let x = -1.1; x < 1.2; x += size * 1.1) {
    if (r.chance(0.75)) {
      const k = size * r.between(0.7, 1.1);
      out.push(flat(ellipse(x, y, k, k * 0.8), shaded(p, r.between(0.85, 1.05)), { bevel: k * 0.6 }));
    }
  }
  return out;
}

/** Tufts and stones scattered over the ground between `from` and the bottom. */
function litter(r: Random, from: number, tuft: Paint | undefined, n: number): Shape[] {
  const out: Shape[] = [];
  for (let k = r.integer(n + 1); k > 0; k--) {
    const x = r.between(-1, 1);
    const y = r.between(from + 0.06, 0.98);
    const s = 0.05 + 0.06 * Math.max(0, y - from);
    if (tuft && r.chance(0.6)) {
      const blade = (lean: number): Field => rod(x, y, x + lean * s, y - s * 1.3, s * 0.16, 0.004);
      out.push(flat(union(blade(-0.7), blade(-0.2), blade(0.3), blade(0.8)), tuft));
    } else {
      const stone = paint(r, 'gray', { texture: 'speckle', period: 0.2 });
      out.push(flat(ellipse(x + 0.02, y + s * 0.3, s * 1.1, s * 0.4), shaded(stone, 0.4)));
      out.push(flat(ellipse(x, y, s, s * 0.65), stone, { bevel: s * 0.6 }));
    }
  }
  return out;
}

const grassPaint = (r: Random): Paint =>
  paint(r, 'green', { texture: 'grass', period: 0.34, tint: [0.4, 0.63, 0.25], second: [0.3, 0.52, 0.2] });

const waterPaint = (r: Random, time: Time, period: number): Paint =>
  paint(r, 'blue', {
    texture: 'waves',
    period,
    tint: time === 'sunset' ? [0.32, 0.42, 0.66] : [0.17, 0.45, 0.7],
    second: time === 'sunset' ? [0.5, 0.5, 0.68] : [0.33, 0.62, 0.8],
  });

const sandPaint = (r: Random): Paint =>
  paint(r, 'yellow', { texture: 'speckle', period: 0.4, tint: [0.9, 0.82, 0.6], second: [0.77, 0.67, 0.45] });

const planks = (r: Random, period: number, angle = 0): Paint =>
  paint(r, 'brown', {
    texture: 'wood',
    period,
    angle,
    tint: r.pick([
      [0.66, 0.44, 0.26],
      [0.52, 0.33, 0.2],
      [0.76, 0.56, 0.36],
    ] as const),
  });

function meadow(r: Random, time: Time): Backdrop {
  const horizon = r.between(-0.15, 0.2);
  const grass = grassPaint(r);
  const shapes = sky(r, time, horizon);
  if (r.chance(0.6)) {
    const far = paint(r, 'green', { tint: [0.5, 0.68, 0.5] });
    shapes.push(ridge(r, horizon - 0.02, 0.25, far));
  }
  if (r.chance(0.5)) {
    const bush = paint(r, 'green', { texture: 'leaves', period: 0.2, tint: [0.26, 0.47, 0.22] });
    shapes.push(...hedge(r, horizon, bush, r.between(0.12, 0.24)));
  }
  shapes.push(flat(below(horizon), grass, { horizon }));
  const tuft = paint(r, 'green', { tint: [0.27, 0.5, 0.17] });
  shapes.push(...litter(r, horizon, tuft, 7));
  const petal = paint(r, r.pick(['white', 'yellow', 'pink'] as const));
  if (r.chance(0.4)) {
    for (let k = 0; k < 9; k++) {
      const y = r.between(horizon + 0.08, 1);
      shapes.push(flat(circle(r.between(-1, 1), y, 0.015 + 0.018 * (y - horizon)), petal));
    }
  }
  return { shapes, horizon, foot: [0.6, 0.86] };
}

function hills(r: Random, time: Time): Backdrop {
  const horizon = r.between(0.15, 0.32);
  const shapes = sky(r, time, horizon);
  shapes.push(ridge(r, horizon - 0.32, 0.3, paint(r, 'blue', { tint: [0.52, 0.66, 0.76] })));
  shapes.push(ridge(r, horizon - 0.14, 0.22, paint(r, 'green', { tint: [0.45, 0.64, 0.5] })));
  shapes.push(ridge(r, horizon + 0.04, 0.2, paint(r, 'green', { tint: [0.42, 0.63, 0.32] })));
  const ground = paint(r, 'green', {
    texture: 'stripes',
    period: 0.5,
    tint: [0.45, 0.64, 0.27],
    second: [0.4, 0.58, 0.24],
  });
  shapes.push(flat(ellipse(r.between(-0.4, 0.4), 1.9, 2.2, 1.9 - horizon), ground, { bevel: 0.1 }));
  shapes.push(...litter(r, horizon + 0.2, paint(r, 'green', { tint: [0.28, 0.5, 0.18] }), 5));
  return { shapes, horizon: horizon + 0.1, foot: [0.62, 0.86] };
}

function forest(r: Random, time: Time): Backdrop {
  const horizon = r.between(0.05, 0.3);
  const leaf = paint(r, 'green', { texture: 'leaves', period: 0.3, tint: [0.2, 0.38, 0.2], second: [0.32, 0.5, 0.24] });
  const shapes = [...sky(r, time, 0), flat(box(0, -0.4, 1.1, horizon + 0.5), leaf)];
  const bark = paint(r, 'brown', { texture: 'wood', period: 0.1, angle: Math.PI / 2, tint: [0.33, 0.24, 0.17] });
  for (let k = 4 + r.integer(4); k > 0; k--) {
    const w = r.between(0.04, 0.1);
    shapes.push(flat(box(r.between(-1, 1), -0.3, w, horizon + 0.36), shaded(bark, r.between(0.7, 1.1)), { bevel: w }));
  }
  const floor = paint(r, 'brown', {
    texture: 'leaves',
    period: 0.4,
    tint: [0.4, 0.3, 0.17],
    second: [0.56, 0.42, 0.2],
  });
  const ground = r.chance(0.5) ? floor : shaded(grassPaint(r), 0.8);
  shapes.push(flat(below(horizon), ground, { horizon }));
  shapes.push(...litter(r, horizon, paint(r, 'green', { tint: [0.22, 0.42, 0.15] }), 9));
  return { shapes, horizon, foot: [0.6, 0.86] };
}

function street(r: Random, time: Time): Backdrop {
  const horizon = r.between(0.05, 0.28);
  const shapes = sky(r, time, horizon);
  for (let x = -1.1; x < 1.1; ) {
    const w = r.between(0.14, 0.3);
    const top = horizon - r.between(0.35, 1);
    const wall = paint(r, r.pick(['gray', 'brown', 'pink', 'yellow', 'orange', 'white'] as const), {
      texture: r.pick(['plain', 'bricks', 'tiles']),
      period: 0.14,
    });
    // Far away and hazy: the background must not compete with what stands before it.
    const haze: Paint = { ...wall, rgb: faded(wall.rgb), second: faded(wall.second) };
    shapes.push(
      flat(box(x + w, (top + horizon) / 2 + 0.05, w, (horizon - top) / 2 + 0.05), shaded(haze, 0.92), { bevel: 0.02 }),
    );
    x += 2 * w + (r.chance(0.3) ? 0.1 : 0);
  }
  if (r.chance(0.5)) {
    const kerb = horizon + 0.14;
    const pavement = paint(r, 'gray', { texture: 'tiles', period: 0.5, tint: [0.7, 0.69, 0.67] });
    shapes.push(flat(below(horizon), pavement, { horizon: horizon - 0.1 }));
    const asphalt = paint(r, 'gray', { texture: 'speckle', period: 0.3, tint: [0.4, 0.41, 0.44] });
    shapes.push(flat(below(kerb), asphalt, { horizon }));
    shapes.push(flat(box(0, kerb, 1.1, 0.025), paint(r, 'gray', { tint: [0.8, 0.79, 0.76] })));
    const dash = paint(r, 'white');
    const start = r.between(-1.4, -0.9);
    for (let k = 0; k < 4; k++) {
      const x = start + 0.8 * k;
      shapes.push(
        flat(
          polygon([
            [x, 0.5],
            [x + 0.36, 0.5],
            [x + 0.38, 0.55],
            [x, 0.55],
          ]),
          dash,
        ),
      );
    }
    return { shapes, horizon, foot: [0.66, 0.86] };
  }
  const paving = paint(r, 'gray', {
    texture: 'tiles',
    period: 0.42,
    tint: r.pick([
      [0.66, 0.64, 0.62],
      [0.56, 0.56, 0.6],
    ] as const),
  });
  shapes.push(flat(below(horizon), paving, { horizon }));
  shapes.push(...litter(r, horizon, undefined, 2));
  return { shapes, horizon, foot: [0.62, 0.86] };
}

const faded = ([r, g, b]: Rgb): Rgb => [0.66 * r + 0.22, 0.66 * g + 0.23, 0.66 * b + 0.25];

function snow(r: Random, time: Time): Backdrop {
  const horizon = r.between(-0.05, 0.25);
  const shapes = sky(r, time, horizon);
  const white = paint(r, 'white', { tint: [0.92, 0.94, 0.98] });
  if (r.chance(0.7)) {
    const fir = paint(r, 'green', { tint: [0.4, 0.53, 0.5] });
    for (let k = 5 + r.integer(6); k > 0; k--) {
      const x = r.between(-1, 1);
      const s = r.between(0.14, 0.3);
      shapes.push(
        flat(
          polygon([
            [x - s * 0.45, horizon + 0.05],
            [x, horizon - s * 1.6],
            [x + s * 0.45, horizon + 0.05],
          ]),
          shaded(fir, r.between(0.85, 1.1)),
        ),
      );
    }
  }
  shapes.push(ridge(r, horizon, 0.16, shaded(white, 0.93)));
  shapes.push(flat(below(horizon + 0.12), { ...white, fade: { to: [0.97, 0.98, 1], from: horizon, until: 1 } }));
  for (let k = r.integer(5); k > 0; k--) {
    const x = r.between(-1, 1);
    const y = r.between(horizon + 0.2, 1);
    shapes.push(flat(ellipse(x, y, r.between(0.1, 0.3), 0.035), shaded(white, 0.93), { bevel: 0.03 }));
  }
  return { shapes, horizon: horizon + 0.06, foot: [0.6, 0.86] };
}

function beach(r: Random, time: Time): Backdrop {
  const horizon = r.between(-0.25, 0.05);
  const shore = horizon + r.between(0.16, 0.32);
  const shapes = sky(r, time, horizon);
  shapes.push(flat(below(horizon), waterPaint(r, time, 0.4), { horizon: horizon - 0.02 }));
  const sand = sandPaint(r);
  shapes.push(
    flat(
      blob([
        [-1.5, shore - 0.03],
        [-0.5, shore],
        [0.2, shore + 0.05],
        [0.8, shore],
        [1.5, shore + 0.04],
        [1.5, 1.5],
        [-1.5, 1.5],
      ]),
      paint(r, 'white'),
    ),
  );
  shapes.push(
    flat(
      blob([
        [-1.5, shore + 0.01],
        [-0.5, shore + 0.04],
        [0.2, shore + 0.08],
        [0.8, shore + 0.04],
        [1.5, shore + 0.07],
        [1.5, 1.5],
        [-1.5, 1.5],
      ]),
      sand,
      {
        horizon: horizon - 0.2,
      },
    ),
  );
  shapes.push(...litter(r, shore + 0.1, undefined, 4));
  return { shapes, horizon: shore + 0.05, foot: [0.62, 0.86] };
}

function sea(r: Random, time: Time): Backdrop {
  const horizon = r.between(-0.15, 0.15);
  const shapes = sky(r, time, horizon);
  if (r.chance(0.35)) {
    const x = r.between(-0.9, 0.9);
    shapes.push(
      flat(
        ellipse(x, horizon + 0.02, r.between(0.25, 0.5), r.between(0.1, 0.22)),
        paint(r, 'green', { tint: [0.4, 0.56, 0.52] }),
        { bevel: 0.06 },
      ),
    );
  }
  const water = waterPaint(r, time, 0.45);
  shapes.push(flat(below(horizon), water, { horizon: horizon - 0.05 }));
  return { shapes, horizon, foot: [0.6, 0.8], water: { paint: water, horizon: horizon - 0.05 } };
}

function river(r: Random, time: Time): Backdrop {
  const horizon = r.between(-0.25, 0.05);
  const shapes = sky(r, time, horizon);
  const bush = paint(r, 'green', { texture: 'leaves', period: 0.2, tint: [0.27, 0.49, 0.23] });
  shapes.push(...hedge(r, horizon, bush, r.between(0.14, 0.26)));
  const grass = grassPaint(r);
  shapes.push(flat(below(horizon), grass, { horizon }));
  const bank = horizon + 0.16;
  const water = waterPaint(r, time, 0.36);
  shapes.push(flat(below(bank - 0.02), shaded(paint(r, 'brown'), 0.8)));
  shapes.push(flat(below(bank), water, { horizon: horizon - 0.05 }));
  return { shapes, horizon: bank, foot: [0.6, 0.78], water: { paint: water, horizon: horizon - 0.05 } };
}

function openSky(r: Random, time: Time): Backdrop {
  const shapes = sky(r, time, 1.05);
  if (r.chance(0.5)) shapes.push(ridge(r, 0.86, 0.2, paint(r, 'green', { tint: [0.4, 0.58, 0.36] })));
  return { shapes, horizon: 1, foot: [0.6, 0.7] };
}

function underWater(r: Random): Backdrop {
  const shapes = [
    flat(
      EVERYWHERE,
      paint(r, 'blue', {
        texture: 'waves',
        period: 0.5,
        tint: [0.3, 0.66, 0.8],
        second: [0.27, 0.62, 0.77],
        fade: { to: [0.06, 0.25, 0.5], from: -1, until: 0.9 },
      }),
    ),
  ];
  const floor = r.between(0.68, 0.9);
  shapes.push(ridge(r, floor, 0.12, shaded(sandPaint(r), 0.75)));
  for (let k = r.integer(5); k > 0; k--) {
    const x = r.between(-1, 1);
    const weed = paint(r, 'green', { tint: [0.2, 0.5, 0.36] });
    const tall = r.between(0.25, 0.6);
    shapes.push(
      flat(
        blob([
          [x, 1],
          [x + 0.06, 0.9 - tall * 0.4],
          [x - 0.02, 0.9 - tall * 0.7],
          [x + 0.05, 0.9 - tall],
          [x - 0.07, 0.9 - tall * 0.6],
          [x - 0.02, 0.9 - tall * 0.3],
          [x - 0.08, 1],
        ]),
        weed,
        { bevel: 0.04 },
      ),
    );
  }
  for (let k = r.integer(9); k > 0; k--) {
    const bubble = paint(r, 'blue', { tint: [0.7, 0.88, 0.95] });
    shapes.push(flat(ring(r.between(-1, 1), r.between(-1, 0.7), r.between(0.02, 0.05), 0.012), bubble));
  }
  return { shapes, horizon: 1, foot: [0.6, 0.7] };
}

/** A wall indoors, sometimes papered. */
function wallPaint(r: Random): Paint {
  const colour: ColourName = r.pick(['white', 'yellow', 'green', 'blue', 'pink', 'gray', 'orange', 'purple']);
  const base = paint(r, colour);
  const pale: Rgb = [0.45 * base.rgb[0] + 0.46, 0.45 * base.rgb[1] + 0.45, 0.45 * base.rgb[2] + 0.43];
  const texture = r.pick(['plain', 'plain', 'stripes', 'dots', 'zigzag', 'bricks', 'tiles', 'checks'] as const);
  const p = paint(r, colour, { texture, period: r.between(0.2, 0.34), tint: pale });
  return { ...p, second: [p.rgb[0] * 0.93, p.rgb[1] * 0.93, p.rgb[2] * 0.93] };
}

/** Things on a wall: a picture or a view of the sky through a frame, or a shelf. Never parts of objects. */
function onWall(r: Random, time: Time, until: number): Shape[] {
  const out: Shape[] = [];
  for (let k = r.integer(3); k > 0; k--) {
    const x = r.between(-0.85, 0.85);
    const w = r.between(0.12, 0.24);
    const h = r.between(0.12, 0.26);
    const y = r.between(-0.85 + h, Math.max(until - h - 0.3, -0.6));
    out.push(flat(box(x + 0.02, y + 0.03, w + 0.04, h + 0.04), shaded(paint(r, 'gray'), 0.8)));
    out.push(
      flat(box(x, y, w + 0.035, h + 0.035), paint(r, r.pick(['brown', 'white', 'black'] as const)), { bevel: 0.03 }),
    );
    const view =
      time === 'night'
        ? paint(r, 'blue', { glow: 1, tint: [0.1, 0.13, 0.28] })
        : paint(r, 'blue', { tint: [0.62, 0.8, 0.9] });
    out.push(flat(box(x, y, w, h), view));
    out.push(flat(ellipse(x, y + h * 0.9, w * 0.98, h * 0.5), paint(r, 'green', { tint: [0.45, 0.62, 0.4] })));
    out.push(flat(box(x, y + h + 0.06, w + 0.03, 0.05), paint(r, 'brown', { tint: [0.6, 0.45, 0.32] })));
  }
  return out;
}

function table(r: Random, time: Time): Backdrop {
  const edge = r.between(0.12, 0.36);
  const shapes = [flat(EVERYWHERE, wallPaint(r)), ...onWall(r, time, edge)];
  const wood = planks(r, 0.5);
  shapes.push(flat(box(0, edge - 0.02, 1.1, 0.03), shaded({ ...wood, texture: 1 }, 0.6)));
  shapes.push(flat(below(edge), wood, { horizon: edge - 0.35 }));
  return { shapes, horizon: edge, foot: [0.64, 0.86] };
}

function room(r: Random, time: Time): Backdrop {
  const edge = r.between(0.1, 0.32);
  const shapes = [flat(EVERYWHERE, wallPaint(r)), ...onWall(r, time, edge)];
  const carpet = paint(r, r.pick(['red', 'blue', 'green', 'purple', 'gray'] as const), {
    texture: r.pick(['weave', 'checks', 'zigzag']),
    period: 0.4,
  });
  const floor = r.chance(0.4)
    ? planks(r, 0.4, 1)
    : r.chance(0.5)
      ? { ...carpet, rgb: faded(carpet.rgb) }
      : paint(r, 'white', { texture: 'checks', period: 0.42, second: r.pick(['gray', 'brown', 'green'] as const) });
  shapes.push(flat(below(edge), floor, { horizon: edge - 0.2 }));
  shapes.push(flat(box(0, edge - 0.04, 1.1, 0.05), paint(r, 'white'), { bevel: 0.02 }));
  return { shapes, horizon: edge, foot: [0.62, 0.86] };
}

function brickWall(r: Random): Backdrop {
  const wall = paint(r, r.pick(['red', 'red', 'gray', 'white', 'brown'] as const), {
    texture: 'bricks',
    period: r.between(0.34, 0.5),
  });
  const brick: Paint = wall.colour === 1 ? { ...wall, rgb: [0.66, 0.33, 0.25], second: [0.78, 0.7, 0.62] } : wall;
  return { shapes: [flat(EVERYWHERE, brick)], horizon: 1, foot: [0.7, 0.8] };
}

/** Small things that lie about: leaves, pebbles, a pencil. */
function scatter(r: Random): Shape[] {
  const out: Shape[] = [];
  for (let k = r.integer(4); k > 0; k--) {
    const turn = r.between(0, 6.3);
    const far = r.between(0.85, 1.05);
    const x = far * Math.cos(turn);
    const y = far * Math.sin(turn);
    const dx = 0.2 * Math.cos(turn * 3);
    const dy = 0.2 * Math.sin(turn * 3);
    const p = r.chance(0.5) ? paint(r, 'green') : paint(r, r.pick(['red', 'yellow', 'blue'] as const));
    const field = rod(x - dx, y - dy, x + dx, y + dy, 0.035, p.colour === 4 ? 0.1 : 0.03);
    out.push(
      flat(rod(x - dx + 0.02, y - dy + 0.03, x + dx + 0.02, y + dy + 0.03, 0.04), shaded(paint(r, 'gray'), 0.5)),
    );
    out.push(flat(field, p, { bevel: 0.04 }));
  }
  return out;
}

const flatLay = (r: Random, ground: Paint): Backdrop => ({
  shapes: [flat(EVERYWHERE, ground), ...scatter(r)],
  horizon: -1,
  foot: [0.6, 0.7],
});

function cloth(r: Random): Backdrop {
  const colour = r.pick(['red', 'blue', 'green', 'yellow', 'white', 'gray', 'pink'] as const);
  const texture = r.pick(['checks', 'weave', 'stripes', 'plain', 'dots', 'zigzag'] as const);
  const p = paint(r, colour, {
    texture,
    period: r.between(0.22, 0.42),
    second: colour === 'white' ? 'gray' : 'white',
    angle: r.between(-0.4, 0.4),
  });
  const soft = (c: Rgb): Rgb => [c[0] * 0.8 + 0.14, c[1] * 0.8 + 0.14, c[2] * 0.8 + 0.14];
  return flatLay(r, { ...p, rgb: soft(p.rgb), second: soft(p.second) });
}

const OUTDOORS: readonly Time[] = ['day', 'day', 'sunset', 'night'];
const INDOORS: readonly Time[] = ['day', 'day', 'night'];

export type PlaceName =
  | 'meadow'
  | 'hills'
  | 'forest'
  | 'street'
  | 'snow'
  | 'beach'
  | 'sea'
  | 'river'
  | 'sky'
  | 'water'
  | 'table'
  | 'room'
  | 'brick wall'
  | 'table top'
  | 'cloth'
  | 'lawn'
  | 'sand';

/** All places. A time named twice is twice as likely. */
export const PLACES: Readonly<Record<PlaceName, Place>> = {
  meadow: {
    support: 'ground',
    times: OUTDOORS,
    indoors: false,
    phrase: 'in a meadow',
    above: 'over a meadow',
    build: meadow,
  },
  hills: {
    support: 'ground',
    times: OUTDOORS,
    indoors: false,
    phrase: 'in the hills',
    above: 'over the hills',
    build: hills,
  },
  forest: { support: 'ground', times: OUTDOORS, indoors: false, phrase: 'in a forest', build: forest },
  street: { support: 'ground', times: OUTDOORS, indoors: false, phrase: 'on a street', build: street },
  snow: {
    support: 'ground',
    times: OUTDOORS,
    indoors: false,
    phrase: 'in the snow',
    above: 'over the snow',
    build: snow,
  },
  beach: {
    support: 'ground',
    times: OUTDOORS,
    indoors: false,
    phrase: 'on a beach',
    above: 'over a beach',
    build: beach,
  },
  sea: { support: 'water', times: OUTDOORS, indoors: false, phrase: 'on the sea', above: 'over the sea', build: sea },
  river: {
    support: 'water',
    times: OUTDOORS,
    indoors: false,
    phrase: 'on a river',
    above: 'over a river',
    build: river,
  },
  sky: { support: 'air', times: OUTDOORS, indoors: false, phrase: 'in the sky', build: openSky },
  water: { support: 'underwater', times: ['day'], indoors: false, phrase: 'under water', build: underWater },
  table: { support: 'ground', times: INDOORS, indoors: true, phrase: 'on a wooden table', build: table },
  room: { support: 'ground', times: INDOORS, indoors: true, phrase: 'in a room', build: room },
  'brick wall': { support: 'wall', times: OUTDOORS, indoors: false, phrase: 'on a brick wall', build: brickWall },
  'table top': {
    support: 'surface',
    times: INDOORS,
    indoors: true,
    phrase: 'on a wooden table',
    build: (r) => flatLay(r, planks(r, r.between(0.35, 0.6), r.between(-0.2, 0.2))),
  },
  cloth: { support: 'surface', times: INDOORS, indoors: true, phrase: 'on a cloth', build: cloth },
  lawn: {
    support: 'surface',
    times: ['day', 'sunset'],
    indoors: false,
    phrase: 'on the grass',
    build: (r) => flatLay(r, { ...grassPaint(r), period: 0.4, angle: 0.3 }),
  },
  sand: {
    support: 'surface',
    times: ['day', 'sunset'],
    indoors: false,
    phrase: 'on the sand',
    build: (r) => flatLay(r, { ...sandPaint(r), period: 0.3 }),
  },
};
