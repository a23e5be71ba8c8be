// What grows: tree, flower, mushroom, apple.

import { paint, shaded } from '../colours.js';
import type { Kind, Look, Pen } from '../pen.js';
import type { Random } from '../random.js';
import {
  blob,
  both,
  box,
  circle,
  ellipse,
  type Field,
  grown,
  halfPlane,
  melted,
  polygon,
  rod,
  turned,
  union,
} from '../shapes.js';

export const tree: Kind = {
  name: 'tree',
  facets: [
    { name: 'summer', places: ['meadow', 'street', 'hills', 'beach', 'forest'] },
    { name: 'winter', places: ['snow', 'snow', 'street', 'hills'] },
  ],
  parts: ['trunk', 'leaf', 'fruit', 'branch', 'snow'],
  tilt: 0.05,
  height: [0.66, 0.85],
  draw: (pen, view) => (view.facet === 'summer' ? summerTree(pen) : winterTree(pen)),
};

function summerTree({ r, add }: Pen): Look {
  const bark = paint(r, 'brown', { texture: 'wood', period: 0.2, angle: Math.PI / 2 });
  const leaf = paint(r, 'green', {
    texture: r.chance(0.8) ? 'leaves' : 'speckle',
    period: r.between(0.26, 0.36),
    second: [0.6, 0.84, 0.34],
    tint: r.pick([
      [0.27, 0.52, 0.2],
      [0.34, 0.58, 0.2],
      [0.2, 0.46, 0.27],
    ] as const),
  });
  const kind = r.pick(['round', 'fir', 'tall', 'round'] as const);
  add(
    'trunk',
    polygon([
      [-0.1, 0.1],
      [0.1, 0.1],
      [0.13, 0.8],
      [0.22, 1],
      [-0.22, 1],
      [-0.13, 0.8],
    ]),
    bark,
    { bevel: 0.1 },
  );
  if (kind === 'fir') {
    for (let k = 0; k < 3; k++) {
      const y = 0.62 - 0.5 * k;
      const w = 0.72 - 0.16 * k;
      const tier = blob([
        [-w, y],
        [-w * 0.45, y - 0.35],
        [0, y - 0.72],
        [w * 0.45, y - 0.35],
        [w, y],
        [0, y + 0.1],
      ]);
      add('leaf', tier, shaded(leaf, 0.86 + 0.1 * k), { bevel: 0.24, lift: 0.1 });
    }
    return { colour: 'green', ...(r.chance(0.5) && { before: 'tall' }) };
  }
  if (kind === 'tall') {
    add(
      'leaf',
      blob([
        [0, -1.25],
        [0.4, -0.6],
        [0.46, 0.1],
        [0.2, 0.5],
        [-0.2, 0.5],
        [-0.46, 0.1],
        [-0.4, -0.6],
      ]),
      leaf,
      {
        bevel: 0.4,
      },
    );
    return { colour: 'green', before: 'tall' };
  }
  add('branch', union(rod(0, 0.5, -0.4, 0.05, 0.06, 0.04), rod(0, 0.55, 0.4, 0.1, 0.06, 0.04)), bark);
  const n = 5 + r.integer(3);
  const spread = r.between(0, 1);
  for (let k = 0; k < n; k++) {
    const turn = (2 * Math.PI * (k + spread)) / n;
    const y = -0.35 + 0.36 * Math.sin(turn);
    add('leaf', circle(0.5 * Math.cos(turn), y, r.between(0.32, 0.42)), shaded(leaf, 0.9), { bevel: 0.3, lift: 0.04 });
  }
  add('leaf', circle(-0.05, -0.4, 0.5), leaf, { bevel: 0.45, lift: 0.05 });
  if (r.chance(0.3)) {
    const fruit = paint(r, r.pick(['red', 'orange', 'yellow'] as const), { gloss: 0.3 });
    for (let k = 0; k < 7; k++) {
      const turn = 2.4 * k + spread;
      const far = 0.22 + 0.09 * k;
      add('fruit', circle(far * Math.cos(turn), -0.36 + 0.8 * far * Math.sin(turn), 0.09), fruit, {
        bevel: 0.09,
        lift: 0.03,
      });
    }
  }
  return { colour: 'green' };
}

function winterTree({ r, add }: Pen): Look {
  const bark = paint(r, r.chance(0.7) ? 'brown' : 'black', {
    tint: [0.33, 0.23, 0.18],
    texture: 'wood',
    period: 0.2,
    angle: Math.PI / 2,
  });
  const snow = paint(r, 'white', { tint: [0.95, 0.96, 0.98] });
  const branches: Field[] = [];
  const caps: Field[] = [];
  const grow = (x: number, y: number, turn: number, length: number, thick: number, depth: number): void => {
    const ex = x + length * Math.sin(turn);
    const ey = y - length * Math.cos(turn);
    branches.push(rod(x, y, ex, ey, thick, thick * 0.62));
    const flat = Math.abs(Math.sin(turn));
    if (depth > 0 && flat > 0.25) {
      const k = thick * 0.9;
      caps.push(
        rod(x + 0.2 * (ex - x), y + 0.2 * (ey - y) - k, ex, ey - k * 0.7, 0.012 + thick * 0.45, 0.02 + thick * 0.3),
      );
    }
    if (depth === 3) {
      caps.push(circle(ex, ey - 0.02, 0.03));
      return;
    }
    const fan = r.between(0.42, 0.6);
    const twist = r.between(-0.15, 0.15);
    const lean = depth === 0 ? [-1.5, -0.5, 0.5, 1.5] : [-1, 0.9];
    for (const side of lean) {
      grow(ex, ey, turn * 0.9 + side * fan + twist, length * r.between(0.58, 0.74), thick * 0.66, depth + 1);
    }
  };
  grow(0, 0.9, 0, 0.75, 0.15, 0);
  // Depth 0 is the trunk; the thinnest branches share a shape, and so do their caps of snow.
  add(
    'trunk',
    union(
      branches[0],
      polygon([
        [-0.15, 0.8],
        [0.15, 0.8],
        [0.26, 1.02],
        [-0.26, 1.02],
      ]),
    ),
    bark,
    { bevel: 0.1 },
  );
  add('branch', union(...branches.slice(1)), bark, { bevel: 0.05, lift: 0.03 });
  add('snow', union(...caps), snow, { bevel: 0.04, lift: 0.03 });
  add('snow', both(ellipse(0, 1.06, 0.56, 0.17), halfPlane(0, 1, 1.06)), snow, { bevel: 0.1, lift: 0 });
  return { before: 'snowy' };
}

export const flower: Kind = {
  name: 'flower',
  facets: [
    { name: 'side', places: ['meadow', 'table', 'snow', 'street', 'forest'] },
    { name: 'above', places: ['lawn', 'cloth', 'table top', 'sand'] },
  ],
  parts: ['petal', 'centre', 'stem', 'leaf', 'pot'],
  tilt: 0.12,
  height: [0.6, 0.8],
  draw: ({ r, add }, view) => {
    const colour = r.pick(['red', 'orange', 'yellow', 'blue', 'purple', 'pink', 'white'] as const);
    const petal = paint(r, colour);
    const green = paint(r, 'green', { tint: [0.3, 0.55, 0.22] });
    if (view.facet === 'above') {
      const n = 5 + r.integer(8);
      const wide = Math.min(0.36, 2.1 / n);
      for (let k = 0; k < 3; k++) {
        const leaf = ellipse(0, -0.72, 0.2, 0.42);
        add('leaf', turned(leaf, r.between(0, 6.3)), shaded(green, 0.9), { bevel: 0.12 });
      }
      const rows = n > 6 || r.chance(0.5) ? 2 : 1;
      const pointed = r.chance(0.4);
      for (let row = 0; row < rows; row++) {
        const size = row === 0 ? 1 : 0.66;
        for (let k = 0; k < n; k++) {
          const one = pointed
            ? blob([
                [0, -1 * size],
                [wide * 1.1 * size, -0.55 * size],
                [0, -0.05],
                [-wide * 1.1 * size, -0.55 * size],
              ])
            : ellipse(0, -0.6 * size, wide * size, 0.42 * size);
          const turn = (2 * Math.PI * (k + 0.5 * row)) / n;
          add('petal', turned(one, turn), shaded(petal, 0.9 + 0.1 * row + 0.05 * (k & 1)), { bevel: 0.12, lift: 0.05 });
        }
      }
      const middle = paint(r, colour === 'yellow' || colour === 'orange' ? 'brown' : 'yellow', {
        texture: 'speckle',
        period: 0.24,
      });
      add('centre', circle(0, 0, r.between(0.2, 0.3)), middle, { bevel: 0.22, lift: 0.06 });
      return { colour, after: 'from above' };
    }
    const potted = view.place === 'table' || r.chance(0.25);
    const bend = r.between(-0.12, 0.12);
    const foot = potted ? 0.75 : 1;
    add('stem', union(rod(0, foot, bend, 0.3, 0.05), rod(bend, 0.3, 0, -0.4, 0.05)), green, { bevel: 0.05 });
    for (const side of [-1, 1]) {
      const y = r.between(0.42, 0.6);
      const leaf = blob([
        [0, y + 0.16],
        [side * 0.14, y - 0.08],
        [side * 0.44, y - 0.26],
        [side * 0.26, y + 0.08],
      ]);
      add('leaf', leaf, green, { bevel: 0.08 });
    }
    if (r.chance(0.5)) {
      const back = shaded(petal, 0.8);
      add(
        'petal',
        blob([
          [0, -1.08],
          [0.24, -0.7],
          [0.16, -0.2],
          [-0.16, -0.2],
          [-0.24, -0.7],
        ]),
        back,
        { bevel: 0.1 },
      );
      for (const side of [-1, 1]) {
        const outer = blob([
          [side * 0.5, -1.1],
          [side * 0.56, -0.55],
          [side * 0.3, -0.08],
          [0, -0.02],
          [side * 0.02, -0.4],
          [side * 0.2, -0.8],
        ]);
        add('petal', outer, petal, { bevel: 0.2, lift: 0.05 });
      }
      add(
        'petal',
        blob([
          [0, -0.86],
          [0.3, -0.5],
          [0.2, -0.06],
          [-0.2, -0.06],
          [-0.3, -0.5],
        ]),
        shaded(petal, 1.06),
        {
          bevel: 0.2,
          lift: 0.06,
        },
      );
    } else {
      // A daisy turned to the viewer, foreshortened.
      const n = 8 + r.integer(4);
      for (let k = 0; k < n; k++) {
        const turn = (2 * Math.PI * k) / n;
        const one = ellipse(0.4 * Math.sin(turn), -0.55 - 0.3 * Math.cos(turn), 0.2, 0.2);
        add('petal', one, shaded(petal, 0.95 + 0.06 * (k & 1)), { bevel: 0.14, lift: 0.03 });
      }
      add('petal', ellipse(0, -0.55, 0.36, 0.28), petal, { bevel: 0, lift: 0 });
      add(
        'centre',
        ellipse(0, -0.57, 0.2, 0.15),
        paint(r, colour === 'yellow' ? 'brown' : 'yellow', { texture: 'speckle', period: 0.2 }),
        {
          bevel: 0.14,
          lift: 0.05,
        },
      );
    }
    if (potted) {
      const clay = paint(r, r.pick(['orange', 'brown'] as const), { tint: [0.76, 0.42, 0.26] });
      add(
        'pot',
        polygon(
          [
            [-0.26, 0.72],
            [0.26, 0.72],
            [0.2, 1.05],
            [-0.2, 1.05],
          ],
          0.02,
        ),
        clay,
        { lathe: 0.32 },
      );
      add('pot', box(0, 0.7, 0.32, 0.07, 0.03), shaded(clay, 1.05), { bevel: 0.1 });
    }
    return { colour };
  },
};

export const mushroom: Kind = {
  name: 'mushroom',
  facets: [{ name: 'usual', places: ['meadow', 'forest', 'snow', 'table', 'hills'] }],
  parts: ['cap', 'gill', 'stem', 'spot'],
  tilt: 0.1,
  draw: ({ r, add }) => {
    const colour = r.pick(['red', 'red', 'orange', 'brown', 'purple', 'yellow', 'blue'] as const);
    const texture = r.pick(['dots', 'plain', 'speckle'] as const);
    const cap = paint(r, colour, { texture, second: 'white', period: texture === 'dots' ? 0.42 : 0.5, gloss: 0.35 });
    const pale = paint(r, 'white', { tint: [0.93, 0.89, 0.8] });
    const one = (x: number, foot: number, size: number, flat: number): void => {
      const at = (u: number, v: number): readonly [number, number] => [x + u * size, foot + v * size];
      add(
        'stem',
        blob([
          at(-0.15, -1),
          at(0.15, -1),
          at(0.17, -0.5),
          at(0.3, -0.06),
          at(0, 0.02),
          at(-0.3, -0.06),
          at(-0.17, -0.5),
        ]),
        pale,
        {
          bevel: 0.2 * size,
        },
      );
      if (size > 0.8)
        add('stem', ellipse(x, foot - 0.72 * size, 0.25 * size, 0.06 * size), shaded(pale, 0.94), { bevel: 0.05 });
      add(
        'gill',
        ellipse(x, foot - 0.98 * size, 0.78 * size, 0.17 * size),
        shaded(paint(r, 'white', { texture: 'stripes', period: 0.09, tint: [0.9, 0.82, 0.72] }), 0.86),
        {
          bevel: 0.05,
        },
      );
      const dome = both(
        ellipse(x, foot - 0.98 * size, 0.86 * size, flat * size),
        ellipse(x, foot - (0.98 + 1.42) * size, 2.2 * size, 1.5 * size),
      );
      add('cap', dome, cap, { bevel: 0.5 * size, lift: 0.08 });
      if (texture === 'plain' && colour !== 'brown') {
        for (const [u, v, k] of [
          [-0.4, -1.22, 0.11],
          [0.02, -1.42, 0.13],
          [0.44, -1.2, 0.1],
          [0.1, -1.12, 0.08],
        ] as const) {
          add('spot', ellipse(x + u * size, foot + v * size, k * size, k * 0.8 * size), paint(r, 'white'), {
            bevel: 0.06,
            lift: 0.02,
          });
        }
      }
    };
    const flat = r.between(0.66, 0.9);
    if (r.chance(0.5)) one(r.sign() * 0.72, 1, r.between(0.4, 0.55), flat);
    one(0, 1, 1, flat);
    return { colour, texture };
  },
};

/** The outline of an apple, about 1.3 across. */
const appleBody = (): Field =>
  melted(0.3, ellipse(-0.3, 0, 0.5, 0.62), ellipse(0.3, 0, 0.5, 0.62), ellipse(0, 0.28, 0.5, 0.48));

function appleStem(r: Random, add: Pen['add']): void {
  add('stem', rod(0, -0.42, 0.08, -0.86, 0.05, 0.06), paint(r, 'brown', { tint: [0.36, 0.22, 0.12] }), {
    bevel: 0.05,
    lift: 0.03,
  });
  if (r.chance(0.75)) {
    const leaf = blob([
      [0.08, -0.62],
      [0.3, -0.9],
      [0.66, -0.9],
      [0.44, -0.62],
    ]);
    add('leaf', leaf, paint(r, 'green'), { bevel: 0.1 });
  }
}

export const apple: Kind = {
  name: 'apple',
  facets: [
    { name: 'whole', places: ['table', 'meadow', 'table top', 'cloth', 'lawn', 'snow'] },
    { name: 'cut', places: ['table', 'table top', 'cloth', 'lawn'] },
  ],
  parts: ['skin', 'flesh', 'core', 'seed', 'stem', 'leaf'],
  tilt: 0.25,
  height: [0.56, 0.76],
  draw: ({ r, add }, view) => {
    const colour = r.pick(['red', 'green', 'yellow'] as const);
    const texture = r.pick(['plain', 'plain', 'speckle', 'marble'] as const);
    const skin = paint(r, colour, {
      texture,
      period: texture === 'marble' ? 0.8 : 0.5,
      gloss: 0.7,
      ...(colour === 'yellow' && { tint: [0.95, 0.86, 0.3] }),
      second: colour === 'red' ? [0.93, 0.6, 0.25] : [0.9, 0.55, 0.25],
    });
    const body = appleBody();
    if (view.facet === 'whole') {
      add('skin', body, skin, { wrap: 0.84 });
      add('stem', ellipse(0.01, -0.47, 0.2, 0.07), shaded(paint(r, 'brown'), 0.6), { bevel: 0, lift: 0 });
      appleStem(r, add);
      return { colour };
    }
    appleStem(r, add);
    add('skin', body, skin, { bevel: 0.2 });
    const flesh = paint(r, 'white', { tint: [0.97, 0.92, 0.75] });
    add('flesh', grown(body, -0.11), flesh, { bevel: 0.05, lift: 0 });
    const pit = union(ellipse(-0.14, 0.08, 0.24, 0.3), ellipse(0.14, 0.08, 0.24, 0.3));
    add('core', pit, paint(r, 'yellow', { tint: [0.86, 0.78, 0.45] }), { bevel: 0.06, lift: 0 });
    add('core', grown(pit, -0.06), paint(r, 'white', { tint: [0.93, 0.88, 0.68] }), { bevel: 0, lift: 0 });
    const seed = paint(r, 'brown', { tint: [0.32, 0.17, 0.08], gloss: 0.4 });
    for (const side of [-1, 1]) {
      add('seed', turned(ellipse(side * 0.13, 0.1, 0.075, 0.16), side * -0.3, side * 0.13, 0.1), seed, {
        bevel: 0.06,
        lift: 0.02,
      });
    }
    return { before: 'cut', after: `with ${colour} skin` };
  },
};
