// Those that have eyes: face, fish, bird; and the butterfly.

import { BRIGHT, type ColourName, paint, type Rgb, shaded } from '../colours.js';
import type { Kind, Pen } from '../pen.js';
import { blob, both, box, circle, ellipse, grown, halfPlane, minus, polygon, ring, rod, union } from '../shapes.js';

/** A white eye that looks along (dx, dy), or a dark bead where `white` is 0. */
function eye({ r, add }: Pen, x: number, y: number, white: number, pupil: number, dx = 0, dy = 0): void {
  if (white > 0) add('eye', circle(x, y, white), paint(r, 'white'), { bevel: white * 0.6, lift: 0.02 });
  add('eye', circle(x + dx, y + dy, pupil), paint(r, 'black'), { bevel: 0, lift: 0 });
  add('eye', circle(x + dx - pupil * 0.35, y + dy - pupil * 0.4, pupil * 0.36), paint(r, 'white', { glow: 0.5 }), {
    bevel: 0,
    lift: 0,
  });
}

const SKINS: readonly (readonly [ColourName, Rgb])[] = [
  ['pink', [0.97, 0.77, 0.67]],
  ['pink', [0.93, 0.68, 0.57]],
  ['brown', [0.7, 0.46, 0.31]],
  ['brown', [0.52, 0.33, 0.22]],
];

const HAIRS: readonly (readonly [ColourName, Rgb | undefined])[] = [
  ['black', undefined],
  ['brown', [0.4, 0.23, 0.12]],
  ['yellow', [0.95, 0.77, 0.33]],
  ['orange', [0.83, 0.42, 0.13]],
  ['red', [0.68, 0.16, 0.12]],
  ['gray', [0.66, 0.66, 0.68]],
];

export const face: Kind = {
  name: 'face',
  facets: [{ name: 'usual', places: ['meadow', 'street', 'snow', 'beach', 'room', 'hills', 'forest'] }],
  parts: ['head', 'hair', 'ear', 'eye', 'brow', 'nose', 'mouth', 'neck', 'body', 'glasses'],
  tilt: 0.12,
  height: [0.72, 0.88],
  draw: (pen) => {
    const { r, add } = pen;
    const [skinName, skinTint] = r.pick(SKINS);
    const skin = paint(r, skinName, { tint: skinTint });
    const [hairName, hairTint] = r.pick(HAIRS.filter(([name]) => name !== skinName));
    const hair = paint(r, hairName, {
      texture: r.chance(0.6) ? 'stripes' : 'plain',
      period: 0.17,
      ...(hairTint && { tint: hairTint }),
    });
    const style = r.pick(['short', 'long', 'bun', 'curls', 'fringe'] as const);
    const long = style === 'long' || style === 'fringe';
    const shirt = paint(r, r.pick([...BRIGHT, 'white'] as const), {
      texture: r.pick(['plain', 'stripes', 'dots', 'checks']),
      second: 'white',
      angle: r.pick([0, Math.PI / 2]),
      period: 0.26,
    });

    if (long) add('hair', box(0, 0.12, 0.8, 0.78, 0.5), shaded(hair, 0.8), { bevel: 0.3 });
    if (style === 'bun') add('hair', circle(0, -0.9, 0.28), hair, { bevel: 0.28 });
    if (style === 'curls') {
      const curls = Array.from({ length: 9 }, (_, i) => {
        const turn = Math.PI * (1 + (i - 0.5) / 7);
        return circle(0.72 * Math.cos(turn), -0.16 + 0.72 * Math.sin(turn), 0.24);
      });
      add('hair', union(...curls), hair, { bevel: 0.2 });
    }
    add('neck', box(0, 0.75, 0.24, 0.3, 0.08), shaded(skin, 0.85), { bevel: 0.2 });
    const shoulders = blob([
      [-0.2, 0.84],
      [-0.62, 0.93],
      [-0.86, 1.2],
      [-0.92, 1.62],
      [0, 1.66],
      [0.92, 1.62],
      [0.86, 1.2],
      [0.62, 0.93],
      [0.2, 0.84],
    ]);
    add('body', shoulders, shirt, { bevel: 0.3 });
    for (const side of [-1, 1]) add('ear', ellipse(side * 0.66, 0.06, 0.13, 0.18), shaded(skin, 0.92), { bevel: 0.12 });
    const head = ellipse(0, 0, 0.66, 0.76);
    add('head', head, skin, { bevel: 0.5 });

    const top = grown(head, 0.06);
    const part = style === 'long' ? 0 : r.between(-0.3, 0.3);
    const hairline =
      style === 'fringe'
        ? both(top, halfPlane(0, 1, -0.3))
        : minus(both(top, halfPlane(0, 1, style === 'short' ? -0.1 : 0.1)), ellipse(part, 0.28, 0.64, 0.7));
    add('hair', hairline, hair, { bevel: 0.14, lift: 0.07 });

    const look = r.between(-0.04, 0.04);
    for (const side of [-1, 1]) {
      eye(pen, side * 0.25, 0, 0.13, 0.08, look, 0.01);
      add('brow', rod(side * 0.14, -0.2, side * 0.37, -0.19, 0.035), paint(r, hairName === 'gray' ? 'gray' : 'brown'), {
        lift: 0,
      });
    }
    add('nose', ellipse(0, 0.2, 0.09, 0.12), shaded(skin, 0.97), { bevel: 0.1, lift: 0.06 });
    const mouth = r.pick(['line', 'open', 'lips'] as const);
    const smile = both(ring(0, 0.2, 0.3, 0.04), halfPlane(0, -1, -0.34));
    if (mouth === 'line') add('mouth', smile, paint(r, 'red', { tint: [0.62, 0.2, 0.18] }), { lift: 0, bevel: 0.01 });
    else {
      const open = both(ellipse(0, 0.36, 0.27, 0.2), halfPlane(0, -1, -0.38));
      add('mouth', open, paint(r, 'red', { tint: [0.72, 0.18, 0.2] }), { lift: 0, bevel: 0.02 });
      if (mouth === 'open') add('mouth', box(0, 0.4, 0.17, 0.035), paint(r, 'white'), { lift: 0, bevel: 0 });
    }
    const glasses = r.chance(0.3);
    if (glasses) {
      const frame = union(ring(-0.25, 0, 0.19, 0.03), ring(0.25, 0, 0.19, 0.03), box(0, -0.03, 0.07, 0.025));
      add('glasses', frame, paint(r, r.pick(['black', 'red', 'blue'])), { bevel: 0.03, lift: 0.04 });
    }
    return { ...(mouth === 'line' ? {} : { before: 'smiling' }), after: `with ${hairName} hair` };
  },
};

export const fish: Kind = {
  name: 'fish',
  facets: [{ name: 'usual', places: ['water', 'water', 'table top', 'sand', 'cloth'] }],
  parts: ['body', 'tail', 'fin', 'eye', 'mouth', 'gill'],
  tilt: 0.3,
  height: [0.62, 0.8],
  draw: (pen) => {
    const { r, add } = pen;
    const colour = r.pick([...BRIGHT, 'gray'] as const);
    const texture = r.pick(['scales', 'scales', 'stripes', 'dots', 'plain'] as const);
    const body = paint(r, colour, {
      texture,
      period: texture === 'scales' ? 0.24 : 0.36,
      gloss: 0.5,
      ...(texture === 'stripes' && { second: r.pick(['white', 'black'] as const) }),
      ...(texture === 'dots' && { second: 'white' }),
    });
    const fins = paint(r, colour, { texture: 'stripes', period: 0.12, angle: Math.PI / 2 });
    const tall = r.between(0.5, 0.72);
    const fork = r.between(0.1, 0.3);
    add(
      'tail',
      blob([
        [0.6, 0],
        [1.02, -0.42],
        [1.22, -0.5],
        [1.22 - fork, 0],
        [1.22, 0.5],
        [1.02, 0.42],
      ]),
      shaded(fins, 0.9),
      { bevel: 0.1 },
    );
    add(
      'fin',
      blob([
        [-0.4, -tall * 0.75],
        [-0.1, -tall - 0.22],
        [0.4, -tall - 0.12],
        [0.5, -tall * 0.5],
        [0, -tall * 0.5],
      ]),
      {
        ...fins,
        angle: 0.2,
      },
    );
    add(
      'fin',
      polygon(
        [
          [-0.1, tall * 0.8],
          [0.15, tall + 0.24],
          [0.42, tall + 0.18],
          [0.34, tall * 0.6],
        ],
        0.03,
      ),
      {
        ...fins,
        angle: 0.2,
      },
    );
    const lens = blob([
      [-1, 0.02],
      [-0.72, -0.62 * tall],
      [-0.2, -tall],
      [0.4, -tall * 0.62],
      [0.78, -0.13],
      [0.78, 0.13],
      [0.4, tall * 0.62],
      [-0.2, tall],
      [-0.72, tall * 0.62],
    ]);
    add('body', lens, body, { bevel: 0.34 });
    add('gill', both(ring(-0.72, 0, 0.34, 0.03), halfPlane(-1, 0, 0.55)), shaded(body, 0.6), { lift: 0, bevel: 0.02 });
    add(
      'fin',
      blob([
        [-0.2, 0.02],
        [0.18, 0],
        [0.26, 0.2],
        [0.02, 0.26],
      ]),
      shaded(fins, 0.92),
      { bevel: 0.08, lift: 0.07 },
    );
    eye(pen, -0.62, -0.12 * tall - 0.05, 0.15, 0.09, -0.02);
    add('mouth', rod(-0.98, 0.12, -0.82, 0.17, 0.035), paint(r, 'black', { tint: [0.35, 0.12, 0.12] }), { lift: 0 });
    return { colour, texture };
  },
};

export const bird: Kind = {
  name: 'bird',
  facets: [
    { name: 'perched', places: ['meadow', 'snow', 'street', 'forest', 'beach', 'hills'] },
    { name: 'flying', places: ['sky', 'sea', 'meadow', 'hills', 'beach'], flies: true },
  ],
  parts: ['head', 'body', 'wing', 'tail', 'eye', 'beak', 'leg'],
  tilt: 0.1,
  height: [0.52, 0.7],
  draw: (pen, view) => {
    const { r, add } = pen;
    const colour = r.pick(['red', 'orange', 'yellow', 'green', 'blue', 'purple', 'brown', 'gray', 'black'] as const);
    const coat = paint(r, colour);
    const texture = r.pick(['scales', 'stripes', 'plain'] as const);
    const feathers = paint(r, colour, { texture, period: texture === 'scales' ? 0.26 : 0.15, angle: 0.5 });
    const wing = shaded(feathers, colour === 'black' ? 1.5 : 0.8);
    const belly = paint(r, colour === 'yellow' ? 'orange' : r.pick(['white', 'yellow'] as const));
    const beak = paint(r, colour === 'orange' || colour === 'red' ? 'yellow' : 'orange');
    if (view.facet === 'perched') {
      const legs = paint(r, 'brown', { tint: [0.55, 0.33, 0.14] });
      for (const x of [0.02, 0.24]) {
        add('leg', rod(x, 0.55, x - 0.02, 0.94, 0.035), legs, { lift: 0 });
        add('leg', rod(x - 0.15, 0.96, x + 0.1, 0.96, 0.035), legs, { lift: 0 });
      }
      add(
        'tail',
        polygon(
          [
            [0.5, 0.15],
            [1.15, 0.42],
            [1.05, 0.62],
            [0.42, 0.5],
          ],
          0.05,
        ),
        wing,
      );
      const trunk = blob([
        [-0.42, -0.2],
        [0.0, -0.36],
        [0.55, 0.1],
        [0.62, 0.4],
        [0.15, 0.68],
        [-0.35, 0.42],
        [-0.52, 0.1],
      ]);
      add('body', trunk, coat, { bevel: 0.34 });
      add('body', both(trunk, ellipse(-0.34, 0.42, 0.36, 0.44)), belly, { bevel: 0.2, lift: 0 });
      add('head', circle(-0.36, -0.44, 0.4), coat, { bevel: 0.38, lift: 0.02 });
      if (r.chance(0.4))
        add(
          'head',
          polygon(
            [
              [-0.4, -0.78],
              [-0.2, -1.05],
              [-0.08, -0.68],
            ],
            0.03,
          ),
          coat,
        );
      add(
        'wing',
        blob([
          [-0.18, 0.0],
          [0.25, -0.1],
          [0.62, 0.22],
          [0.86, 0.5],
          [0.4, 0.48],
          [-0.02, 0.34],
        ]),
        wing,
        {
          bevel: 0.16,
          lift: 0.08,
        },
      );
      add(
        'beak',
        polygon(
          [
            [-0.7, -0.52],
            [-1.06, -0.38],
            [-0.7, -0.28],
          ],
          0.03,
        ),
        beak,
        { bevel: 0.1 },
      );
      eye(pen, -0.46, -0.5, 0.12, 0.08, -0.02);
      return { colour };
    }
    const raise = r.between(1.05, 1.35);
    add(
      'wing',
      blob([
        [-0.36, -0.06],
        [-0.55, -0.5 * raise],
        [-0.42, -0.98 * raise],
        [-0.12, -0.78 * raise],
        [-0.02, -0.4 * raise],
        [0.12, 0],
      ]),
      shaded(wing, 0.85),
      {
        bevel: 0.1,
      },
    );
    add(
      'tail',
      polygon(
        [
          [0.55, -0.02],
          [1.12, -0.16],
          [1.04, 0.06],
          [1.12, 0.26],
          [0.5, 0.2],
        ],
        0.04,
      ),
      wing,
    );
    const trunk = blob([
      [-0.75, -0.02],
      [-0.3, -0.25],
      [0.3, -0.17],
      [0.72, 0.08],
      [0.3, 0.28],
      [-0.35, 0.3],
    ]);
    add('body', trunk, coat, { bevel: 0.26 });
    add('body', both(trunk, ellipse(-0.1, 0.4, 0.6, 0.22)), belly, { bevel: 0.12, lift: 0 });
    add('head', circle(-0.7, -0.12, 0.27), coat, { bevel: 0.26, lift: 0.01 });
    add(
      'wing',
      blob([
        [-0.26, -0.04],
        [-0.1, -0.5 * raise],
        [0.5, -1.02 * raise],
        [0.98, -1.0 * raise],
        [0.86, -0.62 * raise],
        [0.66, -0.3 * raise],
        [0.36, 0.04],
        [0.05, 0.12],
      ]),
      wing,
      {
        bevel: 0.14,
        lift: 0.08,
      },
    );
    add(
      'beak',
      polygon(
        [
          [-0.93, -0.18],
          [-1.2, -0.06],
          [-0.92, 0.02],
        ],
        0.03,
      ),
      beak,
      { bevel: 0.1 },
    );
    eye(pen, -0.76, -0.16, 0.09, 0.065, -0.015);
    return { colour, before: 'flying' };
  },
};

export const butterfly: Kind = {
  name: 'butterfly',
  facets: [{ name: 'usual', places: ['meadow', 'forest', 'sky', 'lawn', 'cloth', 'brick wall'], flies: true }],
  parts: ['wing', 'spot', 'body', 'head', 'antenna'],
  tilt: 0.6,
  height: [0.55, 0.75],
  draw: ({ r, add }) => {
    const colour = r.pick(['orange', 'yellow', 'blue', 'purple', 'pink', 'red', 'white'] as const);
    const texture = r.pick(['plain', 'stripes', 'dots', 'scales'] as const);
    const upper = paint(r, colour, {
      texture,
      period: 0.26,
      angle: 0.5,
      ...(colour !== 'white' && texture !== 'scales' && { second: 'white' }),
    });
    const lower = shaded(upper, 0.86);
    const edge = paint(r, r.pick(['black', 'brown'] as const), { tint: [0.2, 0.13, 0.12] });
    const spots = paint(r, r.pick(BRIGHT.filter((c) => c !== colour)));
    const wide = r.between(0.85, 1.05);
    const rim = r.chance(0.75) ? 0.07 : 0;
    for (const side of [-1, 1]) {
      const at = (x: number, y: number): readonly [number, number] => [side * x * wide, y];
      const hind = blob([at(0.05, 0.1), at(0.45, 0.02), at(0.82, 0.3), at(0.66, 0.78), at(0.3, 0.72)]);
      const fore = blob([
        at(0.04, 0.12),
        at(0.2, -0.35),
        at(0.75, -0.82),
        at(1.1, -0.7),
        at(0.98, -0.2),
        at(0.6, 0.12),
      ]);
      const angled = { ...upper, angle: side * 0.5 };
      if (rim > 0) add('wing', grown(hind, rim), edge, { bevel: 0.06 });
      add('wing', hind, { ...lower, angle: side * 0.5 }, { bevel: 0.08, lift: 0.02 });
      if (rim > 0) add('wing', grown(fore, rim), edge, { bevel: 0.06 });
      add('wing', fore, angled, { bevel: 0.08, lift: 0.02 });
      add('spot', circle(side * 0.78 * wide, -0.5, 0.13), spots, { bevel: 0.04, lift: 0 });
      add('spot', circle(side * 0.5 * wide, 0.45, 0.11), spots, { bevel: 0.04, lift: 0 });
    }
    const dark = paint(r, 'black', { tint: [0.2, 0.15, 0.14] });
    for (const side of [-1, 1]) {
      add('antenna', union(rod(0, -0.4, side * 0.22, -0.82, 0.025), circle(side * 0.23, -0.84, 0.05)), dark, {
        lift: 0,
      });
    }
    add('body', rod(0, -0.25, 0, 0.55, 0.11, 0.06), dark, { bevel: 0.1, lift: 0.05 });
    add('head', circle(0, -0.38, 0.13), dark, { bevel: 0.12 });
    return { colour, texture };
  },
};
