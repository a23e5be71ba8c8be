// What is built, and what drives and sails: house, market, car, boat.

import { BRIGHT, type ColourName, type Paint, paint, shaded } from '../colours.js';
import type { Kind, Look, Pen, View } from '../pen.js';
import { blob, both, box, circle, ellipse, halfPlane, polygon, ring, rod, union } from '../shapes.js';

/** A window `2 hx` by `2 hy` in a frame, with bars; lit from inside or reflecting the sky. */
function pane({ r, add }: Pen, x: number, y: number, hx: number, hy: number, lit: boolean, frame: Paint): void {
  add('window', box(x, y, hx + 0.05, hy + 0.05, 0.02), frame, { bevel: 0.03, lift: 0.03 });
  const glass = lit
    ? paint(r, 'yellow', { tint: [1, 0.83, 0.38], glow: 0.95 })
    : paint(r, 'blue', { tint: [0.42, 0.62, 0.78], fade: { to: [0.7, 0.84, 0.9], from: y - hy, until: y + hy } });
  add('window', box(x, y, hx, hy), glass, { bevel: 0, lift: 0, ...(lit && { halo: 0.35 }) });
  add('window', union(box(x, y, 0.022, hy), box(x, y, hx, 0.022)), frame, { bevel: 0, lift: 0 });
}

export const house: Kind = {
  name: 'house',
  facets: [
    { name: 'day', places: ['meadow', 'street', 'snow', 'hills', 'beach'], times: ['day', 'sunset'] },
    { name: 'night', places: ['meadow', 'street', 'snow', 'hills', 'beach'], times: ['night'] },
  ],
  parts: ['wall', 'roof', 'chimney', 'door', 'handle', 'window'],
  tilt: 0.02,
  height: [0.55, 0.75],
  draw: (pen, view) => {
    const { r, add } = pen;
    const night = view.facet === 'night';
    const colour = r.pick(['white', 'yellow', 'pink', 'blue', 'red', 'orange', 'brown', 'gray'] as const);
    const texture = r.pick(['plain', 'plain', 'bricks', 'wood', 'tiles'] as const);
    const wall = paint(r, colour, { texture, period: texture === 'bricks' ? 0.32 : 0.22 });
    const roofColour = r.pick((['red', 'brown', 'gray', 'blue', 'orange'] as const).filter((c) => c !== colour));
    const roof = shaded(paint(r, roofColour, { texture: r.pick(['scales', 'tiles', 'stripes']), period: 0.2 }), 0.88);
    const frame = paint(r, colour === 'white' ? 'brown' : 'white');
    const floors = r.chance(0.45) ? 2 : 1;
    const w = floors === 2 ? r.between(0.62, 0.75) : r.between(0.82, 0.98);
    const top = floors === 2 ? -0.62 : -0.16;
    const peak = top - r.between(0.45, 0.62);
    const hip = r.chance(0.3) ? w * 0.45 : 0;
    const stack = r.sign() * w * 0.5;
    add(
      'chimney',
      box(stack, peak + 0.3, 0.11, 0.32),
      paint(r, 'red', { texture: 'bricks', period: 0.16, tint: [0.62, 0.3, 0.24] }),
      {
        bevel: 0.04,
      },
    );
    add('wall', box(0, (top + 1) / 2, w, (1 - top) / 2), wall, { bevel: 0.03 });
    if (hip === 0 && r.chance(0.6))
      add(
        'wall',
        polygon([
          [-w, top + 0.02],
          [0, peak + 0.1],
          [w, top + 0.02],
        ]),
        wall,
        { bevel: 0.02, lift: 0 },
      );
    const eaves = w + 0.16;
    const gable = hip === 0 && r.chance(0.5);
    if (gable) {
      const slope = union(rod(-eaves, top + 0.06, 0, peak, 0.08), rod(0, peak, eaves, top + 0.06, 0.08));
      add(
        'wall',
        polygon([
          [-w, top + 0.02],
          [0, peak + 0.06],
          [w, top + 0.02],
        ]),
        wall,
        { bevel: 0.02, lift: 0 },
      );
      add('roof', slope, roof, { bevel: 0.05, lift: 0.1 });
      pane(pen, 0, top - 0.16, 0.1, 0.1, night, frame);
    } else {
      add(
        'roof',
        polygon(
          [
            [-eaves, top + 0.06],
            [-hip, peak],
            [hip, peak],
            [eaves, top + 0.06],
          ],
          0.03,
        ),
        roof,
        {
          bevel: 0.06,
          lift: 0.1,
        },
      );
    }
    const doorX = r.pick([-0.5, 0, 0.5] as const) * w;
    const door = paint(
      r,
      r.pick((['red', 'green', 'blue', 'brown'] as const).filter((c) => c !== colour && c !== roofColour)),
      {
        texture: 'wood',
        period: 0.16,
        angle: Math.PI / 2,
      },
    );
    add('door', box(doorX, 0.7, 0.2, 0.33, 0.02), frame, { bevel: 0.02, lift: 0.02 });
    add('door', box(doorX, 0.71, 0.16, 0.3), door, { bevel: 0.03, lift: 0 });
    add('handle', circle(doorX + 0.09, 0.74, 0.035), paint(r, 'yellow'), { bevel: 0.03, lift: 0 });
    const lit = (): boolean => night && r.chance(0.85);
    const xs = doorX === 0 ? [-0.6 * w, 0.6 * w] : [-Math.sign(doorX) * 0.1 * w, -Math.sign(doorX) * 0.65 * w];
    const hx = w > 0.8 ? 0.15 : 0.11;
    pane(pen, xs[0], 0.58, hx, 0.16, night, frame);
    pane(pen, xs[1], 0.58, hx, 0.16, lit(), frame);
    if (floors === 2) for (const x of [-0.52 * w, 0, 0.52 * w]) pane(pen, x, -0.12, 0.11, 0.15, lit(), frame);
    return { colour, texture };
  },
};

/** The colours of fruit and vegetables, with whether they come with a leaf. */
const PRODUCE: readonly (readonly [ColourName, boolean])[] = [
  ['red', true],
  ['orange', false],
  ['yellow', false],
  ['green', false],
  ['purple', false],
  ['green', true],
  ['pink', false],
];

/** A crate between x0 and x1 with its front from y to y + tall, heaped with one kind of produce. */
function crate(
  { r, add }: Pen,
  x0: number,
  x1: number,
  y: number,
  tall: number,
  kind: readonly [ColourName, boolean],
): void {
  const [colour, leaf] = kind;
  const across = Math.max(3, Math.round((x1 - x0) / 0.19));
  const radius = ((x1 - x0) / across) * 0.52;
  const wood = paint(r, 'brown', { texture: 'wood', period: tall * 0.5, tint: [0.72, 0.5, 0.3] });
  const fruit = paint(r, colour, { gloss: 0.35 });
  for (let row = 0; row < 3; row++) {
    const n = across - (row === 0 ? 1 : 0);
    for (let k = 0; k < n; k++) {
      const cx = x0 + ((k + (row === 0 ? 1 : 0.5)) * (x1 - x0)) / across + r.between(-0.01, 0.01);
      const cy = y + (row - 2.1) * radius * 1.15;
      const one = shaded(fruit, r.between(0.88, 1.08));
      add('fruit', circle(cx, cy, radius), one, { bevel: radius, lift: 0.03 });
      if (leaf) add('leaf', circle(cx, cy - radius * 0.7, radius * 0.3), paint(r, 'green'), { bevel: 0, lift: 0 });
    }
  }
  add('crate', box((x0 + x1) / 2, y + tall / 2, (x1 - x0) / 2 - 0.01, tall / 2), wood, { bevel: 0.03, lift: 0.04 });
}

export const market: Kind = {
  name: 'market',
  facets: [
    { name: 'produce', places: ['street', 'meadow', 'room', 'brick wall'] },
    { name: 'storefront', places: ['street', 'meadow', 'beach', 'snow'] },
  ],
  parts: ['awning', 'post', 'sign', 'wall', 'window', 'door', 'crate', 'fruit', 'leaf'],
  tilt: 0.02,
  height: [0.78, 0.92],
  alone: true,
  draw: (pen, view) => (view.facet === 'produce' ? produceRows(pen) : storefront(pen, view)),
};

function produceRows(pen: Pen): Look {
  const { r, add } = pen;
  const rows = 3;
  const columns = 2 + r.integer(2);
  const timber = paint(r, 'brown', { texture: 'wood', period: 0.3, tint: [0.36, 0.23, 0.15] });
  add(
    'wall',
    polygon(
      [
        [-0.86, -0.98],
        [0.86, -0.98],
        [1.1, 0.98],
        [-1.1, 0.98],
      ],
      0.03,
    ),
    timber,
    { bevel: 0.04 },
  );
  const tag = paint(r, 'white');
  let last = -1;
  for (let row = 0; row < rows; row++) {
    const half = 0.84 + 0.11 * row;
    const y = -0.55 + row * 0.64;
    for (let column = 0; column < columns; column++) {
      const next = (last + 1 + r.integer(PRODUCE.length - 1)) % PRODUCE.length;
      last = next;
      const x0 = -half + (2 * half * column) / columns;
      crate(pen, x0, x0 + (2 * half) / columns, y, 0.17 + 0.02 * row, PRODUCE[next]);
      add('sign', box(x0 + half / columns, y + 0.08, 0.09, 0.055, 0.01), tag, { bevel: 0.01, lift: 0.02 });
    }
  }
  return { after: 'with fruit' };
}

function storefront(pen: Pen, view: View): Look {
  const { r, add } = pen;
  const night = view.time === 'night';
  const awning = r.pick(BRIGHT);
  const wallColour = r.pick(
    (['white', 'yellow', 'brown', 'gray', 'blue', 'pink'] as const).filter((c) => c !== awning),
  );
  const texture = r.pick(['plain', 'bricks', 'wood'] as const);
  add('wall', box(0, 0.05, 0.98, 0.95), paint(r, wallColour, { texture, period: 0.3 }), { bevel: 0.03 });
  const frame = paint(r, r.pick(['white', 'brown'] as const));
  const side = r.sign();
  add('sign', box(0, -0.74, 0.62, 0.12, 0.03), paint(r, wallColour === 'white' ? 'black' : 'white'), { bevel: 0.03 });
  add(
    'sign',
    union(box(-0.3, -0.74, 0.12, 0.04), box(0.02, -0.74, 0.1, 0.04), box(0.32, -0.74, 0.14, 0.04)),
    paint(r, awning),
    {
      bevel: 0,
      lift: 0,
    },
  );
  add('door', box(side * 0.6, 0.5, 0.25, 0.52), frame, { bevel: 0.02, lift: 0.02 });
  add(
    'door',
    box(side * 0.6, 0.52, 0.2, 0.48),
    paint(r, 'brown', { texture: 'wood', period: 0.2, angle: Math.PI / 2 }),
    { bevel: 0.02, lift: 0 },
  );
  pane(pen, side * 0.6, 0.3, 0.1, 0.14, night, frame);
  pane(pen, -side * 0.28, 0.3, 0.44, 0.28, night, frame);
  const [first, second] = [r.integer(PRODUCE.length), r.integer(PRODUCE.length - 1)];
  const others = PRODUCE.filter((_, k) => k !== first);
  crate(pen, -side * 0.28 - 0.5, -side * 0.28, 0.8, 0.22, PRODUCE[first]);
  crate(pen, -side * 0.28, -side * 0.28 + 0.5, 0.8, 0.22, others[second]);
  for (const x of [-1.02, 1.02]) add('post', rod(x, -0.1, x, 0.97, 0.035), frame, { bevel: 0.03 });
  const cloth = paint(r, awning, { texture: 'stripes', second: 'white', period: 0.3 });
  add(
    'awning',
    polygon([
      [-0.9, -0.52],
      [0.9, -0.52],
      [1.08, -0.12],
      [-1.08, -0.12],
    ]),
    cloth,
    { bevel: 0.06, lift: 0.12 },
  );
  const scallops = Array.from({ length: 9 }, (_, k) => ellipse(-0.96 + 0.24 * k, -0.12, 0.125, 0.12));
  add('awning', both(union(...scallops), halfPlane(0, -1, 0.13)), shaded(cloth, 0.9), { bevel: 0.03, lift: 0.1 });
  return { after: `with a ${awning} awning` };
}

export const car: Kind = {
  name: 'car',
  facets: [
    { name: 'side', places: ['street', 'meadow', 'beach', 'snow', 'hills'] },
    { name: 'front', places: ['street', 'meadow', 'beach', 'snow', 'hills'] },
  ],
  parts: ['body', 'window', 'wheel', 'light', 'bumper', 'door', 'handle', 'mirror', 'grille', 'plate'],
  tilt: 0.04,
  height: [0.42, 0.6],
  draw: (pen, view) => (view.facet === 'side' ? carSide(pen, view) : carFront(pen, view)),
};

function carSide({ r, add }: Pen, view: View): Look {
  const night = view.time === 'night';
  const colour = r.pick([...BRIGHT, 'white', 'gray', 'black'] as const);
  const texture = r.pick(['plain', 'plain', 'plain', 'stripes', 'checks', 'dots'] as const);
  const coat = paint(r, colour, {
    texture,
    gloss: 0.8,
    second: colour === 'white' ? 'red' : 'white',
    period: 0.36,
    angle: Math.PI / 2,
  });
  const plain = { ...coat, texture: 1 };
  const glass = paint(r, 'blue', {
    tint: [0.5, 0.68, 0.8],
    gloss: 0.9,
    fade: { to: [0.78, 0.88, 0.92], from: -0.5, until: 0.1 },
  });
  const tyre = paint(r, 'black');
  const hub = paint(r, 'gray', { tint: [0.78, 0.79, 0.8], gloss: 0.5 });
  const chrome = paint(r, 'gray', { gloss: 0.8 });
  const kind = r.pick(['sedan', 'beetle', 'van'] as const);
  const frontX = -1.12;
  if (kind === 'van') {
    add(
      'body',
      blob(
        [
          [-1.14, 0.62],
          [-1.14, 0.1],
          [-0.86, -0.48],
          [-0.5, -0.6],
          [0.9, -0.6],
          [1.1, -0.5],
          [1.12, 0.6],
          [0, 0.66],
        ],
        5,
      ),
      coat,
      { bevel: 0.18 },
    );
    add(
      'window',
      polygon(
        [
          [-0.9, 0],
          [-0.68, -0.4],
          [-0.42, -0.42],
          [-0.42, 0],
        ],
        0.03,
      ),
      glass,
      { bevel: 0.03, lift: 0 },
    );
    add('window', box(-0.06, -0.21, 0.25, 0.21, 0.05), glass, { bevel: 0.03, lift: 0 });
    if (r.chance(0.6)) add('window', box(0.6, -0.21, 0.28, 0.21, 0.05), glass, { bevel: 0.03, lift: 0 });
  } else {
    const cabin =
      kind === 'beetle'
        ? both(ellipse(0.05, 0.12, 0.74, 0.72), halfPlane(0, 1, 0.14))
        : blob(
            [
              [-0.68, 0.14],
              [-0.4, -0.36],
              [-0.24, -0.44],
              [0.42, -0.44],
              [0.58, -0.34],
              [0.84, 0.14],
            ],
            4,
          );
    add('body', cabin, plain, { bevel: 0.16 });
    const lower =
      kind === 'beetle'
        ? blob([
            [-1.14, 0.5],
            [-1.0, 0.16],
            [-0.6, 0.02],
            [0.6, 0.0],
            [1.0, 0.14],
            [1.14, 0.5],
            [0.9, 0.64],
            [-0.9, 0.64],
          ])
        : box(0, 0.36, 1.14, 0.29, 0.17);
    add('body', lower, coat, { bevel: 0.2, lift: 0.02 });
    const y = 0.02;
    add(
      'window',
      polygon(
        [
          [-0.5, y],
          [-0.29, -0.3],
          [-0.02, -0.32],
          [-0.02, y],
        ],
        0.03,
      ),
      glass,
      { bevel: 0.03, lift: 0 },
    );
    add(
      'window',
      polygon(
        [
          [0.12, y],
          [0.12, -0.32],
          [0.36, -0.3],
          [0.58, y],
        ],
        0.03,
      ),
      glass,
      { bevel: 0.03, lift: 0 },
    );
  }
  add('door', union(box(0.05, 0.28, 0.014, 0.26), box(-0.52, 0.3, 0.014, 0.2)), shaded(plain, 0.6), {
    bevel: 0,
    lift: 0,
  });
  add('handle', box(-0.08, 0.17, 0.07, 0.025, 0.02), chrome, { bevel: 0.02, lift: 0 });
  add('bumper', union(rod(-1.14, 0.56, -0.98, 0.58, 0.06), rod(0.98, 0.58, 1.14, 0.56, 0.06)), chrome, { bevel: 0.05 });
  const lamp = night ? paint(r, 'yellow', { glow: 1, tint: [1, 0.93, 0.62] }) : paint(r, 'yellow', { gloss: 0.6 });
  add('light', ellipse(frontX + 0.08, 0.3, 0.08, 0.1), lamp, { bevel: 0.06, lift: 0, ...(night && { halo: 0.5 }) });
  add('light', box(1.08, 0.3, 0.05, 0.1, 0.03), paint(r, 'red', { glow: night ? 0.7 : 0 }), { bevel: 0.04, lift: 0 });
  for (const x of [-0.62, 0.64]) {
    add('body', both(circle(x, 0.6, 0.36), halfPlane(0, 1, 0.62)), shaded(plain, 0.45), { bevel: 0, lift: 0 });
    add('wheel', circle(x, 0.62, 0.3), tyre, { bevel: 0.12 });
    add('wheel', circle(x, 0.62, 0.16), hub, { bevel: 0.08, lift: 0 });
    add('wheel', circle(x, 0.62, 0.06), tyre, { bevel: 0.03, lift: 0 });
  }
  return { colour, texture };
}

function carFront({ r, add }: Pen, view: View): Look {
  const night = view.time === 'night';
  const colour = r.pick([...BRIGHT, 'white', 'gray'] as const);
  const coat = paint(r, colour, { gloss: 0.8 });
  const glass = paint(r, 'blue', {
    tint: [0.42, 0.6, 0.74],
    gloss: 0.9,
    fade: { to: [0.78, 0.88, 0.92], from: -0.6, until: 0 },
  });
  const chrome = paint(r, 'gray', { gloss: 0.9, tint: [0.72, 0.73, 0.75] });
  const tyre = paint(r, 'black');
  const tall = r.between(0, 0.14);
  for (const side of [-1, 1]) add('wheel', box(side * 0.62, 0.72, 0.18, 0.3, 0.08), tyre, { bevel: 0.1 });
  add(
    'body',
    blob([
      [-0.8, 0.0],
      [-0.58, -0.62 - tall],
      [-0.3, -0.76 - tall],
      [0.3, -0.76 - tall],
      [0.58, -0.62 - tall],
      [0.8, 0.0],
      [0.5, 0.14],
      [-0.5, 0.14],
    ]),
    coat,
    { bevel: 0.14 },
  );
  add(
    'window',
    polygon(
      [
        [-0.6, -0.08],
        [-0.44, -0.55 - tall],
        [0.44, -0.55 - tall],
        [0.6, -0.08],
      ],
      0.05,
    ),
    glass,
    { bevel: 0.04, lift: 0 },
  );
  for (const side of [-1, 1]) add('mirror', ellipse(side * 0.9, -0.12, 0.12, 0.1), coat, { bevel: 0.08 });
  add('body', box(0, 0.34, 0.92, 0.38, 0.24), coat, { bevel: 0.24, lift: 0.03 });
  add(
    'grille',
    box(0, 0.3, 0.34, 0.15, 0.06),
    paint(r, 'black', { texture: 'stripes', second: 'gray', period: 0.13, angle: Math.PI / 2 }),
    { bevel: 0.03, lift: 0 },
  );
  const lamp = night
    ? paint(r, 'yellow', { glow: 1, tint: [1, 0.95, 0.68] })
    : paint(r, 'white', { gloss: 0.8, tint: [0.97, 0.95, 0.82] });
  for (const side of [-1, 1]) {
    add('light', circle(side * 0.6, 0.27, 0.19), chrome, { bevel: 0.05, lift: 0.02 });
    add('light', circle(side * 0.6, 0.27, 0.14), lamp, { bevel: 0.1, lift: 0, ...(night && { halo: 0.5 }) });
  }
  add('bumper', box(0, 0.6, 0.92, 0.09, 0.07), chrome, { bevel: 0.08 });
  add('plate', box(0, 0.6, 0.24, 0.08, 0.02), paint(r, 'white'), { bevel: 0.01, lift: 0.02 });
  add('plate', union(box(-0.12, 0.6, 0.06, 0.03), box(0.06, 0.6, 0.09, 0.03)), paint(r, 'black'), {
    bevel: 0,
    lift: 0,
  });
  return { colour, after: 'from the front' };
}

export const boat: Kind = {
  name: 'boat',
  facets: [{ name: 'usual', places: ['sea', 'river', 'beach'] }],
  parts: ['hull', 'mast', 'sail', 'flag', 'cabin', 'window', 'funnel'],
  tilt: 0.08,
  height: [0.62, 0.8],
  draw: (pen, view) => {
    const { r, add } = pen;
    const colour = r.pick([...BRIGHT, 'brown', 'white'] as const);
    const texture = r.pick(['plain', 'wood', 'wood', 'stripes'] as const);
    const hull = paint(r, colour, {
      texture,
      period: texture === 'wood' ? 0.24 : 0.5,
      angle: texture === 'stripes' ? Math.PI / 2 : 0,
      ...(texture === 'stripes' && { second: colour === 'white' ? 'blue' : 'white' }),
    });
    const sails = r.chance(0.6);
    const other = r.pick((['white', 'red', 'yellow', 'orange'] as const).filter((c) => c !== colour));
    if (sails) {
      const cloth = paint(r, other, { texture: r.pick(['plain', 'stripes', 'plain']), period: 0.3, angle: 1.2 });
      add('mast', rod(0, 0.4, 0, -1.1, 0.04), paint(r, 'brown'), { bevel: 0.04 });
      add(
        'sail',
        blob(
          [
            [0.08, -1.0],
            [0.4, -0.5],
            [0.72, 0.22],
            [0.4, 0.26],
            [0.08, 0.24],
          ],
          3,
        ),
        cloth,
        { bevel: 0.1 },
      );
      add(
        'sail',
        blob(
          [
            [-0.08, -0.85],
            [-0.34, -0.3],
            [-0.62, 0.24],
            [-0.34, 0.26],
            [-0.08, 0.22],
          ],
          3,
        ),
        shaded(cloth, 0.92),
        { bevel: 0.1 },
      );
      add(
        'flag',
        polygon(
          [
            [0, -1.12],
            [0.26, -1.04],
            [0, -0.95],
          ],
          0.01,
        ),
        paint(r, colour === 'red' ? 'blue' : 'red'),
        { bevel: 0.03 },
      );
    } else {
      add('funnel', box(0.24, -0.42, 0.13, 0.3), paint(r, other === 'white' ? 'red' : other), { bevel: 0.12 });
      add('funnel', box(0.24, -0.66, 0.14, 0.06), paint(r, 'black'), { bevel: 0.05, lift: 0 });
      const cabin = paint(r, colour === 'white' ? 'yellow' : 'white');
      add('cabin', box(0.08, 0.05, 0.52, 0.28, 0.05), cabin, { bevel: 0.06 });
      const night = view.time === 'night';
      const glass = night ? paint(r, 'yellow', { glow: 1 }) : paint(r, 'blue', { tint: [0.3, 0.5, 0.68] });
      for (const x of [-0.24, 0.08, 0.4])
        add('window', circle(x, 0.02, 0.1), glass, { bevel: 0.03, lift: 0, ...(night && { halo: 0.25 }) });
      add('mast', rod(-0.3, -0.2, -0.3, -0.85, 0.03), paint(r, 'brown'));
      add(
        'flag',
        polygon(
          [
            [-0.28, -0.86],
            [0.02, -0.77],
            [-0.28, -0.66],
          ],
          0.01,
        ),
        paint(r, other),
        { bevel: 0.03 },
      );
    }
    add(
      'hull',
      blob(
        [
          [-1.14, 0.18],
          [-0.6, 0.3],
          [0.7, 0.3],
          [1.06, 0.2],
          [0.86, 0.78],
          [0.6, 1],
          [-0.6, 1],
          [-0.92, 0.72],
        ],
        4,
      ),
      hull,
      {
        bevel: 0.2,
        lift: 0.04,
      },
    );
    add('hull', rod(-1.06, 0.25, 1.0, 0.28, 0.05), shaded({ ...hull, texture: 1 }, 0.7), { bevel: 0.04 });
    if (!sails && r.chance(0.5))
      for (const x of [-0.4, 0.3]) add('window', ring(x, 0.58, 0.1, 0.03), paint(r, 'white'), { bevel: 0.02, lift: 0 });
    return { colour, ...(texture === 'stripes' && { texture }) };
  },
};
