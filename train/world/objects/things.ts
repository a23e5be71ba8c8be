// Things of a household: clock, cup, key, umbrella, lamp, book, ball, bottle.

import { BRIGHT, type ColourName, type Paint, paint, shaded } from '../colours.js';
import type { Kind, Look, Pen } from '../pen.js';
import {
  blob,
  both,
  box,
  circle,
  ellipse,
  type Field,
  halfPlane,
  minus,
  polygon,
  ring,
  rod,
  turned,
  union,
} from '../shapes.js';

export const clock: Kind = {
  name: 'clock',
  facets: [
    { name: 'analogue', places: ['table', 'room', 'brick wall', 'street', 'table top'] },
    { name: 'digital', places: ['table', 'room', 'table top', 'cloth'] },
  ],
  parts: ['case', 'dial', 'number', 'hand', 'bell', 'foot', 'handle', 'button', 'display'],
  tilt: 0.08,
  mirrors: false,
  draw: (pen, view) => (view.facet === 'analogue' ? analogue(pen) : digital(pen)),
};

function analogue({ r, add }: Pen): Look {
  const colour = r.pick([...BRIGHT, 'black', 'gray', 'brown'] as const);
  const coat = paint(r, colour, { gloss: 0.6 });
  const dial = paint(r, 'white', { tint: [0.97, 0.95, 0.88] });
  const ink = paint(r, 'black');
  if (r.chance(0.6)) {
    for (const side of [-1, 1]) {
      add('foot', rod(side * 0.4, 0.6, side * 0.62, 1.02, 0.1), coat, { bevel: 0.1 });
      const bell = both(circle(0, -1.02, 0.3), halfPlane(0, 1, -0.98));
      add('bell', turned(bell, side * 0.55), paint(r, 'yellow', { gloss: 0.8 }), { bevel: 0.2 });
    }
    add('handle', both(ring(0, -1.02, 0.24, 0.05), halfPlane(0, 1, -1.05)), coat, { bevel: 0.04 });
  }
  const square = r.chance(0.25);
  add('case', square ? box(0, 0, 0.92, 0.92, 0.2) : circle(0, 0, 0.94), coat, { bevel: 0.16 });
  add('dial', circle(0, 0, 0.66), dial, { bevel: 0.02, lift: 0 });
  const ticks = Array.from({ length: 12 }, (_, k) => {
    const s = Math.sin((Math.PI * k) / 6);
    const c = Math.cos((Math.PI * k) / 6);
    const from = k % 3 === 0 ? 0.48 : 0.54;
    return rod(from * s, from * c, 0.58 * s, 0.58 * c, k % 3 === 0 ? 0.04 : 0.025);
  });
  add('number', union(...ticks), ink, { bevel: 0, lift: 0 });
  const hour = r.between(0, 12);
  const hands = [
    [hour / 12, 0.32, 0.055],
    [hour - Math.floor(hour), 0.5, 0.04],
  ] as const;
  for (const [turn, length, thick] of hands) {
    add('hand', turned(rod(0, 0.08, 0, -length, thick), 2 * Math.PI * turn), ink, { bevel: 0.03, lift: 0.05 });
  }
  add('hand', circle(0, 0, 0.08), paint(r, colour === 'red' ? 'black' : 'red'), { bevel: 0.06, lift: 0.03 });
  return { colour, before: 'round' };
}

/** Which of the segments top, middle, bottom, upper left, upper right, lower left, lower right each digit lights. */
const SEGMENTS = [
  '1011111',
  '0000101',
  '1110110',
  '1110101',
  '0101101',
  '1111001',
  '1111011',
  '1000101',
  '1111111',
  '1111101',
];

/** A seven-segment digit, 2 hx by 2 hy, about (x, y). */
function digit(n: number, x: number, y: number, hx: number, hy: number, half: number): Field {
  const gap = half * 0.8;
  const across = [-hy, 0, hy].map((dy) => rod(x - hx + gap, y + dy, x + hx - gap, y + dy, half));
  const upright = [-1, 1].flatMap((row) =>
    [-1, 1].map((side) => rod(x + side * hx, y + row * gap, x + side * hx, y + row * (hy - gap), half)),
  );
  const all = [...across, ...upright];
  return union(...all.filter((_, k) => SEGMENTS[n][k] === '1'));
}

function digital({ r, add }: Pen): Look {
  const colour = r.pick([...BRIGHT, 'black', 'gray', 'white', 'brown'] as const);
  const wood = colour === 'brown';
  const coat = paint(r, colour, { gloss: 0.5, ...(wood && { texture: 'wood', period: 0.3 }) });
  const tall = r.between(0.66, 0.76);
  for (const side of [-1, 1]) add('foot', box(side * 0.72, tall, 0.14, 0.1, 0.04), paint(r, 'black'), { bevel: 0.05 });
  if (r.chance(0.6))
    add('button', box(0, -tall, 0.4, 0.1, 0.06), paint(r, colour === 'gray' ? 'red' : 'gray'), { bevel: 0.06 });
  add('case', box(0, 0, 1.12, tall, r.between(0.06, 0.3)), coat, { bevel: 0.14 });
  add(
    'display',
    box(0, 0, 0.84, 0.39, 0.06),
    paint(r, colour === 'black' ? 'gray' : 'black', { ...(colour === 'black' && { tint: [0.5, 0.56, 0.5] }) }),
    {
      bevel: 0.03,
      lift: 0,
    },
  );
  const glow = colour !== 'black';
  const lamp = glow
    ? paint(r, r.pick((['red', 'green', 'blue', 'orange'] as const).filter((c) => c !== colour)), { glow: 1 })
    : paint(r, 'black');
  const bright = glow ? shaded(lamp, 1.25) : lamp;
  const hour = 1 + r.integer(12);
  const minute = r.integer(60);
  const digits = [Math.floor(hour / 10), hour % 10, Math.floor(minute / 10), minute % 10];
  digits.forEach((n, k) => {
    const x = [-0.6, -0.24, 0.24, 0.6][k];
    if (k > 0 || n > 0) add('number', digit(n, x, 0, 0.11, 0.25, 0.045), bright, { bevel: 0, lift: 0 });
  });
  add('number', union(circle(0, -0.12, 0.045), circle(0, 0.12, 0.045)), bright, { bevel: 0, lift: 0 });
  return { colour, before: 'digital' };
}

export const cup: Kind = {
  name: 'cup',
  facets: [{ name: 'usual', places: ['table', 'room', 'meadow', 'beach'] }],
  parts: ['body', 'handle', 'rim', 'drink', 'saucer'],
  tilt: 0.06,
  height: [0.48, 0.65],
  draw: ({ r, add }) => {
    const colour = r.pick([...BRIGHT, 'white', 'gray', 'black'] as const);
    const texture = r.pick(['plain', 'stripes', 'dots', 'zigzag', 'checks', 'waves'] as const);
    const glaze = paint(r, colour, {
      texture,
      second: colour === 'white' ? r.pick(['blue', 'red', 'green'] as const) : 'white',
      period: r.between(0.28, 0.4),
      angle: r.pick([0, Math.PI / 2]),
      gloss: 0.6,
    });
    const plain = { ...glaze, texture: 1 };
    const narrow = r.between(0.05, 0.3);
    if (r.chance(0.4)) add('saucer', ellipse(0, 0.88, 1.05, 0.16), shaded(plain, 0.95), { bevel: 0.12 });
    add('handle', ring(0.66, 0.08, 0.34, 0.1), plain, { bevel: 0.1 });
    const body = blob(
      [
        [-0.74, -0.72],
        [-0.74 + narrow * 0.3, 0.2],
        [-0.66 + narrow, 0.8],
        [-0.3, 0.93],
        [0.3, 0.93],
        [0.66 - narrow, 0.8],
        [0.74 - narrow * 0.3, 0.2],
        [0.74, -0.72],
        [0, -0.7],
      ],
      4,
    );
    add('body', body, glaze, { lathe: 0.78 });
    add('rim', ellipse(0, -0.72, 0.75, 0.2), shaded(plain, 1.08), { bevel: 0.05, lift: 0 });
    add('rim', ellipse(0, -0.71, 0.67, 0.155), shaded(plain, 0.6), { bevel: 0, lift: 0 });
    const drink = paint(r, r.pick(['brown', 'brown', 'orange', 'white'] as const), { gloss: 0.4 });
    add('drink', both(ellipse(0, -0.64, 0.6, 0.13), ellipse(0, -0.71, 0.66, 0.15)), shaded(drink, 0.85), {
      bevel: 0,
      lift: 0,
    });
    return { colour, texture };
  },
};

export const key: Kind = {
  name: 'key',
  facets: [{ name: 'usual', places: ['table top', 'cloth', 'lawn', 'sand', 'brick wall'] }],
  parts: ['bow', 'shaft', 'tooth'],
  tilt: 3.14,
  height: [0.7, 0.86],
  draw: ({ r, add }) => {
    const colour = r.pick(['yellow', 'gray', 'brown', 'red', 'black', 'blue'] as const);
    const metal = paint(r, colour, { gloss: 1, ...(colour === 'yellow' && { tint: [0.93, 0.73, 0.25] }) });
    const kind = r.pick(['ring', 'square', 'clover', 'heart'] as const);
    const y = -0.58;
    const bow: Field =
      kind === 'ring'
        ? ring(0, y, 0.32, 0.14)
        : kind === 'square'
          ? minus(box(0, y, 0.46, 0.42, 0.14), box(0, y, 0.2, 0.17, 0.06))
          : kind === 'clover'
            ? union(ring(-0.28, y + 0.1, 0.19, 0.1), ring(0.28, y + 0.1, 0.19, 0.1), ring(0, y - 0.26, 0.19, 0.1))
            : minus(
                blob([
                  [0, y - 0.22],
                  [0.24, y - 0.42],
                  [0.52, y - 0.2],
                  [0.36, y + 0.18],
                  [0, y + 0.5],
                  [-0.36, y + 0.18],
                  [-0.52, y - 0.2],
                  [-0.24, y - 0.42],
                ]),
                circle(0, y - 0.04, 0.15),
              );
    const teeth = 2 + r.integer(2);
    for (let k = 0; k < teeth; k++) {
      add('tooth', box(0.26, 0.92 - 0.24 * k, r.between(0.2, 0.3), 0.085, 0.02), metal, { bevel: 0.06, lift: 0 });
    }
    add('shaft', box(0, 0.36, 0.12, 0.68, 0.06), metal, { bevel: 0.12, lift: 0.02 });
    add('shaft', box(0, -0.06, 0.2, 0.07, 0.04), metal, { bevel: 0.07, lift: 0.02 });
    add('bow', bow, metal, { bevel: 0.12, lift: 0.02 });
    return { colour };
  },
};

export const umbrella: Kind = {
  name: 'umbrella',
  facets: [{ name: 'usual', places: ['beach', 'street', 'meadow', 'sky', 'sand', 'snow'] }],
  parts: ['canopy', 'pole', 'handle', 'tip'],
  tilt: 0.3,
  height: [0.7, 0.86],
  draw: ({ r, add }) => {
    const colour = r.pick([...BRIGHT, 'black'] as const);
    const texture = r.pick(['plain', 'plain', 'dots', 'stripes', 'checks'] as const);
    const cloth = paint(r, colour, { texture, second: 'white', period: 0.3, gloss: 0.2 });
    const panels = texture === 'plain' && r.chance(0.6);
    const other = panels
      ? paint(r, r.pick((['white', 'yellow', 'blue'] as const).filter((c) => c !== colour)))
      : shaded(cloth, 0.86);
    const wood = paint(r, r.pick(['brown', 'gray', 'black'] as const));
    add('pole', rod(0, -0.2, 0, 0.82, 0.045), wood, { bevel: 0.045 });
    add('handle', both(ring(0.15, 0.82, 0.15, 0.06), halfPlane(0, -1, -0.8)), paint(r, 'brown'), { bevel: 0.06 });
    add('tip', rod(0, -0.95, 0, -0.7, 0.04), wood, { bevel: 0.04 });
    // Panels from the outside in, each half an ellipse above the scalloped rim.
    const scallops = union(...[-0.8, -0.4, 0, 0.4, 0.8].map((x) => ellipse(x, 0.02, 0.21, 0.13)));
    const widths = [1, 0.62, 0.22];
    widths.forEach((w, k) => {
      const dome = minus(both(ellipse(0, 0, w, 0.84), halfPlane(0, 1, 0)), scallops);
      add('canopy', dome, k % 2 === 0 ? cloth : other, { bevel: k === 0 ? 0.4 : 0.06, lift: k === 0 ? 0.06 : 0.015 });
    });
    return { colour, texture };
  },
};

export const lamp: Kind = {
  name: 'lamp',
  facets: [{ name: 'usual', places: ['table', 'room', 'street', 'meadow'] }],
  parts: ['shade', 'bulb', 'stand', 'base'],
  tilt: 0.05,
  height: [0.62, 0.8],
  draw: ({ r, add }, view) => {
    const lit = view.time === 'night' || r.chance(0.25);
    const colour = r.pick([...BRIGHT, 'white', 'brown'] as const);
    const texture = lit ? 'plain' : r.pick(['plain', 'stripes', 'dots', 'weave', 'zigzag'] as const);
    const shade = paint(r, colour, {
      texture,
      period: 0.24,
      glow: lit ? 0.75 : 0,
      second: colour === 'white' ? 'gray' : 'white',
    });
    const metal = paint(r, r.pick(['black', 'gray', 'brown', 'yellow'] as const), { gloss: 0.7 });
    const warm = paint(r, 'yellow', { glow: 1, tint: [1, 0.93, 0.66] });
    if (r.chance(0.5)) {
      add('base', both(ellipse(0, 0.98, 0.52, 0.2), halfPlane(0, 1, 1)), metal, { bevel: 0.14 });
      if (r.chance(0.5)) add('stand', union(rod(0, -0.1, 0, 0.9, 0.06)), metal, { bevel: 0.06 });
      else
        add(
          'stand',
          union(circle(0, 0.55, 0.25), circle(0, 0.18, 0.15), rod(0, -0.1, 0, 0.9, 0.06)),
          { ...metal },
          { bevel: 0.2 },
        );
      if (lit) add('bulb', ellipse(0, 0.0, 0.3, 0.1), warm, { bevel: 0, lift: 0 });
      const top = r.between(0.3, 0.55);
      add(
        'shade',
        polygon(
          [
            [-top, -0.98],
            [top, -0.98],
            [0.78, -0.05],
            [-0.78, -0.05],
          ],
          0.03,
        ),
        shade,
        {
          lathe: 0.85,
          ...(lit && { halo: 0.9 }),
        },
      );
      return { colour, texture };
    }
    // A desk lamp: two arms and a tilted bell.
    add('base', both(ellipse(0.25, 0.98, 0.55, 0.2), halfPlane(0, 1, 1)), metal, { bevel: 0.14 });
    add('stand', rod(0.25, 0.9, 0.6, 0.12, 0.06), metal, { bevel: 0.06 });
    add('stand', rod(0.6, 0.12, 0.0, -0.62, 0.06), metal, { bevel: 0.06 });
    add('stand', circle(0.6, 0.12, 0.1), metal, { bevel: 0.1 });
    add('bulb', turned(ellipse(-0.42, -0.06, 0.24, 0.2), 0.7, -0.42, -0.06), lit ? warm : paint(r, 'white'), {
      bevel: 0.15,
      ...(lit && { halo: 1 }),
    });
    const bell = blob([
      [-0.2, -0.62],
      [0.2, -0.62],
      [0.4, -0.1],
      [0.56, 0.3],
      [0, 0.3],
      [-0.56, 0.3],
      [-0.4, -0.1],
    ]);
    add(
      'shade',
      turned(
        {
          ...bell,
          distance: (x, y) => bell.distance((x + 0.16) / 1.15, (y + 0.42) / 1.15) * 1.15,
          box: [-1, -1.4, 0.7, 0.1],
        },
        0.7,
        -0.16,
        -0.42,
      ),
      shade,
      {
        bevel: 0.36,
        ...(lit && { halo: 0.5 }),
      },
    );
    return { colour, texture };
  },
};

export const book: Kind = {
  name: 'book',
  facets: [
    { name: 'closed', places: ['table', 'table top', 'cloth', 'lawn', 'room'] },
    { name: 'open', places: ['table top', 'cloth', 'lawn', 'sand'] },
  ],
  parts: ['cover', 'spine', 'page', 'title', 'text'],
  tilt: 0.22,
  draw: ({ r, add }, view) => {
    const colour = r.pick([...BRIGHT, 'brown', 'black', 'gray'] as const);
    const texture = r.pick(['plain', 'plain', 'weave', 'stripes', 'marble', 'zigzag'] as const);
    const cover = paint(r, colour, { texture, period: texture === 'marble' ? 0.6 : 0.24, gloss: 0.2 });
    const paper = paint(r, 'white', { tint: [0.96, 0.94, 0.87] });
    const ink = paint(r, 'gray', { tint: [0.45, 0.43, 0.42] });
    if (view.facet === 'open') {
      add('cover', box(0, 0.03, 1.14, 0.82, 0.06), cover, { bevel: 0.05 });
      for (const side of [-1, 1]) {
        const leaf = blob(
          [
            [0, -0.66],
            [side * 0.35, -0.76],
            [side * 1.03, -0.7],
            [side * 1.03, 0.7],
            [side * 0.35, 0.64],
            [0, 0.74],
          ],
          4,
        );
        add('page', leaf, paper, { bevel: 0.16, lift: 0.04 });
        const lines: Field[] = [];
        const picture = r.chance(0.5);
        for (let k = 0; k < 7; k++) {
          if (picture && k < 4) continue;
          const y = -0.5 + 0.17 * k;
          lines.push(box(side * 0.54 - (k === 6 ? 0.1 : 0), y, k === 6 ? 0.26 : 0.36, 0.035));
        }
        add('text', union(...lines), ink, { bevel: 0, lift: 0 });
        if (picture) add('text', box(side * 0.54, -0.26, 0.34, 0.26), paint(r, r.pick(BRIGHT)), { bevel: 0, lift: 0 });
      }
      return { before: 'open', after: `with a ${colour} cover` };
    }
    const w = r.between(0.62, 0.76);
    add('cover', box(0.1, 0.08, w, 0.95, 0.05), shaded(cover, 0.7), { bevel: 0.04 });
    add('page', box(0.08, 0.06, w - 0.03, 0.9, 0.02), { ...paper, texture: 1 }, { bevel: 0.02, lift: 0 });
    add('cover', box(-0.02, -0.04, w, 0.95, 0.05), cover, { bevel: 0.06, lift: 0.04 });
    add('spine', box(-w + 0.08, -0.04, 0.1, 0.95, 0.04), shaded(cover, 0.78), { bevel: 0.08, lift: 0 });
    const label = paint(r, colour === 'yellow' ? 'white' : r.pick(['white', 'yellow'] as const));
    add('title', box(0.08, -0.45, w * 0.62, 0.2, 0.03), label, { bevel: 0.02, lift: 0.02 });
    add('text', union(box(0.08, -0.51, w * 0.46, 0.035), box(0.08, -0.39, w * 0.3, 0.035)), ink, { bevel: 0, lift: 0 });
    const emblem = r.pick<Field>([
      circle(0.08, 0.35, 0.24),
      turned(box(0.08, 0.35, 0.2, 0.2, 0.03), 0.785, 0.08, 0.35),
      ring(0.08, 0.35, 0.2, 0.06),
    ]);
    add('title', emblem, label, { bevel: 0.03, lift: 0.02 });
    return { colour, texture, before: 'closed' };
  },
};

export const ball: Kind = {
  name: 'ball',
  facets: [{ name: 'usual', places: ['meadow', 'beach', 'street', 'room', 'lawn', 'snow', 'sea'] }],
  parts: ['surface', 'patch', 'band'],
  tilt: 0.5,
  height: [0.45, 0.7],
  draw: ({ r, add: draw }) => {
    // Patches are painted on: they take the light of the ball.
    const add = (part: string, field: Field, p: Paint): void => draw(part, field, p, { bevel: 1, lift: 0, wrap: 1 });
    const body = circle(0, 0, 1);
    const kind = r.pick(['beach', 'football', 'textured', 'band'] as const);
    if (kind === 'football') {
      const white = paint(r, 'white', { gloss: 0.3 });
      add('surface', body, white);
      const black = paint(r, 'black');
      const spin = r.between(0, 1.2);
      const five = (cx: number, cy: number, size: number, turn: number): Field =>
        polygon(
          Array.from({ length: 5 }, (_, k) => {
            const t = turn + (2 * Math.PI * k) / 5;
            return [cx + size * Math.sin(t), cy - size * Math.cos(t)] as const;
          }),
          0.03,
        );
      add('patch', five(0, 0, 0.32, spin), black);
      for (let k = 0; k < 5; k++) {
        const t = spin + (2 * Math.PI * (k + 0.5)) / 5;
        add('patch', both(five(0.86 * Math.sin(t), -0.86 * Math.cos(t), 0.28, t + Math.PI), body), black);
        const u = spin + (2 * Math.PI * k) / 5;
        add(
          'patch',
          both(rod(0.32 * Math.sin(u), -0.32 * Math.cos(u), 0.64 * Math.sin(u), -0.64 * Math.cos(u), 0.02), body),
          black,
        );
      }
      return { colour: 'white' };
    }
    const colour: ColourName = r.pick(BRIGHT);
    const texture = kind === 'textured' ? r.pick(['dots', 'stripes', 'checks', 'zigzag', 'marble'] as const) : 'plain';
    const coat = paint(r, colour, {
      texture,
      second: r.pick(['white', 'yellow', 'black'] as const),
      period: texture === 'marble' ? 0.9 : r.between(0.4, 0.6),
      gloss: 0.9,
    });
    const fixed = colour === 'yellow' ? { ...coat, second: paint(r, 'white').rgb } : coat;
    add('surface', body, fixed);
    if (kind === 'beach') {
      // Every other panel between meridians: lens shapes about the axis.
      const other = paint(r, colour === 'white' ? 'red' : 'white', { gloss: 0.9 });
      const left = minus(ellipse(0, 0, 0.97, 0.99), ellipse(0.06, 0, 0.66, 1.02));
      add('patch', both(left, halfPlane(1, 0, 0)), other);
      const third = paint(r, r.pick(BRIGHT.filter((c) => c !== colour)), { gloss: 0.9 });
      add('patch', both(minus(ellipse(0, 0, 0.7, 0.99), ellipse(0, 0, 0.3, 1.02)), halfPlane(-1, 0, 0)), third);
      add('patch', circle(0, -0.88, 0.1), other);
    }
    if (kind === 'band') {
      const stripe = paint(r, r.pick((['white', 'yellow', 'blue'] as const).filter((c) => c !== colour)));
      add('band', both(box(0, 0, 1, 0.24), body), stripe);
      add('band', both(box(0, 0, 1, 0.09), body), coat);
    }
    return { colour, texture };
  },
};

export const bottle: Kind = {
  name: 'bottle',
  facets: [{ name: 'usual', places: ['table', 'room', 'beach', 'meadow', 'snow'] }],
  parts: ['body', 'neck', 'cap', 'label', 'text'],
  tilt: 0.08,
  height: [0.68, 0.84],
  draw: ({ r, add }) => {
    const colour = r.pick(['green', 'brown', 'blue', 'red', 'purple', 'pink', 'orange', 'white', 'black'] as const);
    const glass = paint(r, colour, { gloss: 1, ...(colour === 'green' && { tint: [0.16, 0.45, 0.25] }) });
    const w = r.between(0.34, 0.48);
    const neck = r.between(0.11, 0.15);
    const shoulder = r.between(-0.35, -0.1);
    const body = blob(
      [
        [-neck, -0.8],
        [neck, -0.8],
        [neck, shoulder - 0.2],
        [w, shoulder + 0.15],
        [w, 0.8],
        [w * 0.8, 1],
        [-w * 0.8, 1],
        [-w, 0.8],
        [-w, shoulder + 0.15],
        [-neck, shoulder - 0.2],
      ],
      4,
    );
    add('neck', box(0, -0.78, neck + 0.02, 0.14, 0.03), shaded(glass, 0.9), { bevel: 0.1 });
    add('body', body, glass, { lathe: w * 1.05 });
    add('neck', both(body, halfPlane(0, 1, shoulder - 0.12)), glass, { lathe: w * 0.75, lift: 0 });
    add(
      'cap',
      box(0, -0.94, neck + 0.04, 0.12, 0.03),
      paint(r, r.pick((['red', 'brown', 'yellow', 'gray'] as const).filter((c) => c !== colour))),
      { bevel: 0.12 },
    );
    const labelColour = r.pick((['white', 'yellow', 'red', 'orange'] as const).filter((c) => c !== colour));
    const texture = r.pick(['plain', 'stripes', 'dots', 'zigzag'] as const);
    const label = paint(r, labelColour, { texture, period: 0.2, angle: Math.PI / 2 });
    if (r.chance(0.85)) {
      add('label', box(0, 0.4, w * 0.98, 0.3), label, { lathe: w * 1.05, lift: 0.01 });
      if (texture === 'plain')
        add('text', union(box(0, 0.32, w * 0.6, 0.05), box(0, 0.48, w * 0.4, 0.035)), paint(r, 'black'), {
          bevel: 0,
          lift: 0,
        });
    }
    add(
      'body',
      rod(-w * 0.62, shoulder + 0.3, -w * 0.62, 0.8, 0.035),
      paint(r, colour, { glow: 0.3, tint: [0.9, 0.93, 0.95] }),
      { bevel: 0, lift: 0 },
    );
    return { colour };
  },
};
